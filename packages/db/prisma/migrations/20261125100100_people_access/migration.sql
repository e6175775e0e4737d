-- Who may see and change which of people's rows. Kinds of actors (src/actor.ts): a user; the authenticator, who signs people
-- in and up; the operator of the installation; the worker, who evaluates alerts and delivers; billing, which sets plans.

-- The actor's teams in which they have at least this role. A team that wants a second factor is closed to whoever has none.
-- Asked once per statement where a policy puts it into a sub-select.
CREATE FUNCTION public.actor_team_ids(lowest public.team_role) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(m.team_id), '{}')
      FROM public.membership m
      JOIN public.team t ON t.id = m.team_id
      JOIN public.app_user u ON u.id = m.user_id
     WHERE m.user_id = public.actor_id() AND m.role >= lowest AND u.disabled_at IS NULL
       AND (NOT t.require_second_factor OR u.totp_enabled_at IS NOT NULL)
$$;

-- Every team of the actor, those that are closed to them too: for lists that say why.
CREATE FUNCTION public.my_teams()
RETURNS TABLE (id uuid, name text, role public.team_role, require_second_factor boolean, locked boolean, members int, version int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.id, t.name, m.role, t.require_second_factor, t.require_second_factor AND u.totp_enabled_at IS NULL,
           (SELECT count(*)::int FROM public.membership o WHERE o.team_id = t.id), t.version
      FROM public.membership m
      JOIN public.team t ON t.id = m.team_id
      JOIN public.app_user u ON u.id = m.user_id
     WHERE m.user_id = public.actor_id() AND u.disabled_at IS NULL
     ORDER BY t.name, t.id
$$;

-- Who is in a team, for its members and administrators: no more of a person than they may know of each other.
CREATE FUNCTION public.team_people(team uuid)
RETURNS TABLE (user_id uuid, name text, email text, role public.team_role, second_factor boolean, last_seen_at timestamptz, joined_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.id, u.name, u.email, m.role, u.totp_enabled_at IS NOT NULL, u.last_seen_at, m.joined_at
      FROM public.membership m
      JOIN public.app_user u ON u.id = m.user_id
     WHERE m.team_id = team
       AND (public.actor_is_admin() OR team = ANY (public.actor_team_ids('viewer')))
     ORDER BY m.role DESC, u.name, u.id
$$;

-- A new team with its first owner. What the plan allows, the caller has looked at.
CREATE FUNCTION public.create_team(team_name text) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made uuid := gen_random_uuid();
BEGIN
    IF public.actor_id() IS NULL THEN
        RAISE EXCEPTION 'Only a person makes a team.' USING ERRCODE = '42501';
    END IF;
    INSERT INTO public.team (id, name) VALUES (made, team_name);
    INSERT INTO public.membership (team_id, user_id, role) VALUES (made, public.actor_id(), 'owner');
    RETURN made;
END
$$;

-- What an invitation offers, to whoever holds its token. state: open, expired, revoked, used.
CREATE FUNCTION public.team_invitation_of(token bytea)
RETURNS TABLE (team_id uuid, team_name text, role public.team_role, email text, inviter text, expires_at timestamptz, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.team_id, t.name, i.role, i.email, u.name, i.expires_at,
           CASE WHEN i.revoked_at IS NOT NULL THEN 'revoked' WHEN i.uses >= i.max_uses THEN 'used' WHEN i.expires_at <= now() THEN 'expired' ELSE 'open' END
      FROM public.team_invitation i
      JOIN public.team t ON t.id = i.team_id
      LEFT JOIN public.app_user u ON u.id = i.created_by
     WHERE i.hash = token
$$;

-- Lets the actor in. state: joined, member (already: nothing is used up), or why not: unknown, expired, revoked, used, other_address, full.
CREATE FUNCTION public.accept_team_invitation(token bytea, most_members int) RETURNS TABLE (team_id uuid, state text)
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
    INSERT INTO public.membership (team_id, user_id, role) VALUES (found_one.team_id, me.id, found_one.role);
    UPDATE public.team_invitation SET uses = uses + 1 WHERE id = found_one.id;
    RETURN QUERY SELECT found_one.team_id, 'joined';
END
$$;

-- The largest number of members that the owners' plans allow; null: without a limit.
CREATE FUNCTION public.team_member_limit(team uuid) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN bool_or(p.team_members IS NULL OR u.role = 'admin') THEN NULL ELSE max(p.team_members) END
      FROM public.membership m
      JOIN public.app_user u ON u.id = m.user_id
      JOIN public.plan p ON p.key = CASE WHEN u.plan_until IS NULL OR u.plan_until > now() THEN u.plan_key ELSE 'free' END
     WHERE m.team_id = team AND m.role = 'owner'
$$;

-- The one way of a stranger to a person's view: by a link that lives. Counts the visit where it is told to.
CREATE FUNCTION public.open_share(token bytea, visit boolean)
RETURNS TABLE (link_id uuid, item_name text, content jsonb, version int, frozen_at timestamptz, embed boolean, created_at timestamptz, expires_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF visit THEN
        UPDATE public.share_link s SET visits = s.visits + 1, last_visit_at = now()
         WHERE s.hash = token AND s.revoked_at IS NULL AND s.expires_at > now();
    END IF;
    RETURN QUERY SELECT s.id, i.name, i.content, i.version, s.frozen_at, s.embed, s.created_at, s.expires_at
      FROM public.share_link s
      JOIN public.saved_item i ON i.id = s.item_id
     WHERE s.hash = token AND s.revoked_at IS NULL AND s.expires_at > now() AND i.kind = 'view';
END
$$;

REVOKE ALL ON FUNCTION public.actor_team_ids(public.team_role), public.my_teams(), public.team_people(uuid), public.create_team(text),
    public.team_invitation_of(bytea), public.accept_team_invitation(bytea, int), public.team_member_limit(uuid), public.open_share(bytea, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.actor_team_ids(public.team_role), public.my_teams(), public.team_people(uuid), public.create_team(text),
    public.team_invitation_of(bytea), public.accept_team_invitation(bytea, int), public.team_member_limit(uuid), public.open_share(bytea, boolean) TO faultline_app;

-- --- accounts ------------------------------------------------------------------------------------------------------------

GRANT DELETE ON app_user TO faultline_app;
GRANT UPDATE (email, email_verified_at, totp_secret, totp_enabled_at, totp_last_step, plan_key, plan_until, settings, last_seen_at) ON app_user TO faultline_app;
DROP POLICY app_user_read ON app_user;
CREATE POLICY app_user_read ON app_user FOR SELECT TO faultline_app USING (
    (SELECT actor_kind()) IN ('authenticator', 'operator', 'worker', 'billing') OR id = (SELECT actor_id()) OR (SELECT actor_is_admin())
);
CREATE POLICY app_user_sign_up ON app_user FOR INSERT TO faultline_app WITH CHECK (
    (actor_kind() = 'authenticator' OR actor_is_admin()) AND role = 'member'
);
DROP POLICY app_user_change ON app_user;
CREATE POLICY app_user_change ON app_user FOR UPDATE TO faultline_app
    USING ((SELECT actor_kind()) IN ('authenticator', 'billing') OR id = (SELECT actor_id()) OR (SELECT actor_is_admin()))
    WITH CHECK ((SELECT actor_kind()) IN ('authenticator', 'billing') OR id = (SELECT actor_id()) OR (SELECT actor_is_admin()));
CREATE POLICY app_user_leave ON app_user FOR DELETE TO faultline_app USING (id = (SELECT actor_id()) OR (SELECT actor_is_admin()));

CREATE OR REPLACE FUNCTION public.app_user_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT row_security_active('public.app_user') THEN
        RETURN coalesce(NEW, OLD); -- the owner at work
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.role = 'admin' AND NOT public.another_administrator(OLD.id) THEN
            RAISE EXCEPTION 'The last administrator cannot be deleted.' USING ERRCODE = '42501';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.role, NEW.disabled_at) IS DISTINCT FROM (OLD.role, OLD.disabled_at)
        AND (NEW.id = public.actor_id() OR NOT public.actor_is_admin()) THEN
        RAISE EXCEPTION 'Only another administrator may change a person''s role or disable them.' USING ERRCODE = '42501';
    END IF;
    IF (NEW.plan_key, NEW.plan_until) IS DISTINCT FROM (OLD.plan_key, OLD.plan_until)
        AND public.actor_kind() <> 'billing' AND NOT public.actor_is_admin() THEN
        RAISE EXCEPTION 'A plan is granted by an administrator or by the payment provider.' USING ERRCODE = '42501';
    END IF;
    IF public.actor_kind() = 'billing' AND (to_jsonb(NEW) - 'plan_key' - 'plan_until') IS DISTINCT FROM (to_jsonb(OLD) - 'plan_key' - 'plan_until') THEN
        RAISE EXCEPTION 'The payment provider changes plans only.' USING ERRCODE = '42501';
    END IF;
    IF NEW.session_version < OLD.session_version THEN
        RAISE EXCEPTION 'A session version only rises.' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION public.another_administrator(than uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.app_user u WHERE u.role = 'admin' AND u.disabled_at IS NULL AND u.id <> than)
$$;
REVOKE ALL ON FUNCTION public.another_administrator(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.another_administrator(uuid) TO faultline_app;
CREATE TRIGGER app_user_guard_delete BEFORE DELETE ON app_user FOR EACH ROW EXECUTE FUNCTION public.app_user_guard();
-- What pages and limits follow from is told at once: plan, second factor and address too.
DROP TRIGGER app_user_notify_change ON app_user;
CREATE TRIGGER app_user_notify_change AFTER UPDATE ON app_user FOR EACH ROW
    WHEN ((OLD.session_version, OLD.role, OLD.disabled_at, OLD.plan_key, OLD.plan_until, OLD.totp_enabled_at, OLD.email, OLD.name, OLD.email_verified_at)
        IS DISTINCT FROM (NEW.session_version, NEW.role, NEW.disabled_at, NEW.plan_key, NEW.plan_until, NEW.totp_enabled_at, NEW.email, NEW.name, NEW.email_verified_at))
    EXECUTE FUNCTION public.app_user_notify();

GRANT SELECT ON plan TO faultline_app;
GRANT UPDATE (name, ranges, base_assets, all_assets, api, alert_rules, saved_items, teams, team_members, share_links, updated_at) ON plan TO faultline_app;
ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_read ON plan FOR SELECT TO faultline_app USING (true);
CREATE POLICY plan_change ON plan FOR UPDATE TO faultline_app USING ((SELECT actor_is_admin()));

GRANT SELECT, INSERT, UPDATE ON installation_setting TO faultline_app;
ALTER TABLE installation_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY installation_setting_read ON installation_setting FOR SELECT TO faultline_app USING (true);
CREATE POLICY installation_setting_add ON installation_setting FOR INSERT TO faultline_app WITH CHECK (actor_is_admin());
CREATE POLICY installation_setting_change ON installation_setting FOR UPDATE TO faultline_app USING ((SELECT actor_is_admin()));

GRANT SELECT, INSERT, DELETE ON user_session, recovery_code, oauth_identity TO faultline_app;
GRANT UPDATE (last_seen_at, ended_at) ON user_session TO faultline_app;
GRANT UPDATE (used_at) ON recovery_code TO faultline_app;
GRANT SELECT, INSERT, DELETE ON one_time_token TO faultline_app;
GRANT UPDATE (used_at) ON one_time_token TO faultline_app;
GRANT SELECT, INSERT, DELETE ON api_key TO faultline_app;
GRANT UPDATE (last_used_at, revoked_at) ON api_key TO faultline_app;
ALTER TABLE user_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE one_time_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY user_session_all ON user_session TO faultline_app
    USING ((SELECT actor_kind()) = 'authenticator' OR user_id = (SELECT actor_id()) OR (SELECT actor_is_admin()))
    WITH CHECK ((SELECT actor_kind()) = 'authenticator' OR user_id = (SELECT actor_id()) OR (SELECT actor_is_admin()));
CREATE POLICY recovery_code_all ON recovery_code TO faultline_app
    USING ((SELECT actor_kind()) = 'authenticator' OR user_id = (SELECT actor_id()) OR (SELECT actor_is_admin()));
CREATE POLICY oauth_identity_all ON oauth_identity TO faultline_app
    USING ((SELECT actor_kind()) = 'authenticator' OR user_id = (SELECT actor_id()));
-- Whoever can read a token's row learns nothing that opens anything; administrators see and take back invitations.
CREATE POLICY one_time_token_all ON one_time_token TO faultline_app
    USING ((SELECT actor_kind()) = 'authenticator' OR user_id = (SELECT actor_id()) OR (SELECT actor_is_admin()));
CREATE POLICY api_key_all ON api_key TO faultline_app
    USING ((SELECT actor_kind()) = 'authenticator' OR user_id = (SELECT actor_id()))
    WITH CHECK (user_id = (SELECT actor_id()) OR (SELECT actor_kind()) = 'authenticator');

-- Ending one session ends its copied cookies at once.
CREATE FUNCTION public.user_session_notify() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('faultline_user', json_build_object('id', OLD.user_id)::text);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.user_session_notify() FROM PUBLIC;
CREATE TRIGGER user_session_notify_end AFTER UPDATE ON user_session FOR EACH ROW
    WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at) EXECUTE FUNCTION public.user_session_notify();
CREATE TRIGGER user_session_notify_delete AFTER DELETE ON user_session FOR EACH ROW EXECUTE FUNCTION public.user_session_notify();

-- Rows are added, by anybody who acts, in their own name; never changed, never deleted.
GRANT SELECT, INSERT ON audit_event TO faultline_app;
GRANT USAGE ON SEQUENCE audit_event_id_seq TO faultline_app;
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_event_read ON audit_event FOR SELECT TO faultline_app USING ((SELECT actor_is_admin()));
CREATE POLICY audit_event_add ON audit_event FOR INSERT TO faultline_app WITH CHECK (
    (actor_kind() = 'user' AND actor_id = actor_id()) OR actor_kind() IN ('authenticator', 'operator', 'worker', 'billing')
);

GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit TO faultline_app;
GRANT SELECT, INSERT ON plan_message TO faultline_app;
ALTER TABLE plan_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_message_all ON plan_message TO faultline_app USING ((SELECT actor_kind()) = 'billing' OR (SELECT actor_is_admin()));

-- --- teams ---------------------------------------------------------------------------------------------------------------

GRANT SELECT, DELETE ON team TO faultline_app;
GRANT UPDATE (name, require_second_factor, version) ON team TO faultline_app;
GRANT SELECT, DELETE ON membership TO faultline_app;
GRANT UPDATE (role) ON membership TO faultline_app;
GRANT SELECT, INSERT ON team_invitation TO faultline_app;
GRANT UPDATE (revoked_at, expires_at, hash) ON team_invitation TO faultline_app;
ALTER TABLE team ENABLE ROW LEVEL SECURITY;
ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY team_read ON team FOR SELECT TO faultline_app USING (
    id = ANY ((SELECT actor_team_ids('viewer'))::uuid[]) OR (SELECT actor_is_admin()) OR (SELECT actor_kind()) = 'worker'
);
CREATE POLICY team_change ON team FOR UPDATE TO faultline_app USING (id = ANY ((SELECT actor_team_ids('owner'))::uuid[]));
CREATE POLICY team_end ON team FOR DELETE TO faultline_app USING (id = ANY ((SELECT actor_team_ids('owner'))::uuid[]) OR (SELECT actor_is_admin()));
CREATE POLICY membership_read ON membership FOR SELECT TO faultline_app USING (
    team_id = ANY ((SELECT actor_team_ids('viewer'))::uuid[]) OR user_id = (SELECT actor_id()) OR (SELECT actor_is_admin()) OR (SELECT actor_kind()) = 'worker'
);
CREATE POLICY membership_change ON membership FOR UPDATE TO faultline_app USING (team_id = ANY ((SELECT actor_team_ids('owner'))::uuid[]));
CREATE POLICY membership_end ON membership FOR DELETE TO faultline_app USING (
    team_id = ANY ((SELECT actor_team_ids('owner'))::uuid[]) OR user_id = (SELECT actor_id())
);
CREATE POLICY team_invitation_read ON team_invitation FOR SELECT TO faultline_app USING (team_id = ANY ((SELECT actor_team_ids('owner'))::uuid[]));
CREATE POLICY team_invitation_add ON team_invitation FOR INSERT TO faultline_app WITH CHECK (
    team_id = ANY ((SELECT actor_team_ids('owner'))::uuid[]) AND created_by = (SELECT actor_id())
);
CREATE POLICY team_invitation_change ON team_invitation FOR UPDATE TO faultline_app USING (team_id = ANY ((SELECT actor_team_ids('owner'))::uuid[]));

-- Looked at when the transaction ends, so that ownership can be handed over in one.
CREATE FUNCTION public.membership_keep_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM public.team t WHERE t.id = OLD.team_id FOR UPDATE;
    IF FOUND AND EXISTS (SELECT FROM public.membership m WHERE m.team_id = OLD.team_id)
        AND NOT EXISTS (SELECT FROM public.membership m WHERE m.team_id = OLD.team_id AND m.role = 'owner') THEN
        RAISE EXCEPTION 'A team keeps at least one owner: make somebody else the owner first.' USING ERRCODE = '23514', CONSTRAINT = 'membership_keep_owner';
    END IF;
    -- nobody is left who could see it
    DELETE FROM public.team t WHERE t.id = OLD.team_id AND NOT EXISTS (SELECT FROM public.membership m WHERE m.team_id = OLD.team_id);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.membership_keep_owner() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER membership_keep_owner AFTER UPDATE OR DELETE ON membership DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.membership_keep_owner();

-- --- what people make ----------------------------------------------------------------------------------------------------

GRANT SELECT, INSERT, DELETE ON saved_item TO faultline_app;
GRANT UPDATE (name, content, version, position, updated_by, updated_at, owner_id, team_id) ON saved_item TO faultline_app;
GRANT SELECT, INSERT, DELETE ON item_version TO faultline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON working_state TO faultline_app;
GRANT SELECT, INSERT, DELETE ON share_link, comment TO faultline_app;
GRANT UPDATE (expires_at, revoked_at) ON share_link TO faultline_app;
GRANT UPDATE (body, edited_at) ON comment TO faultline_app;
GRANT SELECT, INSERT ON activity TO faultline_app;
GRANT USAGE ON SEQUENCE activity_id_seq TO faultline_app;
ALTER TABLE saved_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE item_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE working_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE share_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE comment ENABLE ROW LEVEL SECURITY;
ALTER TABLE activity ENABLE ROW LEVEL SECURITY;
CREATE POLICY saved_item_read ON saved_item FOR SELECT TO faultline_app USING (
    owner_id = (SELECT actor_id()) OR team_id = ANY ((SELECT actor_team_ids('viewer'))::uuid[])
);
CREATE POLICY saved_item_add ON saved_item FOR INSERT TO faultline_app WITH CHECK (
    owner_id = (SELECT actor_id()) OR team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[])
);
CREATE POLICY saved_item_change ON saved_item FOR UPDATE TO faultline_app
    USING (owner_id = (SELECT actor_id()) OR team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[]));
CREATE POLICY saved_item_end ON saved_item FOR DELETE TO faultline_app
    USING (owner_id = (SELECT actor_id()) OR team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[]));
-- The policies of saved_item hold inside these sub-selects.
CREATE POLICY item_version_read ON item_version FOR SELECT TO faultline_app USING (EXISTS (SELECT FROM saved_item i WHERE i.id = item_id));
CREATE POLICY item_version_add ON item_version FOR INSERT TO faultline_app WITH CHECK (EXISTS (
    SELECT FROM saved_item i WHERE i.id = item_id
       AND (i.owner_id = (SELECT actor_id()) OR i.team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[]))
));
CREATE POLICY item_version_end ON item_version FOR DELETE TO faultline_app USING (EXISTS (
    SELECT FROM saved_item i WHERE i.id = item_id
       AND (i.owner_id = (SELECT actor_id()) OR i.team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[]))
));
CREATE POLICY working_state_all ON working_state TO faultline_app USING (user_id = (SELECT actor_id()));
CREATE POLICY share_link_all ON share_link TO faultline_app USING (EXISTS (
    SELECT FROM saved_item i WHERE i.id = item_id
       AND (i.owner_id = (SELECT actor_id()) OR i.team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[]))
));
CREATE POLICY comment_read ON comment FOR SELECT TO faultline_app USING (EXISTS (SELECT FROM saved_item i WHERE i.id = item_id));
CREATE POLICY comment_add ON comment FOR INSERT TO faultline_app WITH CHECK (
    author_id = (SELECT actor_id()) AND EXISTS (SELECT FROM saved_item i WHERE i.id = item_id)
);
CREATE POLICY comment_change ON comment FOR UPDATE TO faultline_app USING (
    author_id = (SELECT actor_id()) AND EXISTS (SELECT FROM saved_item i WHERE i.id = item_id)
);
CREATE POLICY comment_end ON comment FOR DELETE TO faultline_app USING (EXISTS (
    SELECT FROM saved_item i WHERE i.id = item_id
       AND (comment.author_id = (SELECT actor_id()) OR i.owner_id = (SELECT actor_id()) OR i.team_id = ANY ((SELECT actor_team_ids('owner'))::uuid[]))
));
CREATE POLICY activity_read ON activity FOR SELECT TO faultline_app USING (team_id = ANY ((SELECT actor_team_ids('viewer'))::uuid[]));
CREATE POLICY activity_add ON activity FOR INSERT TO faultline_app WITH CHECK (
    team_id = ANY ((SELECT actor_team_ids('viewer'))::uuid[]) AND actor_id = (SELECT actor_id())
);

-- --- alerts --------------------------------------------------------------------------------------------------------------

GRANT SELECT, INSERT, DELETE ON alert_channel, alert_rule TO faultline_app;
GRANT UPDATE (name, hint, sealed, disabled_reason) ON alert_channel TO faultline_app;
GRANT UPDATE (name, instrument_key, condition, channel_ids, cooldown_minutes, enabled, version, updated_at) ON alert_rule TO faultline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_state TO faultline_app;
GRANT SELECT, INSERT, DELETE ON alert_event, delivery, inbox_entry TO faultline_app;
GRANT UPDATE (read_at) ON inbox_entry TO faultline_app;
GRANT UPDATE (state, attempts, message, attempted_at, duration_ms) ON delivery TO faultline_app;
ALTER TABLE alert_channel ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_rule ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY alert_channel_read ON alert_channel FOR SELECT TO faultline_app USING (
    owner_id = (SELECT actor_id()) OR team_id = ANY ((SELECT actor_team_ids('viewer'))::uuid[]) OR (SELECT actor_kind()) = 'worker'
);
CREATE POLICY alert_channel_write ON alert_channel TO faultline_app USING (
    owner_id = (SELECT actor_id()) OR team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[]) OR (SELECT actor_kind()) = 'worker'
);
CREATE POLICY alert_rule_read ON alert_rule FOR SELECT TO faultline_app USING (
    owner_id = (SELECT actor_id()) OR team_id = ANY ((SELECT actor_team_ids('viewer'))::uuid[]) OR (SELECT actor_kind()) = 'worker'
);
CREATE POLICY alert_rule_write ON alert_rule TO faultline_app USING (
    owner_id = (SELECT actor_id()) OR team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[])
);
CREATE POLICY alert_state_all ON alert_state TO faultline_app USING ((SELECT actor_kind()) = 'worker');
CREATE POLICY alert_state_read ON alert_state FOR SELECT TO faultline_app USING (EXISTS (SELECT FROM alert_rule r WHERE r.id = rule_id));
CREATE POLICY alert_event_read ON alert_event FOR SELECT TO faultline_app USING (EXISTS (SELECT FROM alert_rule r WHERE r.id = rule_id));
CREATE POLICY alert_event_write ON alert_event TO faultline_app USING ((SELECT actor_kind()) = 'worker');
CREATE POLICY alert_event_test ON alert_event FOR INSERT TO faultline_app WITH CHECK (test AND EXISTS (
    SELECT FROM alert_rule r WHERE r.id = rule_id
       AND (r.owner_id = (SELECT actor_id()) OR r.team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[]))
));
CREATE POLICY inbox_entry_all ON inbox_entry TO faultline_app USING (user_id = (SELECT actor_id()) OR (SELECT actor_kind()) = 'worker');
CREATE POLICY delivery_read ON delivery FOR SELECT TO faultline_app USING (EXISTS (SELECT FROM alert_channel c WHERE c.id = channel_id));
CREATE POLICY delivery_write ON delivery TO faultline_app USING ((SELECT actor_kind()) = 'worker');
CREATE POLICY delivery_test ON delivery FOR INSERT TO faultline_app WITH CHECK (EXISTS (
    SELECT FROM alert_channel c WHERE c.id = channel_id
       AND (c.owner_id = (SELECT actor_id()) OR c.team_id = ANY ((SELECT actor_team_ids('editor'))::uuid[]))
));

-- --- data sources --------------------------------------------------------------------------------------------------------

GRANT UPDATE (priority, name), DELETE ON data_source TO faultline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON source_credential TO faultline_app;
GRANT SELECT, INSERT ON backfill_request TO faultline_app;
GRANT UPDATE (state, progress, eta_ms, message, started_at, finished_at) ON backfill_request TO faultline_app;
ALTER TABLE source_credential ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_credential_all ON source_credential TO faultline_app USING ((SELECT actor_is_admin()) OR (SELECT actor_kind()) = 'worker')
    WITH CHECK ((SELECT actor_is_admin()));
ALTER TABLE backfill_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY backfill_request_all ON backfill_request TO faultline_app USING ((SELECT actor_is_admin()) OR (SELECT actor_kind()) = 'worker');

-- --- news ----------------------------------------------------------------------------------------------------------------

-- Tells every web process what of people's rows has changed, and for whom. A hint: whoever gets it reads the row as they may.
CREATE FUNCTION public.people_notify() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    row_now jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    subject text := TG_ARGV[0];
    owner uuid := row_now ->> 'owner_id';
    team uuid := row_now ->> 'team_id';
    id text := row_now ->> 'id';
BEGIN
    IF subject = 'comment' THEN
        id := row_now ->> 'item_id';
        SELECT i.owner_id, i.team_id INTO owner, team FROM public.saved_item i WHERE i.id = (row_now ->> 'item_id')::uuid;
    ELSIF subject = 'member' THEN
        id := row_now ->> 'user_id';
    ELSIF subject = 'team' THEN
        team := (row_now ->> 'id')::uuid;
    ELSIF subject = 'inbox' THEN
        owner := (row_now ->> 'user_id')::uuid;
        id := row_now ->> 'event_id';
    END IF;
    IF owner IS NULL AND team IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_notify('faultline_people', json_build_object(
        'subject', subject, 'id', id, 'kind', row_now ->> 'kind', 'version', (row_now ->> 'version')::int,
        'ownerId', owner, 'teamId', team, 'by', public.actor_id(), 'gone', TG_OP = 'DELETE')::text);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.people_notify() FROM PUBLIC;
CREATE TRIGGER saved_item_notify AFTER INSERT OR UPDATE OR DELETE ON saved_item FOR EACH ROW EXECUTE FUNCTION public.people_notify('item');
CREATE TRIGGER comment_notify AFTER INSERT OR UPDATE OR DELETE ON comment FOR EACH ROW EXECUTE FUNCTION public.people_notify('comment');
CREATE TRIGGER membership_notify AFTER INSERT OR UPDATE OR DELETE ON membership FOR EACH ROW EXECUTE FUNCTION public.people_notify('member');
CREATE TRIGGER team_notify AFTER UPDATE OR DELETE ON team FOR EACH ROW EXECUTE FUNCTION public.people_notify('team');
CREATE TRIGGER inbox_notify AFTER INSERT OR UPDATE OR DELETE ON inbox_entry FOR EACH ROW EXECUTE FUNCTION public.people_notify('inbox');
CREATE TRIGGER alert_rule_notify AFTER INSERT OR UPDATE OR DELETE ON alert_rule FOR EACH ROW EXECUTE FUNCTION public.people_notify('rule');
