"""The schemas and functions behind `chassis.beside`, for a migration to make.

Moving a table takes its owner, which a service is not. So the owner's functions do it, which take no argument: nobody can
make them do anything else.
"""

from alembic import op

# A projection's own tables, by their name, and what every projection keeps of how far it is. No other table is ever moved: the outbox,
# the cursors and whatever was agreed on stay where they are.
_TABLES = """
CREATE FUNCTION picture_tables(of_schema text) RETURNS TABLE (id oid, name name)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT oid, relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = of_schema::regnamespace
      AND (relname ~ '^known_' OR relname IN ('boundary_positions', 'held_events', 'parked_boundaries'))
    ORDER BY relname
$$
"""
# The quarantine is filled beside, too, so that nothing is put away twice; what is in it there is thrown away with the switch.
_BEGIN = """
CREATE FUNCTION begin_picture() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    one record;
    part record;
BEGIN
    FOR one IN SELECT relnamespace::regnamespace AS schema, relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace IN ('picture_next'::regnamespace, 'picture_before'::regnamespace)
    LOOP
        EXECUTE format('DROP TABLE %s.%I', one.schema, one.relname);
    END LOOP;
    FOR one IN SELECT id, name FROM public.picture_tables('public') UNION ALL SELECT 'public.quarantined_events'::regclass, 'quarantined_events'
    LOOP
        EXECUTE format('CREATE TABLE picture_next.%1$I (LIKE public.%1$I INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING COMMENTS)', one.name);
        FOR part IN SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = one.id AND contype <> 'n' LOOP
            EXECUTE format('ALTER TABLE picture_next.%I ADD CONSTRAINT %I %s', one.name, part.conname, part.definition);
        END LOOP;
        FOR part IN SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index
            WHERE indrelid = one.id AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        LOOP
            EXECUTE replace(part.definition, format(' ON public.%I ', one.name), format(' ON picture_next.%I ', one.name));
        END LOOP;
        FOR part IN SELECT policyname, permissive, cmd, qual, with_check,
                (SELECT string_agg(quote_ident(role), ', ') FROM unnest(roles) AS role) AS holders
            FROM pg_policies WHERE schemaname = 'public' AND tablename = one.name
        LOOP
            EXECUTE format(
                'CREATE POLICY %I ON picture_next.%I AS %s FOR %s TO %s', part.policyname, one.name, part.permissive, part.cmd, part.holders
            ) || coalesce(' USING (' || part.qual || ')', '') || coalesce(' WITH CHECK (' || part.with_check || ')', '');
        END LOOP;
        IF (SELECT relrowsecurity FROM pg_class WHERE oid = one.id) THEN
            EXECUTE format('ALTER TABLE picture_next.%I ENABLE ROW LEVEL SECURITY', one.name);
        END IF;
        IF (SELECT relforcerowsecurity FROM pg_class WHERE oid = one.id) THEN
            EXECUTE format('ALTER TABLE picture_next.%I FORCE ROW LEVEL SECURITY', one.name);
        END IF;
        FOR part IN SELECT rolname, privilege_type FROM pg_class, aclexplode(relacl) JOIN pg_roles ON pg_roles.oid = grantee
            WHERE pg_class.oid = one.id AND grantee <> relowner
        LOOP
            EXECUTE format('GRANT %s ON picture_next.%I TO %I', part.privilege_type, one.name, part.rolname);
            EXECUTE format('GRANT USAGE ON SCHEMA picture_next, picture_before TO %I', part.rolname);
        END LOOP;
    END LOOP;
END $$
"""
_ANALYZE = """
CREATE FUNCTION analyze_picture() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT name FROM public.picture_tables('picture_next') LOOP
        EXECUTE format('ANALYZE picture_next.%I', one.name);
    END LOOP;
END $$
"""
# Waits for readers less long than the server takes to see a deadlock: then it is this transaction that gives way, and no reader.
_SWITCH = """
CREATE FUNCTION switch_picture() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    one record;
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT name, attname, atttypid, atttypmod, attnotnull
            FROM (SELECT * FROM public.picture_tables('public') UNION ALL SELECT * FROM public.picture_tables('picture_next')) AS both_of_them
            LEFT JOIN pg_attribute ON attrelid = id AND attnum > 0 AND NOT attisdropped
        ) AS shapes GROUP BY name, attname, atttypid, atttypmod, attnotnull HAVING count(*) <> 2
    ) THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = 'there is no picture of the present shape beside the one in use';
    END IF;
    FOR one IN SELECT name FROM public.picture_tables('public') LOOP
        EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', one.name);
    END LOOP;
    FOR one IN SELECT name FROM public.picture_tables('public') LOOP
        EXECUTE format('ALTER TABLE public.%I SET SCHEMA picture_before', one.name);
        EXECUTE format('ALTER TABLE picture_next.%I SET SCHEMA public', one.name);
    END LOOP;
    DROP TABLE picture_next.quarantined_events;
END $$
"""
_SCHEMAS = ("picture_next", "picture_before")
_FUNCTIONS = {
    "picture_tables(text)": _TABLES,
    "begin_picture()": _BEGIN,
    "analyze_picture()": _ANALYZE,
    "switch_picture()": _SWITCH,
}


def allow_pictures_beside() -> None:
    """For a migration: the schemas, and the functions by which a service that owns nothing has its picture made anew in them."""
    for schema in _SCHEMAS:
        op.execute(f"CREATE SCHEMA {schema}")
    for function, definition in _FUNCTIONS.items():
        op.execute(definition)
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")


def forbid_pictures_beside() -> None:
    """Take that back."""
    for function in reversed(_FUNCTIONS):
        op.execute(f"DROP FUNCTION {function}")
    for schema in _SCHEMAS:
        op.execute(f"DROP SCHEMA {schema} CASCADE")
