"""The organisation worked out once a statement, not once a row: for databases older than the rule as it reads now."""

from chassis.migrations import renew_row_level_security

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    renew_row_level_security()
