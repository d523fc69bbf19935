"""Resources and their assignments; who is at work on a task, and computed codes of the work breakdown."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.migrations import enable_row_level_security

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create(
        "resources",
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "description", "email", "group", "unit")),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("calendar_id", sa.Uuid),
        sa.Column("units", sa.Numeric, nullable=False),
        sa.Column("rates", JSONB, nullable=False),
        sa.UniqueConstraint("project_id", "id", name="uq_resources_project_id_id"),
        sa.ForeignKeyConstraint(
            ["project_id", "calendar_id"], ["calendars.project_id", "calendars.id"], name="fk_resources_calendar_id"
        ),
    )
    op.create_index("ix_resources_calendar_id", "resources", ["calendar_id"])
    create(
        "assignments",
        sa.Column("task_id", sa.Uuid, nullable=False),
        sa.Column("resource_id", sa.Uuid, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("units", sa.Numeric, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("work", "actual_work", "minutes_per_day")),
        sa.Column("amount", sa.Numeric(22, 4)),
        sa.Column("currency", sa.String, nullable=False),
        sa.UniqueConstraint("task_id", "resource_id", name="uq_assignments_same"),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"],
            ["tasks.project_id", "tasks.id"],
            name="fk_assignments_project_id_task_id",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "resource_id"],
            ["resources.project_id", "resources.id"],
            name="fk_assignments_project_id_resource_id",
        ),
    )
    op.create_index("ix_assignments_project_id_id", "assignments", ["project_id", "id"])
    op.create_index("ix_assignments_resource_id", "assignments", ["resource_id"])
    op.add_column("tasks", sa.Column("assignees", ARRAY(sa.String), nullable=False, server_default="{}"))
    op.add_column("tasks", sa.Column("work_mode", WORD, nullable=False, server_default="fixed_units"))
    op.add_column("tasks", sa.Column("wbs_number", sa.Integer))
    op.create_index("ix_tasks_project_id_parent_id_wbs_number", "tasks", ["project_id", "parent_id", "wbs_number"])
    op.drop_index("ix_tasks_project_id_parent_id", "tasks")


def create(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name=f"fk_{table}_project_id"),
            nullable=False,
        ),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        *columns,
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name=f"uq_{table}_external_ref"),
    )
    enable_row_level_security(table)
