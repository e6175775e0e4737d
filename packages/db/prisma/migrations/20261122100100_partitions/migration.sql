-- Monthly partitions (UTC) in a schema of their own, so that Prisma, which looks at "public" alone, sees the parents only.
CREATE SCHEMA faultline_parts;

-- Makes every missing partition that an instant in [from_time, to_time] falls into; returns how many it made.
--
-- SECURITY DEFINER because the application's role owns nothing: the parent's name is taken from a fixed list, all other
-- identifiers are made here, and nothing is looked up through the caller's search_path.
--
-- ATTACH instead of CREATE TABLE … PARTITION OF: the latter takes ACCESS EXCLUSIVE on the parent until the caller's
-- transaction ends, so a long import would stop every reader. ATTACH lets readers and writers pass. The advisory lock makes
-- concurrent callers wait for one another; what is there is then looked up again, in a snapshot of its own (so callers run
-- in READ COMMITTED, Postgres' default).
CREATE FUNCTION public.ensure_partitions(parent text, from_time timestamptz, to_time timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month_start timestamp;
    child text;
    locked boolean := false;
    made integer := 0;
BEGIN
    IF parent IS NULL OR parent <> ALL (ARRAY['candle', 'open_interest', 'funding', 'long_short_ratio', 'liquidation', 'depth', 'column']) THEN
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

-- Drops the partitions that lie wholly before `before`; returns how many. For the owner only (retention is an operator's
-- decision): the application may not delete what has been acknowledged. Takes ACCESS EXCLUSIVE on the parent: run it in a
-- transaction of its own.
CREATE FUNCTION public.drop_partitions(parent text, before timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    child text;
    dropped integer := 0;
BEGIN
    IF parent IS NULL OR parent <> ALL (ARRAY['candle', 'open_interest', 'funding', 'long_short_ratio', 'liquidation', 'depth', 'column']) THEN
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

REVOKE ALL ON FUNCTION public.ensure_partitions(text, timestamptz, timestamptz), public.drop_partitions(text, timestamptz) FROM PUBLIC;
