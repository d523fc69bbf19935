"""Who looks for deliveries to make finds out what is claimed without reading all that waits.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_webhook_deliveries_webhook_id_claimed_until",
        "webhook_deliveries",
        ["webhook_id", "claimed_until"],
        postgresql_where=sa.text("claimed_until IS NOT NULL"),
    )
