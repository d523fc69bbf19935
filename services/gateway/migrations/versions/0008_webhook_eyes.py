"""A webhook may see with a member's eyes: it gets what that one may see.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NOTED = "url, description, filters, member_id, state, disabled_reason, secret, previous_secret, previous_secret_until"


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("member_id", sa.Uuid))
    op.create_foreign_key(
        "fk_webhooks_organization_id_member_id",
        "webhooks",
        "members",
        ["organization_id", "member_id"],
        ["organization_id", "id"],
    )
    op.execute("DROP TRIGGER audit ON webhooks")
    op.execute(
        f"CREATE CONSTRAINT TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF {NOTED} ON webhooks DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION note_change('webhook', 'secret,previous_secret')"
    )
