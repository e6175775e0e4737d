-- It is written with every column, and shrinks by a twentieth: trying costs more than writing it.
ALTER TABLE "checkpoint" ALTER COLUMN "state" SET STORAGE EXTERNAL;
