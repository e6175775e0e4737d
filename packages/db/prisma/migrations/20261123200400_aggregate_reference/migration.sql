-- Whose prices are shown with a sum: the member with the most open interest when the served generation was made.
ALTER TABLE "aggregate" ADD COLUMN "reference_id" INTEGER;
