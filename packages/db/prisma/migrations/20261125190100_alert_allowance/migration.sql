-- What plans allow of alert rules, asked when one is made and whenever one is evaluated: a plan may have become smaller since.

-- Of people, and of teams: what the plans of their owners allow, the largest counting. most: null for any number; base_assets: null for
-- all. For the functions below only.
CREATE FUNCTION public.alert_allowances(ofs uuid[]) RETURNS TABLE (of_id uuid, most int, base_assets text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT who.of_id,
           CASE WHEN bool_or(u.role = 'admin' OR p.alert_rules IS NULL) THEN NULL ELSE max(p.alert_rules) END,
           CASE WHEN bool_or(u.role = 'admin' OR p.all_assets) THEN NULL ELSE array_remove(array_agg(DISTINCT asset), NULL) END
      FROM (SELECT o AS of_id, o AS user_id FROM unnest(ofs) o
             UNION ALL
            SELECT m.team_id, m.user_id FROM public.membership m WHERE m.team_id = ANY (ofs) AND m.role = 'owner') who
      JOIN public.app_user u ON u.id = who.user_id
      JOIN public.plan p ON p.key = CASE WHEN u.plan_until IS NULL OR u.plan_until > now() THEN u.plan_key ELSE 'free' END
      LEFT JOIN LATERAL unnest(p.base_assets) asset ON true
     GROUP BY who.of_id
$$;

-- The same of the actor, or of a team that they are in.
CREATE FUNCTION public.alert_allowance(of_id uuid) RETURNS TABLE (most int, base_assets text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.most, a.base_assets FROM public.alert_allowances(ARRAY[of_id]) a
     WHERE a.of_id = public.actor_id() OR a.of_id = ANY (public.actor_team_ids('viewer'))
$$;

-- Rules that are on and that a plan does not allow any more, of all that the actor may see, or of one person or team: about markets that
-- it does not open (market), or beyond their number, those that were made last (limit). One that is off leaves its place to another.
CREATE FUNCTION public.closed_alert_rules(only_of uuid) RETURNS TABLE (rule_id uuid, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH rules AS (
        SELECT r.id, coalesce(r.owner_id, r.team_id) AS of_id, r.instrument_key, r.created_at
          FROM public.alert_rule r
         WHERE r.enabled AND (only_of IS NULL OR r.owner_id = only_of OR r.team_id = only_of)
           AND (public.actor_kind() = 'worker' OR r.owner_id = public.actor_id() OR r.team_id = ANY (public.actor_team_ids('viewer')))
    ), judged AS (
        SELECT r.id, r.of_id, r.created_at, a.most,
               a.base_assets IS NULL OR coalesce(i.base_asset = ANY (a.base_assets), false) AS opened
          FROM rules r
          JOIN public.alert_allowances((SELECT array_agg(DISTINCT o.of_id) FROM rules o)) a ON a.of_id = r.of_id
          LEFT JOIN public.instrument i ON i.key = r.instrument_key
    )
    SELECT n.id, CASE WHEN n.opened THEN 'limit' ELSE 'market' END
      FROM (SELECT j.id, j.most, j.opened, row_number() OVER (PARTITION BY j.of_id, j.opened ORDER BY j.created_at, j.id) AS place FROM judged j) n
     WHERE NOT n.opened OR n.place > n.most
$$;

REVOKE ALL ON FUNCTION public.alert_allowances(uuid[]), public.alert_allowance(uuid), public.closed_alert_rules(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.alert_allowance(uuid), public.closed_alert_rules(uuid) TO faultline_app;
