"""Baselines and what they copied, change requests, exceptions, and progress as it was reported."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)
AMOUNT = sa.Numeric(22, 4)


def upgrade() -> None:
    create(
        "change_requests",
        *texts("title", "description", "reason", "requested_by", "decided_by", "decision_note"),
        sa.Column("priority", WORD, nullable=False),
        sa.Column("operations", JSONB, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("impact", JSONB),
        sa.Column("assessed_at", INSTANT),
        sa.Column("decided_at", INSTANT),
        sa.Column("implemented_revision", sa.BigInteger),
    )
    create(
        "baselines",
        *texts("name", "description", "content_hash", "scope", "approved_by", "approval_note"),
        named("baselines", "change_request_id", "change_requests"),
        sa.Column("state", WORD, nullable=False),
        sa.Column("of_revision", sa.BigInteger, nullable=False),
        sa.Column("figures", JSONB, nullable=False),
        sa.Column("planned_value", JSONB, nullable=False),
        sa.Column("approved_at", INSTANT),
    )
    op.create_index("ix_baselines_change_request_id", "baselines", ["change_request_id"])
    create(
        "exceptions",
        *texts("title", "cause", "consequences", "options", "recommendation", "owner", "decision", "decided_by"),
        *texts("tolerance", "forecast"),
        sa.Column("decided_on", sa.Date),
        sa.Column("state", WORD, nullable=False),
        sa.Column("dimension", WORD, nullable=False),
        sa.Column("is_drafted", sa.Boolean, nullable=False),
        sa.Column("figures", JSONB, nullable=False),
    )
    create_copies()
    create_reports()


def create_copies() -> None:
    op.create_table(
        "baseline_tasks",
        of_baseline("baseline_tasks"),
        sa.Column("task_id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        *texts("wbs_code", "name"),
        sa.Column("kind", WORD, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in (
                "duration",
                "minutes_per_day",
                "early_start",
                "early_finish",
                "scheduled_start",
                "scheduled_finish",
            )
        ),
        sa.Column("cost", AMOUNT, nullable=False),
    )
    op.create_table(
        "baseline_lines",
        of_baseline("baseline_lines"),
        sa.Column("line_id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        *texts("name"),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.Column("task_id", sa.Uuid),
        sa.Column("contingency", sa.Boolean, nullable=False),
    )
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'what a baseline copied never changes';
        END $$
    """)
    for table in ("baseline_tasks", "baseline_lines"):
        enable_row_level_security(table)
        op.execute(f"CREATE TRIGGER fixed BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def create_reports() -> None:
    op.create_table(
        "progress_reports",
        sa.Column("task_id", sa.Uuid, primary_key=True),
        sa.Column("as_of", sa.String(16), primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("percent_complete", sa.Numeric, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"],
            ["tasks.project_id", "tasks.id"],
            ondelete="CASCADE",
            name="fk_progress_reports_project_id_task_id",
        ),
    )
    op.create_index("ix_progress_reports_project_id", "progress_reports", ["project_id"])
    enable_row_level_security("progress_reports")


def texts(*names: str) -> tuple[sa.Column, ...]:
    return tuple(sa.Column(name, sa.String, nullable=False) for name in names)


def of_baseline(table: str) -> sa.Column:
    owner = sa.ForeignKey("baselines.id", ondelete="CASCADE", name=f"fk_{table}_baseline_id")
    return sa.Column("baseline_id", sa.Uuid, owner, primary_key=True)


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
