"""What a project says of progress out of sequence, and of how little float is critical; until it says so, it is as it was."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("projects", sa.Column("progress_logic", sa.String(40), nullable=False, server_default="retained"))
    op.add_column("projects", sa.Column("critical_float", sa.String, nullable=False, server_default="P0D"))
