"""How many changes of an organisation's jobs have been told: its jobs are a boundary of their own."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_histories",
        sa.Column("organization_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    enable_row_level_security("job_histories")


def downgrade() -> None:
    op.drop_table("job_histories")
