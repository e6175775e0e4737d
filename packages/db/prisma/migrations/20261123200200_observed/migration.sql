-- Positions that a venue shows of addresses which an administrator names, beside what is estimated.
CREATE TABLE "observed_address" (
    "data_source_id" INTEGER NOT NULL,
    "address" TEXT NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,

    CONSTRAINT "observed_address_pkey" PRIMARY KEY ("data_source_id","address"),
    CONSTRAINT "observed_address_check" CHECK ("address" ~ '^0x[0-9a-f]{40}$')
);
-- who is asked next
CREATE INDEX "observed_address_data_source_id_due_at_idx" ON "observed_address"("data_source_id", "due_at");

CREATE TABLE "observed_position" (
    "data_source_id" INTEGER NOT NULL,
    "address" TEXT NOT NULL,
    "instrument_id" INTEGER NOT NULL,
    "side" "position_side" NOT NULL,
    "size" DOUBLE PRECISION NOT NULL,
    "usd" DOUBLE PRECISION NOT NULL,
    "entry_price" DOUBLE PRECISION NOT NULL,
    "leverage" DOUBLE PRECISION NOT NULL,
    "isolated" BOOLEAN NOT NULL,
    "liquidation_price" DOUBLE PRECISION,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "observed_position_pkey" PRIMARY KEY ("data_source_id","address","instrument_id"),
    CONSTRAINT "observed_position_check" CHECK (
        "size" > 0 AND "size" < 'Infinity' AND "usd" > 0 AND "usd" < 'Infinity' AND "entry_price" > 0 AND "entry_price" < 'Infinity'
        AND "leverage" > 0 AND "leverage" < 'Infinity' AND "liquidation_price" > 0 AND "liquidation_price" < 'Infinity'
    )
);
CREATE INDEX "observed_position_instrument_id_idx" ON "observed_position"("instrument_id");

-- The layer of one instrument at one moment, and what of it the estimator was told. Never changed: a map may rest on it.
CREATE TABLE "observed_look" (
    "instrument_id" INTEGER NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "data" BYTEA NOT NULL,
    "accounts" INTEGER NOT NULL,
    "long_usd" DOUBLE PRECISION NOT NULL,
    "short_usd" DOUBLE PRECISION NOT NULL,
    "long_share" DOUBLE PRECISION,
    "short_share" DOUBLE PRECISION,
    "oldest_at" TIMESTAMPTZ(3),
    "evidence" JSONB,
    "known_after" TIMESTAMPTZ(3),

    CONSTRAINT "observed_look_pkey" PRIMARY KEY ("instrument_id","time"),
    CONSTRAINT "observed_look_check" CHECK (
        "accounts" >= 0 AND "long_usd" >= 0 AND "short_usd" >= 0 AND "long_share" BETWEEN 0 AND 1 AND "short_share" BETWEEN 0 AND 1
    )
);

-- Which worker asks for a source's addresses, and how far it is.
CREATE TABLE "observed_poller" (
    "data_source_id" INTEGER NOT NULL,
    "worker" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "answers" BIGINT NOT NULL DEFAULT 0,
    "message" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "observed_poller_pkey" PRIMARY KEY ("data_source_id")
);

ALTER TABLE "observed_address" ADD CONSTRAINT "observed_address_data_source_id_fkey" FOREIGN KEY ("data_source_id") REFERENCES "data_source"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "observed_position" ADD CONSTRAINT "observed_position_data_source_id_address_fkey" FOREIGN KEY ("data_source_id", "address") REFERENCES "observed_address"("data_source_id", "address") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "observed_position" ADD CONSTRAINT "observed_position_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "observed_look" ADD CONSTRAINT "observed_look_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "observed_poller" ADD CONSTRAINT "observed_poller_data_source_id_fkey" FOREIGN KEY ("data_source_id") REFERENCES "data_source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

GRANT SELECT, INSERT, UPDATE, DELETE ON observed_address, observed_position, observed_poller TO faultline_app;
GRANT SELECT, INSERT ON observed_look TO faultline_app;
