-- The tables of schema.prisma, with what Prisma cannot express: time series are partitioned by time (their partitions are made
-- by ensure_partitions() of the next migration), and checks refuse what no repository should ever write. A check passes on
-- NULL, so one clause serves optional columns too; NaN sorts above Infinity, so "< 'Infinity'" refuses both.

CREATE TYPE "user_role" AS ENUM ('admin', 'member');

CREATE TYPE "build_status" AS ENUM ('building', 'complete', 'retired');

CREATE TYPE "position_side" AS ENUM ('long', 'short');

CREATE TYPE "ratio_kind" AS ENUM ('accounts', 'topAccounts', 'topPositions', 'takerVolume');

CREATE TYPE "price_kind" AS ENUM ('fill', 'order', 'bankruptcy');

CREATE TABLE "app_user" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" "user_role" NOT NULL DEFAULT 'member',
    "session_version" INTEGER NOT NULL DEFAULT 1,
    "password_is_initial" BOOLEAN NOT NULL DEFAULT false,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "app_user_email_check" CHECK ("email" = lower("email") AND "email" LIKE '_%@_%'),
    CONSTRAINT "app_user_session_version_check" CHECK ("session_version" > 0)
);

CREATE TABLE "instrument" (
    "id" SERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "venue" TEXT NOT NULL,
    "symbol" TEXT NOT NULL,
    "base_asset" TEXT NOT NULL,
    "quote_asset" TEXT NOT NULL,
    "contract_size" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "simulated" BOOLEAN NOT NULL DEFAULT false,
    "margin_tiers" JSONB,
    "current_build_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "instrument_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "instrument_key_check" CHECK ("key" = "venue" || ':' || "symbol"),
    CONSTRAINT "instrument_contract_size_check" CHECK ("contract_size" > 0 AND "contract_size" < 'Infinity')
);

CREATE TABLE "lease" (
    "instrument_id" INTEGER NOT NULL,
    "epoch" BIGINT NOT NULL,
    "holder" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("instrument_id"),
    CONSTRAINT "lease_epoch_check" CHECK ("epoch" > 0)
);

CREATE TABLE "build" (
    "id" SERIAL NOT NULL,
    "instrument_id" INTEGER NOT NULL,
    "model_version" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "bucket_ms" INTEGER NOT NULL,
    "status" "build_status" NOT NULL DEFAULT 'building',
    "first_bucket" TIMESTAMPTZ(3),
    "last_bucket" TIMESTAMPTZ(3),
    "column_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "build_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "build_bucket_ms_check" CHECK ("bucket_ms" > 0),
    CONSTRAINT "build_generation_check" CHECK ("generation" > 0),
    CONSTRAINT "build_range_check" CHECK (
        CASE WHEN "column_count" = 0 THEN "first_bucket" IS NULL AND "last_bucket" IS NULL
             ELSE "column_count" > 0 AND "first_bucket" IS NOT NULL AND "last_bucket" >= "first_bucket" END
    )
);

CREATE TABLE "checkpoint" (
    "build_id" INTEGER NOT NULL,
    "bucket" TIMESTAMPTZ(3) NOT NULL,
    "state" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("build_id")
);

CREATE TABLE "candle" (
    "instrument_id" INTEGER NOT NULL,
    "interval_ms" INTEGER NOT NULL,
    "open_time" TIMESTAMPTZ(3) NOT NULL,
    "open" DOUBLE PRECISION NOT NULL,
    "high" DOUBLE PRECISION NOT NULL,
    "low" DOUBLE PRECISION NOT NULL,
    "close" DOUBLE PRECISION NOT NULL,
    "volume" DOUBLE PRECISION NOT NULL,
    "quote_volume" DOUBLE PRECISION,
    "taker_buy_volume" DOUBLE PRECISION,
    "trade_count" INTEGER,

    CONSTRAINT "candle_pkey" PRIMARY KEY ("instrument_id","interval_ms","open_time"),
    CONSTRAINT "candle_interval_ms_check" CHECK ("interval_ms" > 0),
    CONSTRAINT "candle_price_check" CHECK (
        "low" > 0 AND "high" < 'Infinity' AND "low" <= "open" AND "low" <= "close" AND "high" >= "open" AND "high" >= "close"
    ),
    CONSTRAINT "candle_volume_check" CHECK (
        "volume" >= 0 AND "volume" < 'Infinity'
        AND "quote_volume" >= 0 AND "quote_volume" < 'Infinity'
        AND "taker_buy_volume" >= 0 AND "taker_buy_volume" < 'Infinity'
        AND "trade_count" >= 0
    )
) PARTITION BY RANGE ("open_time");

CREATE TABLE "open_interest" (
    "instrument_id" INTEGER NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "open_interest" DOUBLE PRECISION NOT NULL,
    "open_interest_usd" DOUBLE PRECISION,

    CONSTRAINT "open_interest_pkey" PRIMARY KEY ("instrument_id","time"),
    CONSTRAINT "open_interest_size_check" CHECK (
        "open_interest" >= 0 AND "open_interest" < 'Infinity' AND "open_interest_usd" >= 0 AND "open_interest_usd" < 'Infinity'
    )
) PARTITION BY RANGE ("time");

CREATE TABLE "funding" (
    "instrument_id" INTEGER NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "rate" DOUBLE PRECISION NOT NULL,
    "interval_hours" DOUBLE PRECISION,

    CONSTRAINT "funding_pkey" PRIMARY KEY ("instrument_id","time"),
    CONSTRAINT "funding_rate_check" CHECK ("rate" BETWEEN -1 AND 1),
    CONSTRAINT "funding_interval_check" CHECK ("interval_hours" > 0 AND "interval_hours" < 'Infinity')
) PARTITION BY RANGE ("time");

CREATE TABLE "long_short_ratio" (
    "instrument_id" INTEGER NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "kind" "ratio_kind" NOT NULL,
    "ratio" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "long_short_ratio_pkey" PRIMARY KEY ("instrument_id","time","kind"),
    CONSTRAINT "long_short_ratio_check" CHECK ("ratio" >= 0 AND "ratio" < 'Infinity')
) PARTITION BY RANGE ("time");

CREATE TABLE "liquidation" (
    "instrument_id" INTEGER NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "side" "position_side" NOT NULL,
    "price" DOUBLE PRECISION NOT NULL,
    "price_kind" "price_kind" NOT NULL,
    "quantity" DOUBLE PRECISION NOT NULL,
    "quantity_usd" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "liquidation_pkey" PRIMARY KEY ("instrument_id","time","side","price","quantity"),
    CONSTRAINT "liquidation_size_check" CHECK (
        "price" > 0 AND "price" < 'Infinity' AND "quantity" > 0 AND "quantity" < 'Infinity'
        AND "quantity_usd" >= 0 AND "quantity_usd" < 'Infinity'
    )
) PARTITION BY RANGE ("time");

CREATE TABLE "depth" (
    "instrument_id" INTEGER NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "bids" BYTEA NOT NULL,
    "asks" BYTEA NOT NULL,

    CONSTRAINT "depth_pkey" PRIMARY KEY ("instrument_id","time")
) PARTITION BY RANGE ("time");

CREATE TABLE "gap" (
    "instrument_id" INTEGER NOT NULL,
    "channel" TEXT NOT NULL,
    "from_time" TIMESTAMPTZ(3) NOT NULL,
    "to_time" TIMESTAMPTZ(3) NOT NULL,
    "status" TEXT NOT NULL,

    CONSTRAINT "gap_pkey" PRIMARY KEY ("instrument_id","channel","from_time"),
    CONSTRAINT "gap_channel_check" CHECK (
        "channel" IN ('candle', 'openInterest', 'funding', 'longShortRatio', 'liquidation', 'depth')
    ),
    CONSTRAINT "gap_range_check" CHECK ("from_time" < "to_time"),
    CONSTRAINT "gap_status_check" CHECK ("status" IN ('open', 'filled', 'unrecoverable'))
);

CREATE TABLE "column" (
    "instrument_id" INTEGER NOT NULL,
    "build_id" INTEGER NOT NULL,
    "bucket" TIMESTAMPTZ(3) NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "column_pkey" PRIMARY KEY ("instrument_id","build_id","bucket")
) PARTITION BY RANGE ("bucket");

CREATE TABLE "tile" (
    "instrument_id" INTEGER NOT NULL,
    "build_id" INTEGER NOT NULL,
    "resolution_ms" INTEGER NOT NULL,
    "tile_index" INTEGER NOT NULL,
    "gzip" BYTEA NOT NULL,

    CONSTRAINT "tile_pkey" PRIMARY KEY ("instrument_id","build_id","resolution_ms","tile_index"),
    CONSTRAINT "tile_resolution_ms_check" CHECK ("resolution_ms" > 0)
);

CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

CREATE UNIQUE INDEX "instrument_key_key" ON "instrument"("key");

CREATE UNIQUE INDEX "instrument_current_build_id_key" ON "instrument"("current_build_id");

CREATE UNIQUE INDEX "build_instrument_id_model_version_generation_key" ON "build"("instrument_id", "model_version", "generation");

ALTER TABLE "instrument" ADD CONSTRAINT "instrument_current_build_id_fkey" FOREIGN KEY ("current_build_id") REFERENCES "build"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "lease" ADD CONSTRAINT "lease_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "build" ADD CONSTRAINT "build_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "checkpoint" ADD CONSTRAINT "checkpoint_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "build"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A build's number is in the address of its tiles, which browsers keep for ever: a database that is made anew must not hand out
-- numbers that an older one had.
SELECT setval('build_id_seq', (random() * 1000000000)::bigint + 1);

-- These bytes are compressed already or do not shrink enough to pay for it.
ALTER TABLE "tile" ALTER COLUMN "gzip" SET STORAGE EXTERNAL;
