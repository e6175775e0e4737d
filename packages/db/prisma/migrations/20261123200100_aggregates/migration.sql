-- The market as the sum over venues. A sum is an instrument with builds, columns and tiles like any other; this says of what.
CREATE TABLE "aggregate" (
    "instrument_id" INTEGER NOT NULL,
    "base_asset" TEXT NOT NULL,
    "venues" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "aggregate_pkey" PRIMARY KEY ("instrument_id"),
    CONSTRAINT "aggregate_venues_check" CHECK (cardinality("venues") <> 1)
);

-- Run-length: of each member of a build, stretches [from, to) in which its columns were in the sum, or were missing.
CREATE TABLE "aggregate_coverage" (
    "build_id" INTEGER NOT NULL,
    "member_id" INTEGER NOT NULL,
    "from_time" TIMESTAMPTZ(3) NOT NULL,
    "to_time" TIMESTAMPTZ(3) NOT NULL,
    "included" BOOLEAN NOT NULL,

    CONSTRAINT "aggregate_coverage_pkey" PRIMARY KEY ("build_id","member_id","from_time"),
    CONSTRAINT "aggregate_coverage_range_check" CHECK ("from_time" < "to_time")
);

ALTER TABLE "aggregate" ADD CONSTRAINT "aggregate_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "aggregate_coverage" ADD CONSTRAINT "aggregate_coverage_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "build"("id") ON DELETE CASCADE ON UPDATE CASCADE;

GRANT SELECT, INSERT, UPDATE ON aggregate TO faultline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON aggregate_coverage TO faultline_app;

-- A choice of venues that nobody has looked at since `unused_since` goes, with all that was summed for it. The application may
-- delete no instrument; these it may, because the same choice makes the same sum again. True when it is gone.
CREATE FUNCTION public.drop_unused_aggregate(sum_id integer, unused_since timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM public.aggregate a
     WHERE a.instrument_id = sum_id AND cardinality(a.venues) > 0 AND a.last_used_at < unused_since FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM public."column" WHERE instrument_id = sum_id;
    DELETE FROM public.tile WHERE instrument_id = sum_id;
    DELETE FROM public.instrument WHERE id = sum_id;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION public.drop_unused_aggregate(integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.drop_unused_aggregate(integer, timestamptz) TO faultline_app;
