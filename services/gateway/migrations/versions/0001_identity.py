"""Organisations, their members and the members' API tokens.

A token has to be found before it is known whose it is, so row-level security cannot go by the organisation alone. Nobody gets to
bypass it for that: a second policy shows the one row whose digest the transaction presents, since who knows a token's digest has the
token. In the same way an organisation shows itself to an operator's command that knows its key.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import CURRENT_ORGANIZATION, enable_row_level_security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("key", name="uq_organizations_key"),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(30)),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("organization_id", "email", name="uq_members_organization_id_email"),
        sa.UniqueConstraint("organization_id", "id", name="uq_members_organization_id_id"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("member_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("scope", sa.String(30), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.Column("last_used_at", INSTANT),
        sa.UniqueConstraint("digest", name="uq_api_tokens_digest"),
        # With the organisation in the key, a token can never belong to another organisation's member.
        sa.ForeignKeyConstraint(
            ["organization_id", "member_id"],
            ["members.organization_id", "members.id"],
            name="fk_api_tokens_organization_id_member_id",
        ),
    )
    op.create_index("ix_api_tokens_organization_id_member_id", "api_tokens", ["organization_id", "member_id"])
    op.create_table(
        "idempotency_keys",
        sa.Column("organization_id", sa.Uuid, primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger),
        sa.Column("headers", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
        sa.Column("created_at", INSTANT, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    for table in ("members", "api_tokens", "idempotency_keys"):
        enable_row_level_security(table)
    op.execute("ALTER TABLE organizations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE organizations FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY organization ON organizations USING (id = {CURRENT_ORGANIZATION}) WITH CHECK (id = {CURRENT_ORGANIZATION})"
    )
    op.execute(
        "CREATE POLICY by_key ON organizations FOR SELECT USING (key = nullif(current_setting('interlock.organization_key', true), ''))"
    )
    op.execute(
        "CREATE POLICY by_digest ON api_tokens FOR SELECT"
        " USING (digest = decode(nullif(current_setting('interlock.token_digest', true), ''), 'hex'))"
    )


def downgrade() -> None:
    for table in ("idempotency_keys", "api_tokens", "members", "organizations"):
        op.drop_table(table)
