-- How long what is kept, in days; NULL: for ever. What goes, goes by whole months: a row lives at least as long as this.
CREATE TABLE "retention" (
    "kind" TEXT NOT NULL,
    "keep_days" INTEGER,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "retention_pkey" PRIMARY KEY ("kind"),
    CONSTRAINT "retention_kind_check" CHECK (
        "kind" IN ('markPrice', 'depth', 'liquidation', 'candle', 'openInterest', 'funding', 'longShortRatio', 'column1m', 'column5m')
    ),
    CONSTRAINT "retention_keep_days_check" CHECK ("keep_days" BETWEEN 2 AND 36500)
);
INSERT INTO "retention" ("kind", "keep_days") VALUES
    ('markPrice', 14), ('depth', 14),
    -- what the estimator reads: without it a map cannot be made anew
    ('candle', NULL), ('openInterest', NULL), ('longShortRatio', NULL), ('liquidation', NULL), ('funding', NULL),
    ('column1m', 30), ('column5m', NULL);

-- Candles of months whose minutes are gone.
CREATE TABLE "candle_rollup" (
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

    CONSTRAINT "candle_rollup_pkey" PRIMARY KEY ("instrument_id", "interval_ms", "open_time")
);

-- Columns that start before are thinned to one every five minutes, or every thirty.
ALTER TABLE "build" ADD COLUMN "thinned_5m_to" TIMESTAMPTZ(3);
ALTER TABLE "build" ADD COLUMN "thinned_30m_to" TIMESTAMPTZ(3);

GRANT SELECT ON retention, candle_rollup TO faultline_app;
GRANT UPDATE (keep_days, updated_at) ON retention TO faultline_app;
-- Everybody's worker reads how long to keep; who changes it is an administrator, or the operator at the command line.
ALTER TABLE retention ENABLE ROW LEVEL SECURITY;
CREATE POLICY retention_read ON retention FOR SELECT TO faultline_app USING (true);
CREATE POLICY retention_change ON retention FOR UPDATE TO faultline_app
    USING (actor_kind() = 'operator' OR (SELECT actor_is_admin()))
    WITH CHECK (actor_kind() = 'operator' OR (SELECT actor_is_admin()));

-- Drops the months of one kind of event that lie wholly before now() minus what the table says, and returns how many. Of
-- candles, half-hours and days are kept. SECURITY DEFINER because the application may not delete what was acknowledged: it can
-- only ask for what the policy orders. A month that somebody reads right now is left to the next time.
CREATE FUNCTION public.expire_partitions(given text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    parent text := CASE given
        WHEN 'markPrice' THEN 'mark_price' WHEN 'depth' THEN 'depth' WHEN 'liquidation' THEN 'liquidation' WHEN 'candle' THEN 'candle'
        WHEN 'openInterest' THEN 'open_interest' WHEN 'funding' THEN 'funding' WHEN 'longShortRatio' THEN 'long_short_ratio' END;
    days integer;
    child text;
    dropped integer := 0;
BEGIN
    IF parent IS NULL THEN
        RAISE EXCEPTION 'expire_partitions: % is no kind of event', coalesce(quote_literal(given), 'NULL') USING ERRCODE = '22023';
    END IF;
    SELECT keep_days INTO days FROM public.retention WHERE kind = given;
    IF days IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(1178687596, hashtext(parent));
    FOR child IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = format('public.%I', parent)::regclass
            AND to_timestamp(right(c.relname, 7), 'YYYY"_"MM')::date + interval '1 month'
                <= (now() - make_interval(days => days)) AT TIME ZONE 'UTC'
        ORDER BY c.relname
    LOOP
        IF parent = 'candle' THEN
            EXECUTE format(
                'INSERT INTO public.candle_rollup
                 SELECT instrument_id, step, date_bin(step * interval ''1 ms'', open_time, ''epoch''),
                        (array_agg(open ORDER BY open_time))[1], max(high), min(low), (array_agg(close ORDER BY open_time DESC))[1],
                        sum(volume), CASE WHEN count(quote_volume) = count(*) THEN sum(quote_volume) END,
                        CASE WHEN count(taker_buy_volume) = count(*) THEN sum(taker_buy_volume) END,
                        CASE WHEN count(trade_count) = count(*) THEN sum(trade_count)::integer END
                   FROM faultline_parts.%I c
                  CROSS JOIN unnest(ARRAY[1800000, 86400000]) AS step
                  -- the finest of what is stored, where several lengths are
                  WHERE interval_ms < step AND interval_ms = (
                        SELECT min(f.interval_ms) FROM faultline_parts.%I f WHERE f.instrument_id = c.instrument_id)
                  GROUP BY 1, 2, 3
                 ON CONFLICT DO NOTHING', child, child);
        END IF;
        EXECUTE format('DROP TABLE faultline_parts.%I', child);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- Gives the room of deleted columns of one past month back to the disk. Readers of that month wait meanwhile.
CREATE FUNCTION public.compact_columns(month timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    child text := 'column' || to_char(month AT TIME ZONE 'UTC', '"_"YYYY"_"MM');
    key text;
BEGIN
    IF month IS NULL OR month > now() - interval '31 days' THEN
        RAISE EXCEPTION 'compact_columns: % is not a month that is over', month USING ERRCODE = '22023';
    END IF;
    SELECT x.relname INTO key FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
     WHERE c.relnamespace = 'faultline_parts'::regnamespace AND c.relname = child AND i.indisprimary;
    IF key IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CLUSTER faultline_parts.%I USING %I', child, key);
END
$$;
REVOKE ALL ON FUNCTION public.expire_partitions(text), public.compact_columns(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.expire_partitions(text), public.compact_columns(timestamptz) TO faultline_app;
