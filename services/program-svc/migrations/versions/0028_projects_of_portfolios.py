"""Projects outside programs, in portfolios."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "portfolio_projects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String()),
        sa.Column("external_id", sa.String()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("portfolio_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], name="fk_portfolio_projects_portfolio_id"),
        sa.UniqueConstraint("organization_id", "project_id", name="uq_portfolio_projects_organization_id_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portfolio_projects"),
    )
    op.create_index("ix_portfolio_projects_organization_id", "portfolio_projects", ["organization_id"])
    op.create_index("ix_portfolio_projects_portfolio_id", "portfolio_projects", ["portfolio_id"])
    enable_row_level_security("portfolio_projects")
