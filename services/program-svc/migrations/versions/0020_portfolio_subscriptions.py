"""Who is sent a portfolio's status report, and until when it was sent."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "portfolio_subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String()),
        sa.Column("external_id", sa.String()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("portfolio_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("cadence", sa.String(30), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("delivered_until", sa.Date()),
        sa.Column("status_report_id", sa.Uuid()),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name="fk_portfolio_subscriptions_portfolio_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["status_report_id"], ["portfolio_reports.id"], name="fk_portfolio_subscriptions_status_report_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_portfolio_subscriptions"),
        sa.UniqueConstraint(
            "organization_id",
            "external_source",
            "external_id",
            name="uq_portfolio_subscriptions_external_ref",
        ),
    )
    for column in ("organization_id", "portfolio_id", "status_report_id"):
        op.create_index(f"ix_portfolio_subscriptions_{column}", "portfolio_subscriptions", [column])
    enable_row_level_security("portfolio_subscriptions")
