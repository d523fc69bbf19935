"""Programs, their components, the dependencies between them and the dates that follow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.migrations import enable_row_level_security

revision = "0003"
down_revision = "0002"

TABLES = ("programs", "components", "dependencies", "program_schedule")


def upgrade() -> None:
    """Create the tables, each under forced row-level security."""
    op.create_table(
        "programs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latest_revision", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("manager", sa.String(), nullable=False),
        sa.Column("sponsor", sa.String(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("margin_threshold", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_programs"),
        sa.UniqueConstraint(
            "organization_id",
            "external_source",
            "external_id",
            name="uq_programs_organization_id_external_source_external_id",
        ),
        sa.UniqueConstraint("organization_id", "key", name="uq_programs_organization_id_key"),
    )
    op.create_index("ix_programs_organization_id", "programs", ["organization_id"])
    op.create_table(
        "components",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name="fk_components_program_id"),
        sa.PrimaryKeyConstraint("id", name="pk_components"),
        sa.UniqueConstraint("organization_id", "project_id", name="uq_components_organization_id_project_id"),
    )
    op.create_index("ix_components_organization_id", "components", ["organization_id"])
    op.create_index("ix_components_program_id", "components", ["program_id"])
    op.create_table(
        "dependencies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("provider_project_id", sa.Uuid(), nullable=False),
        sa.Column("provider_task_id", sa.Uuid(), nullable=False),
        sa.Column("provider_granularity", sa.String(), nullable=False),
        sa.Column("provider_owner", sa.String(), nullable=False),
        sa.Column("receiver_project_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_task_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_granularity", sa.String(), nullable=False),
        sa.Column("receiver_owner", sa.String(), nullable=False),
        sa.Column("type", sa.String(30), nullable=False),
        sa.Column("lag", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.String(30), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("promised_by", sa.Date(), nullable=True),
        sa.Column("acceptance_criterion", sa.String(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("provider_committed_by", sa.String(), nullable=True),
        sa.Column("provider_committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receiver_committed_by", sa.String(), nullable=True),
        sa.Column("receiver_committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("slip_decision", sa.String(30), nullable=True),
        sa.Column("slip_forecast", sa.BigInteger(), nullable=True),
        sa.Column("slip_by", sa.String(), nullable=True),
        sa.Column("slip_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forecast", sa.BigInteger(), nullable=True),
        sa.Column("limit", sa.BigInteger(), nullable=True),
        sa.Column("margin", sa.BigInteger(), nullable=True),
        sa.Column("driving", sa.Boolean(), nullable=False),
        sa.Column("imposed", sa.BigInteger(), nullable=True),
        sa.Column("suspended_path", postgresql.JSONB(), nullable=True),
        sa.Column("history", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name="fk_dependencies_program_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_dependencies"),
        sa.UniqueConstraint(
            "organization_id",
            "external_source",
            "external_id",
            name="uq_dependencies_organization_id_external_source_external_id",
        ),
    )
    op.create_index("ix_dependencies_organization_id", "dependencies", ["organization_id"])
    op.create_index("ix_dependencies_program_id", "dependencies", ["program_id"])
    op.create_index("ix_dependencies_provider_task_id", "dependencies", ["provider_task_id"])
    op.create_index("ix_dependencies_receiver_task_id", "dependencies", ["receiver_task_id"])
    op.create_index(
        "uq_dependencies_live",
        "dependencies",
        ["program_id", "provider_task_id", "receiver_task_id", "type"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('rejected', 'withdrawn', 'cancelled', 'dissolved')"),
    )
    op.create_table(
        "program_schedule",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("early_start", sa.BigInteger(), nullable=False),
        sa.Column("early_finish", sa.BigInteger(), nullable=False),
        sa.Column("driving_link_id", sa.Uuid(), nullable=True),
        sa.Column("driving_dependency_id", sa.Uuid(), nullable=True),
        sa.Column("moved_revision", sa.BigInteger(), nullable=True),
        sa.Column("previous_early_start", sa.BigInteger(), nullable=True),
        sa.Column("previous_early_finish", sa.BigInteger(), nullable=True),
        sa.Column("cause", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["program_id"], ["programs.id"], name="fk_program_schedule_program_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("program_id", "task_id", name="pk_program_schedule"),
    )
    for table in TABLES:
        enable_row_level_security(table)
