"""The audit log: who changed what, in every organisation a chain of entries of which each holds the hash of the one before.

Entries are appended by one function, which alone may write here; the application's role may call it, and read. What the gateway itself
keeps is noted by triggers, so no way of changing it can forget to: a route, an operator's command, a statement by hand. They wait for the
commit: by then every row is locked, so that waiting for the chain's end cannot become a deadlock.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

NOTED = {
    "organizations": ("organization", "", "name"),
    "members": ("member", "", "email, name, role, subject, removed_at"),
    "role_grants": ("role", "", "role"),
    "api_tokens": ("api_token", "digest", "member_id, name, scope, digest, expires_at, revoked_at"),
    "invitations": ("invitation", "digest", "email, role, digest, expires_at, accepted_at, revoked_at"),
    "webhooks": (
        "webhook",
        "secret,previous_secret",
        "url, description, filters, state, disabled_reason, secret, previous_secret, previous_secret_until",
    ),
}
"""Table → what its rows are called, columns that are secret, and columns whose change is noted: not that something was used."""

APPEND = """
    CREATE FUNCTION append_audit_entries(of_organization uuid, told text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE
        head audit_heads;
        one text;
        text_of_one text;
        hash_of_one bytea;
        appended bigint := 0;
    BEGIN
        IF nullif(current_setting('interlock.organization', true), '') IS DISTINCT FROM of_organization::text
           AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
            RAISE insufficient_privilege USING MESSAGE = 'an audit log is appended to in its own organisation';
        END IF;
        INSERT INTO audit_heads VALUES (of_organization, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT head FROM audit_heads WHERE organization_id = of_organization FOR UPDATE;
        FOREACH one IN ARRAY told LOOP
            text_of_one := '{"organization_id":"' || of_organization || '","sequence":' || head.sequence + 1
                || ',"previous_hash":"' || encode(head.hash, 'hex') || '",' || substr(one, 2);
            hash_of_one := sha256(convert_to(text_of_one, 'UTF8'));
            INSERT INTO audit_entries
            SELECT of_organization, head.sequence + 1, said.*, text_of_one, hash_of_one
            FROM json_to_record(one::json) AS said (
                id uuid, occurred_at timestamptz, actor text, credential text, action text, record text, record_id uuid,
                program_id uuid, project_id uuid, trace_id text
            )
            ON CONFLICT (organization_id, id) DO NOTHING;
            IF FOUND THEN
                head.sequence := head.sequence + 1;
                head.hash := hash_of_one;
                appended := appended + 1;
            END IF;
        END LOOP;
        UPDATE audit_heads SET sequence = head.sequence, hash = head.hash WHERE organization_id = of_organization;
        RETURN appended;
    END $$
"""

NOTE = """
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
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
                'origin', request -> 'origin',
                'trace_id', request ->> 'trace_id',
                'caused_by', NULL,
                'revision', (whole ->> 'revision')::bigint
            )::text]
        );
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("organization_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_entries",
        sa.Column("organization_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("credential", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("record_id", sa.Uuid),
        sa.Column("program_id", sa.Uuid),
        sa.Column("project_id", sa.Uuid),
        sa.Column("trace_id", sa.Text),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("organization_id", "id", name="uq_audit_entries_organization_id_id"),
    )
    for name in ("actor", "record_id", "program_id", "project_id"):
        op.create_index(
            f"ix_audit_entries_organization_id_{name}_sequence",
            "audit_entries",
            ["organization_id", name, "sequence"],
            postgresql_where=None if name == "actor" else sa.text(f"{name} IS NOT NULL"),
        )
    for table in ("audit_heads", "audit_entries"):
        enable_row_level_security(table)
    op.add_column("webhook_cursors", sa.Column("delivered_from", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(APPEND)
    op.execute(NOTE)
    for function in ("append_audit_entries(uuid, text[])", "note_change()"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    for table, (record, secret, columns) in NOTED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table}"
            " DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW EXECUTE FUNCTION note_change('{record}', '{secret}')"
        )


def downgrade() -> None:
    for table in NOTED:
        op.execute(f"DROP TRIGGER audit ON {table}")
    op.execute("DROP FUNCTION note_change()")
    op.execute("DROP FUNCTION append_audit_entries(uuid, text[])")
    op.drop_column("webhook_cursors", "delivered_from")
    op.drop_table("audit_entries")
    op.drop_table("audit_heads")
