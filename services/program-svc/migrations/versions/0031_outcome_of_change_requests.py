"""What a program's change request would do by its scenario, and which projects have made their part of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("change_requests", sa.Column("done_by", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("change_requests", "done_by", server_default=None)
    op.add_column("change_requests", sa.Column("outcome", JSONB(), nullable=True))
