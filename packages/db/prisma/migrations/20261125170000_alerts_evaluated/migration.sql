-- What alerts look at beside the figures of a reading, and up to which column they have looked.
ALTER TABLE "market_reading" ADD COLUMN     "clusters" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "evaluated_bucket" TIMESTAMPTZ(3);
