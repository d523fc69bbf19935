"""Roles in programs and projects, invitations, and members who come with access tokens.

Whoever comes with an access token shows its subject and its verified address, and sees its own memberships in all organisations by
them, nothing else. An invitation shows itself to who has it, like a token.

Each change of who may do what is announced on a channel that the gateways listen to, when it is committed.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ANNOUNCED = {
    "members": "INSERT OR DELETE OR UPDATE OF role, removed_at, subject, email",
    "role_grants": "INSERT OR DELETE OR UPDATE",
    "api_tokens": "DELETE OR UPDATE OF revoked_at, expires_at, scope, member_id",
}
"""What is said of each table; not that a token was used, which happens all the time."""


def _setting(name: str) -> str:
    return f"(SELECT nullif(current_setting('interlock.{name}', true), ''))"


def upgrade() -> None:
    op.add_column("members", sa.Column("subject", sa.String(600)))
    op.add_column("members", sa.Column("removed_at", INSTANT))
    op.create_unique_constraint("uq_members_organization_id_subject", "members", ["organization_id", "subject"])
    op.create_index("ix_members_subject", "members", ["subject"])
    op.create_index("ix_members_email", "members", ["email"])
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("member_id", sa.Uuid, nullable=False),
        sa.Column("within", sa.String(30), nullable=False),
        sa.Column("boundary_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("granted_by", sa.Uuid),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("member_id", "within", "boundary_id", name="uq_role_grants_member_id_within_boundary_id"),
        sa.ForeignKeyConstraint(
            ["organization_id", "member_id"],
            ["members.organization_id", "members.id"],
            name="fk_role_grants_organization_id_member_id",
        ),
    )
    op.create_index(
        "ix_role_grants_organization_id_within_boundary_id",
        "role_grants",
        ["organization_id", "within", "boundary_id"],
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(30)),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("invited_by", sa.Uuid, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("accepted_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.UniqueConstraint("digest", name="uq_invitations_digest"),
    )
    op.create_index("ix_invitations_organization_id_email", "invitations", ["organization_id", "email"])
    for table in ("role_grants", "invitations"):
        enable_row_level_security(table)
    op.execute(
        "CREATE POLICY by_digest ON invitations FOR SELECT"
        f" USING (digest = decode({_setting('invitation_digest')}, 'hex'))"
    )
    op.execute(
        "CREATE POLICY by_person ON members FOR SELECT"
        f" USING (subject = {_setting('subject')} OR (subject IS NULL AND email = {_setting('email')}))"
    )
    op.execute("""
        CREATE FUNCTION announce_authority() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('interlock_authority', coalesce(NEW.organization_id, OLD.organization_id)::text);
            RETURN NULL;
        END $$
    """)
    for table, changes in ANNOUNCED.items():
        op.execute(
            f"CREATE TRIGGER announce AFTER {changes} ON {table} FOR EACH ROW EXECUTE FUNCTION announce_authority()"
        )


def downgrade() -> None:
    for table in ANNOUNCED:
        op.execute(f"DROP TRIGGER announce ON {table}")
    op.execute("DROP FUNCTION announce_authority()")
    op.execute("DROP POLICY by_person ON members")
    op.drop_table("invitations")
    op.drop_table("role_grants")
    op.drop_index("ix_members_email", "members")
    op.drop_index("ix_members_subject", "members")
    op.drop_constraint("uq_members_organization_id_subject", "members")
    op.drop_column("members", "removed_at")
    op.drop_column("members", "subject")
