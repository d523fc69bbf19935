"""How many events a webhook did not get because its member may not see them.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("hidden_count", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("webhooks", "hidden_count")
