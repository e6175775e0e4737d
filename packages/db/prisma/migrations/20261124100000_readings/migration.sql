-- What the newest column of each instrument says, kept by one worker for all pages: the screener reads this table alone.
CREATE TABLE "market_reading" (
    "instrument_id" INTEGER NOT NULL,
    "build_id" INTEGER NOT NULL,
    "bucket" TIMESTAMPTZ(3) NOT NULL,
    "bucket_ms" INTEGER NOT NULL,
    "price" DOUBLE PRECISION,
    "change_24h" DOUBLE PRECISION,
    "risk" DOUBLE PRECISION,
    "long_usd" DOUBLE PRECISION,
    "short_usd" DOUBLE PRECISION,
    "below_price" DOUBLE PRECISION,
    "below_usd" DOUBLE PRECISION,
    "below_distance" DOUBLE PRECISION,
    "above_price" DOUBLE PRECISION,
    "above_usd" DOUBLE PRECISION,
    "above_distance" DOUBLE PRECISION,
    "open_interest_usd" DOUBLE PRECISION,
    "open_interest_change_24h" DOUBLE PRECISION,
    "funding_rate" DOUBLE PRECISION,
    "funding_hours" DOUBLE PRECISION,
    "liquidated_long_usd" DOUBLE PRECISION,
    "liquidated_short_usd" DOUBLE PRECISION,
    "sparkline" DOUBLE PRECISION[] NOT NULL DEFAULT ARRAY[]::DOUBLE PRECISION[],
    "breakout_state" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "market_reading_pkey" PRIMARY KEY ("instrument_id"),
    CONSTRAINT "market_reading_bucket_ms_check" CHECK ("bucket_ms" > 0),
    CONSTRAINT "market_reading_risk_check" CHECK ("risk" BETWEEN 0 AND 100),
    CONSTRAINT "market_reading_price_check" CHECK ("price" > 0 AND "price" < 'Infinity'),
    CONSTRAINT "market_reading_amounts_check" CHECK (
        "long_usd" >= 0 AND "long_usd" < 'Infinity' AND "short_usd" >= 0 AND "short_usd" < 'Infinity'
        AND "below_usd" >= 0 AND "below_usd" < 'Infinity' AND "above_usd" >= 0 AND "above_usd" < 'Infinity'
        AND "open_interest_usd" >= 0 AND "open_interest_usd" < 'Infinity'
        AND "liquidated_long_usd" >= 0 AND "liquidated_long_usd" < 'Infinity'
        AND "liquidated_short_usd" >= 0 AND "liquidated_short_usd" < 'Infinity'
    ),
    CONSTRAINT "market_reading_sparkline_check" CHECK (cardinality("sparkline") <= 96)
);

-- Price has entered a zone that the map before held ready: once per entry.
CREATE TABLE "breakout" (
    "instrument_id" INTEGER NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "side" "position_side" NOT NULL,
    "low" DOUBLE PRECISION NOT NULL,
    "high" DOUBLE PRECISION NOT NULL,
    "usd" DOUBLE PRECISION NOT NULL,
    "n" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "breakout_pkey" PRIMARY KEY ("instrument_id","time","side","low"),
    CONSTRAINT "breakout_range_check" CHECK ("low" > 0 AND "low" < "high" AND "high" < 'Infinity'),
    CONSTRAINT "breakout_amounts_check" CHECK ("usd" >= 0 AND "usd" < 'Infinity' AND "n" >= 0 AND "n" < 'Infinity')
);

ALTER TABLE "market_reading" ADD CONSTRAINT "market_reading_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "breakout" ADD CONSTRAINT "breakout_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

GRANT SELECT, INSERT, UPDATE ON market_reading TO faultline_app;
-- What was told is never rewritten; it goes when it is old.
GRANT SELECT, INSERT, DELETE ON breakout TO faultline_app;
