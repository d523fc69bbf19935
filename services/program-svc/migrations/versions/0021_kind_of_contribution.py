"""In which way a benefit contributes to its goal, as an alignment says it of a project."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("benefits", sa.Column("contribution", sa.String(), nullable=False, server_default=""))
    op.alter_column("benefits", "contribution", server_default=None)
