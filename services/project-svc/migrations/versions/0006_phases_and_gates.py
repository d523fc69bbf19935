"""Phases and gates; the quality criteria of a task; the tolerances of a project."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("tasks", sa.Column("quality_criteria", sa.String, nullable=False, server_default=""))
    op.add_column("projects", sa.Column("tolerances", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")))
    create(
        "phases",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("order", sa.BigInteger, nullable=False),
        sa.Column("objective", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("planned_start", sa.Date),
        sa.Column("planned_finish", sa.Date),
        named("phases", "task_id", "tasks"),
        sa.Column("state", WORD, nullable=False),
    )
    create(
        "gates",
        sa.Column("name", sa.String, nullable=False),
        named("gates", "phase_id", "phases"),
        named("gates", "task_id", "tasks"),
        sa.Column("planned_on", sa.Date),
        sa.Column("criteria", JSONB, nullable=False),
        sa.Column("evidence", sa.String, nullable=False),
        sa.Column("decision", WORD),
        sa.Column("conditions", sa.String, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("decided_on", sa.Date),
        sa.Column("state", WORD, nullable=False),
    )
    op.create_index("ix_phases_task_id", "phases", ["task_id"])
    op.create_index("ix_gates_phase_id", "gates", ["phase_id"])
    op.create_index("ix_gates_task_id", "gates", ["task_id"])


def named(table: str, column: str, of: str) -> sa.Column:
    return sa.Column(column, sa.Uuid, sa.ForeignKey(f"{of}.id", name=f"fk_{table}_{column}"))


def create(table: str, *columns: sa.Column) -> None:
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
    op.create_index(f"ix_{table}_project_id", table, ["project_id"])
    enable_row_level_security(table)
