"""What people held the dates of a baseline's tasks by; and what change requests agree on as it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("baseline_tasks", sa.Column("held", sa.String))
    op.add_column("change_requests", sa.Column("takes_over", JSONB, nullable=False, server_default="[]"))
