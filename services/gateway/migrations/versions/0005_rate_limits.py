"""What tokens and organisations have spent of their rates."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_limits",
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("spent_until", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "subject", name="pk_rate_limits"),
        prefixes=["UNLOGGED"],
    )
    enable_row_level_security("rate_limits")
