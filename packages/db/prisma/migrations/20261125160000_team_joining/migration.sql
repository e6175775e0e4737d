-- Joining is told in the team's activity by whoever lets people in: a team that wants a second factor is closed to a new member
-- who has none yet, and they could not write it themselves. Otherwise as in people_access.
CREATE OR REPLACE FUNCTION public.accept_team_invitation(token bytea, most_members int) RETURNS TABLE (team_id uuid, state text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found_one public.team_invitation%ROWTYPE;
    me public.app_user%ROWTYPE;
BEGIN
    SELECT * INTO me FROM public.app_user u WHERE u.id = public.actor_id() AND u.disabled_at IS NULL;
    IF me.id IS NULL THEN
        RAISE EXCEPTION 'Only a person joins a team.' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO found_one FROM public.team_invitation i WHERE i.hash = token FOR UPDATE;
    IF found_one.id IS NULL THEN RETURN QUERY SELECT NULL::uuid, 'unknown'; RETURN; END IF;
    IF EXISTS (SELECT FROM public.membership m WHERE m.team_id = found_one.team_id AND m.user_id = me.id) THEN
        RETURN QUERY SELECT found_one.team_id, 'member'; RETURN;
    END IF;
    IF found_one.revoked_at IS NOT NULL THEN RETURN QUERY SELECT NULL::uuid, 'revoked'; RETURN; END IF;
    IF found_one.uses >= found_one.max_uses THEN RETURN QUERY SELECT NULL::uuid, 'used'; RETURN; END IF;
    IF found_one.expires_at <= now() THEN RETURN QUERY SELECT NULL::uuid, 'expired'; RETURN; END IF;
    IF found_one.email IS NOT NULL AND lower(found_one.email) <> me.email THEN RETURN QUERY SELECT NULL::uuid, 'other_address'; RETURN; END IF;
    PERFORM FROM public.team t WHERE t.id = found_one.team_id FOR UPDATE;
    IF most_members IS NOT NULL AND (SELECT count(*) FROM public.membership m WHERE m.team_id = found_one.team_id) >= most_members THEN
        RETURN QUERY SELECT NULL::uuid, 'full'; RETURN;
    END IF;
    -- two links of the same team, opened twice at once
    INSERT INTO public.membership (team_id, user_id, role) VALUES (found_one.team_id, me.id, found_one.role) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN QUERY SELECT found_one.team_id, 'member'; RETURN;
    END IF;
    UPDATE public.team_invitation SET uses = uses + 1 WHERE id = found_one.id;
    INSERT INTO public.activity (team_id, actor_id, actor, action, target)
        VALUES (found_one.team_id, me.id, coalesce(nullif(me.name, ''), me.email), 'member.joined', found_one.role::text);
    RETURN QUERY SELECT found_one.team_id, 'joined';
END
$$;
