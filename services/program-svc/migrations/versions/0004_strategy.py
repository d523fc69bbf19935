"""The goal tree of each organisation, and what serves it."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0004"
down_revision = "0003"

TABLES = ("strategies", "goals", "key_results", "check_ins", "alignments")


def upgrade() -> None:
    """Create the tables, each under forced row-level security."""
    op.create_table(
        "strategies",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="pk_strategies"),
    )
    op.create_table(
        "goals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", sa.String(30), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["goals.id"], name="fk_goals_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_goals"),
        sa.UniqueConstraint(
            "organization_id",
            "external_source",
            "external_id",
            name="uq_goals_organization_id_external_source_external_id",
        ),
    )
    op.create_index("ix_goals_organization_id", "goals", ["organization_id"])
    op.create_index("ix_goals_parent_id", "goals", ["parent_id"])
    op.create_table(
        "key_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("base", sa.Numeric(), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=False),
        sa.Column("actual", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name="fk_key_results_goal_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_key_results"),
        sa.UniqueConstraint(
            "organization_id",
            "external_source",
            "external_id",
            name="uq_key_results_organization_id_external_source_external_id",
        ),
    )
    op.create_index("ix_key_results_goal_id", "key_results", ["goal_id"])
    op.create_index("ix_key_results_organization_id", "key_results", ["organization_id"])
    op.create_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_result_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_result_id"], ["key_results.id"], name="fk_check_ins_key_result_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_check_ins"),
        sa.UniqueConstraint(
            "organization_id",
            "external_source",
            "external_id",
            name="uq_check_ins_organization_id_external_source_external_id",
        ),
    )
    op.create_index("ix_check_ins_key_result_id", "check_ins", ["key_result_id"])
    op.create_index("ix_check_ins_organization_id", "check_ins", ["organization_id"])
    op.create_table(
        "alignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("milestone_task_id", sa.Uuid(), nullable=True),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.Column("contribution", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"], name="fk_alignments_goal_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alignments"),
        sa.UniqueConstraint(
            "goal_id",
            "project_id",
            "milestone_task_id",
            name="uq_alignments_goal_id_project_id_milestone_task_id",
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint(
            "organization_id",
            "external_source",
            "external_id",
            name="uq_alignments_organization_id_external_source_external_id",
        ),
    )
    op.create_index("ix_alignments_goal_id", "alignments", ["goal_id"])
    op.create_index("ix_alignments_organization_id", "alignments", ["organization_id"])
    op.create_index("ix_alignments_project_id", "alignments", ["project_id"])
    for table in TABLES:
        enable_row_level_security(table)
