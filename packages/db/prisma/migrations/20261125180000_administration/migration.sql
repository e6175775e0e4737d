-- What administrators are shown of an installation that the application's role cannot read for itself.

-- How much each of these teams has made: a number, for administrators. What it is, they do not see.
CREATE FUNCTION public.team_item_counts(teams uuid[]) RETURNS TABLE (team_id uuid, items int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.team_id, count(*)::int
      FROM public.saved_item i
     WHERE i.team_id = ANY (teams) AND public.actor_is_admin()
     GROUP BY i.team_id
$$;

-- Which migrations this database has, for administrators. plpgsql: the scratch database of the drift check has no such table, and there
-- nobody asks.
CREATE FUNCTION public.applied_migrations() RETURNS TABLE (name text, applied_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT m.migration_name::text, m.finished_at
      FROM public._prisma_migrations m
     WHERE m.finished_at IS NOT NULL AND m.rolled_back_at IS NULL AND public.actor_is_admin()
     ORDER BY m.migration_name;
END
$$;

REVOKE ALL ON FUNCTION public.team_item_counts(uuid[]), public.applied_migrations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.team_item_counts(uuid[]), public.applied_migrations() TO faultline_app;
