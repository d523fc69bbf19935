"""Webhooks, their deliveries, and how far the streams have been turned into deliveries.

The worker has to find what is due in every organisation. For that it has a role of its own (the relay's), which sees of the deliveries no
more than whose they are and when they are due; what is in them it reads in their organisation, as the application's role.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, sa.ForeignKey("organizations.id"), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("filters", JSONB, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("disabled_reason", sa.String(30)),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("previous_secret", sa.LargeBinary),
        sa.Column("previous_secret_until", INSTANT),
        sa.Column("last_success_at", INSTANT),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.UniqueConstraint("organization_id", "id", name="uq_webhooks_organization_id_id"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("webhook_id", sa.Uuid, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("event_type", sa.String(200), nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("attempts", JSONB, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("claimed_until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.UniqueConstraint("webhook_id", "event_id", name="uq_webhook_deliveries_webhook_id_event_id"),
        sa.ForeignKeyConstraint(
            ["organization_id", "webhook_id"],
            ["webhooks.organization_id", "webhooks.id"],
            name="fk_webhook_deliveries_organization_id_webhook_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_webhook_id_due_at",
        "webhook_deliveries",
        ["webhook_id", "due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_webhook_deliveries_finished_at", "webhook_deliveries", ["finished_at"])
    op.create_index("ix_webhooks_organization_id", "webhooks", ["organization_id"])
    op.create_table(
        "webhook_cursors",
        sa.Column("stream", sa.String(30), primary_key=True),
        sa.Column("epoch", INSTANT, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    for table in ("webhooks", "webhook_deliveries"):
        enable_row_level_security(table)


def downgrade() -> None:
    for table in ("webhook_cursors", "webhook_deliveries", "webhooks"):
        op.drop_table(table)
