"""When somebody plans a task to be done: dates of their own beside those of its constraint."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("planned_start", sa.String(16)))
    op.add_column("tasks", sa.Column("planned_finish", sa.String(16)))
