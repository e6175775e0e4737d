-- Stretches in which nobody listened to liquidations, as far as that was known before they were estimated.
CREATE TABLE "silence" (
    "instrument_id" INTEGER NOT NULL,
    "from_time" TIMESTAMPTZ(3) NOT NULL,
    "to_time" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "silence_pkey" PRIMARY KEY ("instrument_id","from_time"),
    CONSTRAINT "silence_range_check" CHECK ("from_time" < "to_time")
);

ALTER TABLE "silence" ADD CONSTRAINT "silence_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What was missed before this table was there: every map is estimated anew by the model that came with it.
INSERT INTO "silence" ("instrument_id", "from_time", "to_time")
SELECT g."instrument_id", g."from_time", g."to_time" FROM "gap" g JOIN "instrument" i ON i."id" = g."instrument_id"
 WHERE g."channel" = 'liquidation' AND g."status" <> 'filled';

-- What an estimate rests on is never taken back.
GRANT SELECT, INSERT, UPDATE ON silence TO faultline_app;
