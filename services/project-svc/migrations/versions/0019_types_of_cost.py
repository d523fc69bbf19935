"""What a budget line is spent on."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("budget_lines", sa.Column("type", sa.String(40), nullable=False, server_default="other"))
    op.execute("UPDATE budget_lines SET type = 'labour' WHERE quantity IS NOT NULL")
    op.alter_column("budget_lines", "type", server_default=None)
