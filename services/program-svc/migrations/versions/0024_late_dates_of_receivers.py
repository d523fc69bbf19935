"""The receiver's late date beside what was agreed; told of each dependency when its program is settled next."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dependencies", sa.Column("late", sa.BigInteger(), nullable=True))
