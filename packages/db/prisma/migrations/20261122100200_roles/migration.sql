-- The application's role: a group that owns nothing and to which every application login belongs. `provision` makes it and
-- the login beforehand; here it is made only where it may be and is missing (a scratch database of the drift check on an
-- empty cluster). Roles belong to the cluster, so databases migrating at the same moment meet here.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'faultline_app') THEN
        CREATE ROLE faultline_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The role faultline_app is missing and % may not create it. Have an administrator run: CREATE ROLE faultline_app NOLOGIN;', current_user
            USING ERRCODE = '42501';
END
$$;

-- What the application may do. Nothing is granted by default: a later migration grants what it adds.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO faultline_app;
GRANT SELECT, INSERT, UPDATE ON instrument, lease, gap TO faultline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON build, checkpoint TO faultline_app;
-- A column is never rewritten; it goes with its whole build. Tiles are its display form.
GRANT SELECT, INSERT, DELETE ON "column", tile TO faultline_app;
-- Acknowledged events are neither changed nor deleted; only what the venue had left out may be filled in later.
GRANT SELECT, INSERT ON candle, open_interest, funding, long_short_ratio, liquidation, depth TO faultline_app;
GRANT UPDATE (quote_volume, taker_buy_volume, trade_count) ON candle TO faultline_app;
GRANT UPDATE (open_interest_usd) ON open_interest TO faultline_app;
GRANT UPDATE (interval_hours) ON funding TO faultline_app;
GRANT SELECT, INSERT ON app_user TO faultline_app;
GRANT UPDATE (name, password_hash, role, session_version, password_is_initial, disabled_at) ON app_user TO faultline_app;
GRANT USAGE ON SEQUENCE instrument_id_seq, build_id_seq TO faultline_app;
GRANT EXECUTE ON FUNCTION public.ensure_partitions(text, timestamptz, timestamptz) TO faultline_app;

-- Who is asking: three settings that withActor() makes local to its transaction. Unset, every policy below says no.
CREATE FUNCTION public.actor_kind() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(current_setting('faultline.actor_kind', true), '')
$$;
CREATE FUNCTION public.actor_id() RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN current_setting('faultline.actor_kind', true) = 'user' THEN nullif(current_setting('faultline.actor_id', true), '')::uuid END
$$;
-- The claim to be an administrator is checked against the table. SECURITY DEFINER: a policy that reads its own table would
-- recurse.
CREATE FUNCTION public.actor_is_admin() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(current_setting('faultline.actor_role', true), '') = 'admin'
        AND EXISTS (SELECT FROM public.app_user u WHERE u.id = public.actor_id() AND u.role = 'admin' AND u.disabled_at IS NULL)
$$;
-- True once, for the one who makes the first administrator: whoever asks at the same moment waits until that transaction has
-- ended, and then sees its row (plpgsql and VOLATILE: each statement has a snapshot of its own).
CREATE FUNCTION public.no_user_yet() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1178687596, 0);
    RETURN NOT EXISTS (SELECT FROM public.app_user);
END
$$;
REVOKE ALL ON FUNCTION public.actor_kind(), public.actor_id(), public.actor_is_admin(), public.no_user_yet() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.actor_kind(), public.actor_id(), public.actor_is_admin(), public.no_user_yet() TO faultline_app;

-- Row-level security holds for everybody but the owner, who migrates and dumps. It is not FORCEd: pg_dump by an owner that
-- is no superuser would then fail, and actor_is_admin() would see no row. That the application does not work as the owner is
-- checked where its address is given (tools/provision.mjs).
ALTER TABLE app_user ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_user_read ON app_user FOR SELECT TO faultline_app USING (
    (SELECT actor_kind()) IN ('authenticator', 'operator') OR id = (SELECT actor_id()) OR (SELECT actor_is_admin())
);
CREATE POLICY app_user_first_administrator ON app_user FOR INSERT TO faultline_app WITH CHECK (
    actor_kind() = 'operator' AND role = 'admin' AND no_user_yet()
);
CREATE POLICY app_user_change ON app_user FOR UPDATE TO faultline_app
    USING (id = (SELECT actor_id()) OR (SELECT actor_is_admin()))
    WITH CHECK (id = (SELECT actor_id()) OR (SELECT actor_is_admin()));

-- Policies see rows, not what changes in them: this does.
CREATE FUNCTION public.app_user_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT row_security_active('public.app_user') THEN
        RETURN NEW; -- the owner at work
    END IF;
    IF (NEW.role, NEW.disabled_at) IS DISTINCT FROM (OLD.role, OLD.disabled_at)
        AND (NEW.id = public.actor_id() OR NOT public.actor_is_admin()) THEN
        RAISE EXCEPTION 'Only another administrator may change a person''s role or disable them.' USING ERRCODE = '42501';
    END IF;
    IF NEW.session_version < OLD.session_version THEN
        RAISE EXCEPTION 'A session version only rises.' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER app_user_guard BEFORE UPDATE ON app_user FOR EACH ROW EXECUTE FUNCTION public.app_user_guard();

-- Tells every web process whose sessions to look at again. Payload as `user` in src/notify.ts.
CREATE FUNCTION public.app_user_notify() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('faultline_user', json_build_object('id', OLD.id)::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER app_user_notify_change AFTER UPDATE ON app_user FOR EACH ROW
    WHEN ((OLD.session_version, OLD.role, OLD.disabled_at) IS DISTINCT FROM (NEW.session_version, NEW.role, NEW.disabled_at))
    EXECUTE FUNCTION public.app_user_notify();
CREATE TRIGGER app_user_notify_delete AFTER DELETE ON app_user FOR EACH ROW EXECUTE FUNCTION public.app_user_notify();
REVOKE ALL ON FUNCTION public.app_user_guard(), public.app_user_notify() FROM PUBLIC;
