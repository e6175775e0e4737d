-- Live feeds: where they come from, how they are, what they could not read, and when late rows became known.

-- A row that arrived after a bucket was estimated is seen by later buckets only, now and in every rebuild: known_after is the
-- end of the last bucket that was stepped without it. NULL: known by its own time.
ALTER TABLE "open_interest" ADD COLUMN "known_after" TIMESTAMPTZ(3);
ALTER TABLE "funding" ADD COLUMN "known_after" TIMESTAMPTZ(3);
ALTER TABLE "long_short_ratio" ADD COLUMN "known_after" TIMESTAMPTZ(3);
ALTER TABLE "liquidation" ADD COLUMN "known_after" TIMESTAMPTZ(3);

CREATE TABLE "mark_price" (
    "instrument_id" INTEGER NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "mark_price" DOUBLE PRECISION NOT NULL,
    "index_price" DOUBLE PRECISION,
    "predicted_funding_rate" DOUBLE PRECISION,
    "next_funding_time" TIMESTAMPTZ(3),

    CONSTRAINT "mark_price_pkey" PRIMARY KEY ("instrument_id","time"),
    CONSTRAINT "mark_price_check" CHECK (
        "mark_price" > 0 AND "mark_price" < 'Infinity' AND "index_price" > 0 AND "index_price" < 'Infinity'
        AND "predicted_funding_rate" BETWEEN -1 AND 1
    )
) PARTITION BY RANGE ("time");

CREATE TABLE "data_source" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "venue" TEXT NOT NULL,
    "rest_url" TEXT,
    "ws_url" TEXT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "symbols" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "options" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_source_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "data_source_name_check" CHECK (length("name") BETWEEN 1 AND 80),
    CONSTRAINT "data_source_url_check" CHECK ("rest_url" ~ '^https?://' AND "ws_url" ~ '^wss?://')
);
CREATE UNIQUE INDEX "data_source_name_key" ON "data_source"("name");

CREATE TABLE "source_state" (
    "data_source_id" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "message" TEXT,
    "blocked_until" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3),
    "details" JSONB NOT NULL DEFAULT '{}',
    "worker" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "source_state_pkey" PRIMARY KEY ("data_source_id")
);
ALTER TABLE "source_state" ADD CONSTRAINT "source_state_data_source_id_fkey" FOREIGN KEY ("data_source_id") REFERENCES "data_source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "feed_state" (
    "instrument_id" INTEGER NOT NULL,
    "data_source_id" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "message" TEXT,
    "channels" JSONB NOT NULL DEFAULT '{}',
    "backfill" JSONB,
    "worker" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feed_state_pkey" PRIMARY KEY ("instrument_id")
);
CREATE INDEX "feed_state_data_source_id_idx" ON "feed_state"("data_source_id");
ALTER TABLE "feed_state" ADD CONSTRAINT "feed_state_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "feed_state" ADD CONSTRAINT "feed_state_data_source_id_fkey" FOREIGN KEY ("data_source_id") REFERENCES "data_source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "quarantine" (
    "id" BIGSERIAL NOT NULL,
    "data_source_id" INTEGER NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "payload" TEXT NOT NULL,

    CONSTRAINT "quarantine_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "quarantine_data_source_id_id_idx" ON "quarantine"("data_source_id", "id");
ALTER TABLE "quarantine" ADD CONSTRAINT "quarantine_data_source_id_fkey" FOREIGN KEY ("data_source_id") REFERENCES "data_source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "gap" ADD COLUMN "reason" TEXT;
ALTER TABLE "gap" DROP CONSTRAINT "gap_channel_check";
ALTER TABLE "gap" ADD CONSTRAINT "gap_channel_check" CHECK (
    "channel" IN ('candle', 'markPrice', 'openInterest', 'funding', 'longShortRatio', 'liquidation', 'depth')
);

GRANT SELECT, INSERT, UPDATE ON data_source, source_state, feed_state TO faultline_app;
GRANT SELECT, INSERT, DELETE ON quarantine TO faultline_app;
GRANT SELECT, INSERT ON mark_price TO faultline_app;
GRANT USAGE ON SEQUENCE data_source_id_seq, quarantine_id_seq TO faultline_app;

-- The partition functions, with mark_price among the tables that they know.
CREATE OR REPLACE FUNCTION public.ensure_partitions(parent text, from_time timestamptz, to_time timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month_start timestamp;
    child text;
    locked boolean := false;
    made integer := 0;
BEGIN
    IF parent IS NULL OR parent <> ALL (ARRAY['candle', 'open_interest', 'funding', 'long_short_ratio', 'liquidation', 'depth', 'mark_price', 'column']) THEN
        RAISE EXCEPTION 'ensure_partitions: % is not a partitioned table', coalesce(quote_literal(parent), 'NULL') USING ERRCODE = '22023';
    END IF;
    IF from_time IS NULL OR to_time IS NULL OR from_time > to_time
        OR from_time < '2005-01-01 00:00:00+00' OR to_time >= '2101-01-01 00:00:00+00' THEN
        RAISE EXCEPTION 'ensure_partitions: no range of times: % to %', from_time, to_time USING ERRCODE = '22023';
    END IF;
    month_start := date_trunc('month', from_time AT TIME ZONE 'UTC');
    WHILE month_start <= to_time AT TIME ZONE 'UTC' LOOP
        child := parent || to_char(month_start, '"_"YYYY"_"MM');
        IF NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'faultline_parts'::regnamespace AND relname = child) THEN
            IF NOT locked THEN
                PERFORM pg_advisory_xact_lock(1178687596, hashtext(parent)); -- 'FALl', a class of our own
                locked := true;
                CONTINUE; -- look again: another caller may have made it meanwhile
            END IF;
            EXECUTE format(
                'CREATE TABLE faultline_parts.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)',
                child, parent);
            EXECUTE format(
                'ALTER TABLE public.%I ATTACH PARTITION faultline_parts.%I FOR VALUES FROM (%L) TO (%L)',
                parent, child, month_start::text || '+00', (month_start + interval '1 month')::text || '+00');
            made := made + 1;
        END IF;
        month_start := month_start + interval '1 month';
    END LOOP;
    RETURN made;
END
$$;
CREATE OR REPLACE FUNCTION public.drop_partitions(parent text, before timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    child text;
    dropped integer := 0;
BEGIN
    IF parent IS NULL OR parent <> ALL (ARRAY['candle', 'open_interest', 'funding', 'long_short_ratio', 'liquidation', 'depth', 'mark_price', 'column']) THEN
        RAISE EXCEPTION 'drop_partitions: % is not a partitioned table', coalesce(quote_literal(parent), 'NULL') USING ERRCODE = '22023';
    END IF;
    IF before IS NULL THEN
        RAISE EXCEPTION 'drop_partitions: no time given' USING ERRCODE = '22023';
    END IF;
    PERFORM pg_advisory_xact_lock(1178687596, hashtext(parent));
    FOR child IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = format('public.%I', parent)::regclass
            AND to_timestamp(right(c.relname, 7), 'YYYY"_"MM')::date + interval '1 month' <= before AT TIME ZONE 'UTC'
    LOOP
        EXECUTE format('DROP TABLE faultline_parts.%I', child);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
