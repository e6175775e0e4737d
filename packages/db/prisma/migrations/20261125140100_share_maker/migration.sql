-- Says who made the link, too: a link shows no more than their plan does.
DROP FUNCTION public.open_share(bytea, boolean);
CREATE FUNCTION public.open_share(token bytea, visit boolean)
RETURNS TABLE (link_id uuid, item_name text, content jsonb, layout jsonb, version int, frozen_at timestamptz, embed boolean, created_at timestamptz, expires_at timestamptz, created_by uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found public.share_link;
BEGIN
    SELECT s.* INTO found FROM public.share_link s
      JOIN public.saved_item i ON i.id = s.item_id AND i.kind = 'view'
      LEFT JOIN public.app_user o ON o.id = i.owner_id
     WHERE s.hash = token AND s.revoked_at IS NULL AND s.expires_at > now() AND o.disabled_at IS NULL;
    IF found.id IS NULL THEN
        RETURN;
    END IF;
    IF visit THEN
        UPDATE public.share_link s SET visits = s.visits + 1, last_visit_at = now() WHERE s.id = found.id;
    END IF;
    RETURN QUERY SELECT found.id, i.name, i.content, l.content, i.version, found.frozen_at, found.embed, found.created_at, found.expires_at, found.created_by
      FROM public.saved_item i
      LEFT JOIN public.saved_item l ON l.kind = 'layout' AND l.id::text = i.content ->> 'layoutId'
       AND (l.owner_id = i.owner_id OR l.team_id = i.team_id)
     WHERE i.id = found.item_id;
END
$$;
REVOKE ALL ON FUNCTION public.open_share(bytea, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.open_share(bytea, boolean) TO faultline_app;
