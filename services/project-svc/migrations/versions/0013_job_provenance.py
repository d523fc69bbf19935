"""Through what a job was asked for, so that the audit log can say it of what the job writes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("provenance", sa.String))


def downgrade() -> None:
    op.drop_column("jobs", "provenance")
