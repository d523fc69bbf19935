"""What the texts of a drafted exception speak of, apart from them: with the project that each thing belongs to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exceptions", sa.Column("details", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("exceptions", "details", server_default=None)
