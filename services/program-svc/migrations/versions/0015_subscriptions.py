"""Who is sent a program's status report, and until when it was sent."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String()),
        sa.Column("external_id", sa.String()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("cadence", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("stakeholder_id", sa.Uuid()),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("delivered_until", sa.Date()),
        sa.Column("status_report_id", sa.Uuid()),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name="fk_subscriptions_program_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["stakeholder_id"], ["stakeholders.id"], name="fk_subscriptions_stakeholder_id"),
        sa.ForeignKeyConstraint(["status_report_id"], ["status_reports.id"], name="fk_subscriptions_status_report_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_subscriptions_external_ref"),
    )
    for column in ("program_id", "stakeholder_id", "status_report_id"):
        op.create_index(f"ix_subscriptions_{column}", "subscriptions", [column])
    enable_row_level_security("subscriptions")
