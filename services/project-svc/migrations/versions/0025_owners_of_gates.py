"""Who is to see that a gate is decided."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gates", sa.Column("owner", sa.String, nullable=False, server_default=""))
