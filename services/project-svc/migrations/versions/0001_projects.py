"""Projects with their tasks, links, budget and risks, the early dates that are kept, imposed dates, and the infrastructure."""

import sqlalchemy as sa
from alembic import op

from chassis.consumer_schema import consumer_tables
from chassis.database import new_metadata
from chassis.idempotency import idempotency_table
from chassis.migrations import enable_row_level_security
from chassis.outbox_schema import outbox_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORD = sa.String(40)
WRITTEN_DATE = sa.String(16)
INSTANT = sa.DateTime(timezone=True)
AMOUNT = sa.Numeric(22, 4)

OF_AN_ORGANIZATION = (
    "projects",
    "tasks",
    "links",
    "budget_lines",
    "actuals",
    "risks",
    "scheduled_tasks",
    "imposed_dates",
    "outbox",
    "idempotency_keys",
    "held_events",
    "quarantined_events",
)


def upgrade() -> None:
    create_projects()
    create_tasks()
    create_links()
    create_budget_lines()
    create_actuals()
    create_risks()
    create_scheduled_tasks()
    create_imposed_dates()
    create_infrastructure()
    for table in OF_AN_ORGANIZATION:
        enable_row_level_security(table)


def create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("success_criteria", sa.String, nullable=False),
        sa.Column("manager", sa.String, nullable=False),
        sa.Column("sponsor", sa.String, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("granularity", WORD, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("start", WRITTEN_DATE, nullable=False),
        sa.Column("deadline", WRITTEN_DATE),
        sa.Column("data_date", WRITTEN_DATE),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_projects_external_ref"),
        sa.UniqueConstraint("organization_id", "key", name="uq_projects_organization_id_key"),
    )


def create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_tasks_project_id"),
            nullable=False,
        ),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        sa.Column("wbs_code", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("description", sa.String, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("duration", sa.BigInteger, nullable=False),
        sa.Column("remaining_duration", sa.BigInteger),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("constraint_type", WORD),
        sa.Column("constraint_date", WRITTEN_DATE),
        sa.Column("deadline", WRITTEN_DATE),
        sa.Column("percent_complete", sa.Numeric, nullable=False),
        sa.Column("actual_start", WRITTEN_DATE),
        sa.Column("actual_finish", WRITTEN_DATE),
        sa.Column("state", WORD, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "parent_id"], ["tasks.project_id", "tasks.id"], name="fk_tasks_project_id_parent_id"
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_tasks_external_ref"),
        sa.UniqueConstraint("project_id", "id", name="uq_tasks_project_id_id"),
    )
    op.create_index("ix_tasks_project_id_parent_id", "tasks", ["project_id", "parent_id"])
    op.create_index(
        "uq_tasks_wbs_code",
        "tasks",
        ["project_id", "wbs_code"],
        unique=True,
        postgresql_where=sa.text("wbs_code <> ''"),
    )


def create_links() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_links_project_id"),
            nullable=False,
        ),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("predecessor_id", sa.Uuid, nullable=False),
        sa.Column("successor_id", sa.Uuid, nullable=False),
        sa.Column("type", WORD, nullable=False),
        sa.Column("lag", sa.BigInteger, nullable=False),
        sa.Column("lag_calendar", WORD, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("predecessor_id <> successor_id", name="ck_links_two_ends"),
        sa.ForeignKeyConstraint(
            ["project_id", "predecessor_id"],
            ["tasks.project_id", "tasks.id"],
            name="fk_links_project_id_predecessor_id",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "successor_id"], ["tasks.project_id", "tasks.id"], name="fk_links_project_id_successor_id"
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_links_external_ref"),
        sa.UniqueConstraint("predecessor_id", "successor_id", "type", "lag", name="uq_links_same"),
    )
    op.create_index("ix_links_project_id", "links", ["project_id"])
    op.create_index("ix_links_successor_id", "links", ["successor_id"])


def create_budget_lines() -> None:
    op.create_table(
        "budget_lines",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_budget_lines_project_id"),
            nullable=False,
        ),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("task_id", sa.Uuid),
        sa.Column("contingency", sa.Boolean, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"], ["tasks.project_id", "tasks.id"], name="fk_budget_lines_project_id_task_id"
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_budget_lines_external_ref"),
    )
    op.create_index("ix_budget_lines_project_id", "budget_lines", ["project_id"])
    op.create_index("ix_budget_lines_task_id", "budget_lines", ["task_id"])


def create_actuals() -> None:
    op.create_table(
        "actuals",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_actuals_project_id"),
            nullable=False,
        ),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("task_id", sa.Uuid),
        sa.Column("source", sa.String, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"], ["tasks.project_id", "tasks.id"], name="fk_actuals_project_id_task_id"
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_actuals_external_ref"),
    )
    op.create_index("ix_actuals_project_id_on", "actuals", ["project_id", "on"])
    op.create_index("ix_actuals_task_id", "actuals", ["task_id"])


def create_risks() -> None:
    op.create_table(
        "risks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_risks_project_id"),
            nullable=False,
        ),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("description", sa.String, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("probability", sa.Numeric, nullable=False),
        sa.Column("cost_impact", AMOUNT, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("days_impact", sa.BigInteger, nullable=False),
        sa.Column("response", WORD),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("trigger", sa.String, nullable=False),
        sa.Column("contingency_plan", sa.String, nullable=False),
        sa.Column("escalated", sa.Boolean, nullable=False),
        sa.Column("task_id", sa.Uuid),
        sa.Column("review_on", sa.Date),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"], ["tasks.project_id", "tasks.id"], name="fk_risks_project_id_task_id"
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_risks_external_ref"),
    )
    op.create_index("ix_risks_project_id", "risks", ["project_id"])
    op.create_index("ix_risks_task_id", "risks", ["task_id"])


def create_scheduled_tasks() -> None:
    op.create_table(
        "scheduled_tasks",
        sa.Column("task_id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("early_start", sa.BigInteger, nullable=False),
        sa.Column("early_finish", sa.BigInteger, nullable=False),
        sa.Column("driving_link_id", sa.Uuid),
        sa.Column("driving_dependency_id", sa.Uuid),
        sa.Column("previous_early_start", sa.BigInteger),
        sa.Column("previous_early_finish", sa.BigInteger),
        sa.Column("moved_revision", sa.BigInteger, nullable=False),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.Column("cause_kind", sa.String, nullable=False),
        sa.Column("cause_id", sa.Uuid, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"],
            ["tasks.project_id", "tasks.id"],
            ondelete="CASCADE",
            name="fk_scheduled_tasks_project_id_task_id",
        ),
    )
    op.create_index("ix_scheduled_tasks_project_id", "scheduled_tasks", ["project_id"])


def create_imposed_dates() -> None:
    op.create_table(
        "imposed_dates",
        sa.Column("dependency_id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("program_id", sa.Uuid, nullable=False),
        sa.Column("task_id", sa.Uuid, nullable=False),
        sa.Column("side", WORD, nullable=False),
        sa.Column("at", WRITTEN_DATE, nullable=False),
        sa.Column("provider_project_id", sa.Uuid, nullable=False),
        sa.Column("provider_task_id", sa.Uuid, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"],
            ["tasks.project_id", "tasks.id"],
            ondelete="CASCADE",
            name="fk_imposed_dates_project_id_task_id",
        ),
    )
    op.create_index("ix_imposed_dates_project_id", "imposed_dates", ["project_id"])


def create_infrastructure() -> None:
    metadata = new_metadata()
    for table in (outbox_table(metadata), idempotency_table(metadata), *consumer_tables(metadata)):
        table.create(op.get_bind())
