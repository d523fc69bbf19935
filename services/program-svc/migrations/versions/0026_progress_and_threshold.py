"""The logic of progress and the threshold of what is critical, of each project; one that nothing was heard of keeps the logic and has none."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("known_projects", sa.Column("progress_logic", sa.String, nullable=False, server_default="retained"))
    op.add_column("known_projects", sa.Column("critical_float", sa.String, nullable=False, server_default="P0D"))
