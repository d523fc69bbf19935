"""What is known of projects, heard in their events."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0002"
down_revision = "0001"

TABLES = ("known_projects", "known_tasks", "known_links", "known_budget_lines", "known_actuals", "known_risks")


def upgrade() -> None:
    """Create the tables, each under forced row-level security."""
    op.create_table(
        "known_projects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("deadline", sa.String(), nullable=True),
        sa.Column("data_date", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("granularity", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_projects"),
    )
    op.create_index("ix_known_projects_organization_id", "known_projects", ["organization_id"])
    op.create_table(
        "known_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("duration", sa.BigInteger(), nullable=False),
        sa.Column("remaining_duration", sa.BigInteger(), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("constraint_type", sa.String(), nullable=True),
        sa.Column("constraint_date", sa.String(), nullable=True),
        sa.Column("deadline", sa.String(), nullable=True),
        sa.Column("percent_complete", sa.Numeric(), nullable=False),
        sa.Column("actual_start", sa.String(), nullable=True),
        sa.Column("actual_finish", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_tasks"),
    )
    op.create_index("ix_known_tasks_project_id", "known_tasks", ["project_id"])
    op.create_table(
        "known_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("lag", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_links"),
    )
    op.create_index("ix_known_links_project_id", "known_links", ["project_id"])
    op.create_table(
        "known_budget_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=22, scale=4), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("contingency", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_budget_lines"),
    )
    op.create_index("ix_known_budget_lines_project_id", "known_budget_lines", ["project_id"])
    op.create_table(
        "known_actuals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=22, scale=4), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_actuals"),
    )
    op.create_index("ix_known_actuals_project_id", "known_actuals", ["project_id"])
    op.create_table(
        "known_risks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Numeric(), nullable=False),
        sa.Column("cost_impact", sa.Numeric(precision=22, scale=4), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("days_impact", sa.BigInteger(), nullable=False),
        sa.Column("emv", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_risks"),
    )
    op.create_index("ix_known_risks_project_id", "known_risks", ["project_id"])
    for table in TABLES:
        enable_row_level_security(table)
