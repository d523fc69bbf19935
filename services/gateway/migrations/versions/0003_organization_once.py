"""The organisation worked out once a statement, not once a row: for databases older than the rule as it reads now."""

from alembic import op

from chassis.migrations import CURRENT_ORGANIZATION, renew_row_level_security

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    renew_row_level_security()
    rule = f"id = {CURRENT_ORGANIZATION}"
    op.execute(f"ALTER POLICY organization ON organizations USING ({rule}) WITH CHECK ({rule})")
