-- The first candle that a build consumed: history that is fetched later lies before it and belongs to the next generation,
-- so a comparison with the stored events begins here. NULL: with the oldest candle (builds from before live feeds).
ALTER TABLE "build" ADD COLUMN "first_step" TIMESTAMPTZ(3);
