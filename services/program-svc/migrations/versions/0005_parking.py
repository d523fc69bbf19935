"""Parked boundaries, and outbox rows that go to another stream than the service's own: dead letters."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import allow_operators

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what the first revision makes by itself since it was written: `IF NOT EXISTS`."""
    op.create_table(
        "parked_boundaries",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, comment="a word of chassis.parking.Reason"),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        if_not_exists=True,
    )
    op.execute("ALTER TABLE outbox ADD COLUMN IF NOT EXISTS stream text")
    allow_operators("quarantined_events")
