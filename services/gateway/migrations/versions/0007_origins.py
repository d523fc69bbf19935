"""Every entry of the audit log says what made the change: a statement that no part of Interlock sent, as well.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NOTE = """
    CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        request jsonb := coalesce(nullif(current_setting('interlock.request', true), ''), '{}');
        before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
        after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
        whole jsonb := coalesce(after, before);
        unsaid text[] := ARRAY['organization_id', 'revision', 'updated_at', 'last_used_at', 'last_success_at'];
        is_secret boolean;
        field text;
    BEGIN
        FOR field IN SELECT jsonb_object_keys(whole) LOOP
            is_secret := field = ANY (string_to_array(TG_ARGV[1], ','));
            IF field = ANY (unsaid) OR (TG_OP = 'UPDATE' AND before -> field = after -> field) THEN
                before := before - field;
                after := after - field;
            ELSIF is_secret THEN
                before := jsonb_set(before, ARRAY[field], CASE WHEN before -> field = 'null' THEN 'null' ELSE '"(secret)"'::jsonb END);
                after := jsonb_set(after, ARRAY[field], CASE WHEN after -> field = 'null' THEN 'null' ELSE '"(secret)"'::jsonb END);
            END IF;
        END LOOP;
        IF TG_OP = 'UPDATE' AND after = '{}' THEN
            RETURN NULL;
        END IF;
        PERFORM append_audit_entries(
            coalesce(whole ->> 'organization_id', whole ->> 'id')::uuid,
            ARRAY[json_build_object(
                'id', encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
                    PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6
                ), 52, 1), 53, 1), 'hex')::uuid, -- UUIDv7
                'occurred_at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                'actor', coalesce(request ->> 'actor', 'database/' || session_user),
                'credential', request ->> 'credential',
                'action', CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END,
                'record', TG_ARGV[0],
                'record_id', whole ->> 'id',
                'program_id', CASE WHEN whole ->> 'within' = 'program' THEN whole ->> 'boundary_id' END,
                'project_id', CASE WHEN whole ->> 'within' = 'project' THEN whole ->> 'boundary_id' END,
                'before', before,
                'after', after,
                'origin', coalesce(request -> 'origin', '{"kind": "database", "cause": null, "address": null, "user_agent": null, "request_id": null}'),
                'trace_id', request ->> 'trace_id',
                'caused_by', NULL,
                'revision', (whole ->> 'revision')::bigint
            )::text]
        );
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.execute(NOTE)
