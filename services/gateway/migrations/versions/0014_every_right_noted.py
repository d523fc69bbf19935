"""Whatever column of a right is changed, by whatever statement, is entered in the audit log and announced: whose it is and where it holds, as well.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NOTED = {
    "organizations": ("organization", "", "key, name"),
    "role_grants": ("role", "", "member_id, within, boundary_id, role, granted_by"),
    "api_tokens": (
        "api_token",
        "digest",
        "member_id, made_by, made_with, name, scope, programs, projects, digest, expires_at, revoked_at",
    ),
    "invitations": (
        "invitation",
        "digest",
        "email, role, digest, invited_by, expires_at, accepted_at, revoked_at",
    ),
}
"""As in 0006: what the rows of a table are called, columns that are secret, and columns whose change is noted."""
BEFORE = {
    "organizations": "name",
    "role_grants": "role",
    "api_tokens": "member_id, name, scope, digest, expires_at, revoked_at",
    "invitations": "email, role, digest, expires_at, accepted_at, revoked_at",
}
WHAT_OPENS = "revoked_at, expires_at, scope, member_id"


def upgrade() -> None:
    for table, (_, _, columns) in NOTED.items():
        _note(table, columns)
    _announce(f"{WHAT_OPENS}, programs, projects, digest")


def downgrade() -> None:
    for table, columns in BEFORE.items():
        _note(table, columns)
    _announce(WHAT_OPENS)


def _note(table: str, columns: str) -> None:
    record, secret, _ = NOTED[table]
    op.execute(f"DROP TRIGGER audit ON {table}")
    op.execute(
        f"CREATE CONSTRAINT TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table}"
        f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('{record}', '{secret}')"
    )


def _announce(columns: str) -> None:
    op.execute("DROP TRIGGER announce ON api_tokens")
    op.execute(
        f"CREATE TRIGGER announce AFTER DELETE OR UPDATE OF {columns} ON api_tokens"
        " FOR EACH ROW EXECUTE FUNCTION announce_authority()"
    )
