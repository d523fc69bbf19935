"""What a program is held to: baselines of its dates, exceptions from its tolerances, status reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
FIXED = ("baseline_tasks", "status_report_contents", "status_reports")


def upgrade() -> None:
    create(
        "baselines",
        *map(text, ("name", "description")),
        text("state", sa.String(40)),
        document("positions"),
        text("content_hash"),
        document("figures"),
        text("approved_by"),
        sa.Column("approved_at", INSTANT),
        text("approval_note"),
    )
    create(
        "exceptions",
        *map(text, ("title", "cause", "consequences", "options", "recommendation", "owner", "decision", "decided_by")),
        sa.Column("decided_on", sa.Date()),
        text("state", sa.String(40)),
        text("dimension", sa.String(40)),
        sa.Column("is_drafted", sa.Boolean(), nullable=False),
        *map(text, ("tolerance", "forecast")),
        document("figures"),
    )
    create(
        "status_reports",
        text("title"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        *map(text, ("achievements", "next_steps")),
        document("lights"),
        *map(text, ("content_hash", "published_by")),
    )
    op.create_table(
        "baseline_tasks",
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        text("name"),
        text("kind"),
        sa.Column("early_start", sa.BigInteger(), nullable=False),
        sa.Column("early_finish", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["baseline_id"], ["baselines.id"], name="fk_baseline_tasks_baseline_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("baseline_id", "task_id", name="pk_baseline_tasks"),
    )
    op.create_table(
        "status_report_contents",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        document("content"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["status_reports.id"], name="fk_status_report_contents_report_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name="pk_status_report_contents"),
    )
    enable_row_level_security("baseline_tasks")
    enable_row_level_security("status_report_contents")
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'what was frozen does not change' USING ERRCODE = 'restrict_violation';
        END
        $$
    """)
    for table in FIXED:
        op.execute(f"CREATE TRIGGER fixed BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def text(name: str, kind: sa.String | None = None) -> sa.Column:
    return sa.Column(name, kind or sa.String(), nullable=False)


def document(name: str) -> sa.Column:
    return sa.Column(name, JSONB(), nullable=False)


def create(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String()),
        sa.Column("external_id", sa.String()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["program_id"], ["programs.id"], name=f"fk_{table}_program_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name=f"uq_{table}_external_ref"),
    )
    op.create_index(f"ix_{table}_program_id", table, ["program_id"])
    enable_row_level_security(table)
