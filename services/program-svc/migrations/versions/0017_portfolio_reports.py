"""Status reports on portfolios."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "portfolio_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String()),
        sa.Column("external_id", sa.String()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("portfolio_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("achievements", sa.String(), nullable=False),
        sa.Column("next_steps", sa.String(), nullable=False),
        sa.Column("lights", JSONB(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name="fk_portfolio_reports_portfolio_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_portfolio_reports"),
    )
    op.create_index("ix_portfolio_reports_organization_id", "portfolio_reports", ["organization_id"])
    op.create_index("ix_portfolio_reports_portfolio_id", "portfolio_reports", ["portfolio_id"])
    enable_row_level_security("portfolio_reports")
    op.execute("CREATE TRIGGER fixed BEFORE UPDATE ON portfolio_reports FOR EACH ROW EXECUTE FUNCTION refuse_change()")
