"""Labour and periods of budget lines, commitments, other currencies, corrections, and the calendars that baselines were made by."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

AMOUNT = sa.Numeric(22, 4)


def upgrade() -> None:
    for table in ("budget_lines", "baseline_lines"):
        op.add_column(table, sa.Column("starts_on", sa.Date))
        op.add_column(table, sa.Column("ends_on", sa.Date))
    op.add_column("budget_lines", sa.Column("quantity", sa.Numeric))
    op.add_column("budget_lines", sa.Column("rate", AMOUNT))
    op.add_column("projects", sa.Column("management_reserve", AMOUNT))
    create_commitments()
    for column in (*converted(), sa.Column("corrects_id", sa.Uuid), sa.Column("commitment_id", sa.Uuid)):
        op.add_column("actuals", column)
    op.create_unique_constraint("uq_actuals_project_id_id", "actuals", ["project_id", "id"])
    for name, other in (("corrects_id", "actuals"), ("commitment_id", "commitments")):
        op.create_foreign_key(
            f"fk_actuals_project_id_{name}", "actuals", other, ["project_id", name], ["project_id", "id"]
        )
    op.create_index(
        "ix_actuals_commitment_id", "actuals", ["commitment_id"], postgresql_where=sa.text("commitment_id IS NOT NULL")
    )
    op.add_column("baseline_tasks", sa.Column("calendar_id", sa.Uuid))
    op.create_table(
        "baseline_calendars",
        sa.Column(
            "baseline_id",
            sa.Uuid,
            sa.ForeignKey("baselines.id", ondelete="CASCADE", name="fk_baseline_calendars_baseline_id"),
            primary_key=True,
        ),
        sa.Column("calendar_id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("definition", sa.String, nullable=False),
        sa.Column("minutes_per_day", sa.BigInteger, nullable=False),
    )
    enable_row_level_security("baseline_calendars")
    op.execute("CREATE TRIGGER fixed BEFORE UPDATE ON baseline_calendars FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def create_commitments() -> None:
    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_commitments_project_id"),
            nullable=False,
        ),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        *converted(),
        sa.Column("task_id", sa.Uuid),
        sa.Column("supplier", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("corrects_id", sa.Uuid),
        sa.UniqueConstraint("project_id", "id", name="uq_commitments_project_id_id"),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_commitments_external_ref"),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"], ["tasks.project_id", "tasks.id"], name="fk_commitments_project_id_task_id"
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "corrects_id"],
            ["commitments.project_id", "commitments.id"],
            name="fk_commitments_project_id_corrects_id",
        ),
    )
    op.create_index("ix_commitments_project_id_on", "commitments", ["project_id", "on"])
    op.create_index("ix_commitments_task_id", "commitments", ["task_id"])
    enable_row_level_security("commitments")


def converted() -> tuple[sa.Column, ...]:
    return (
        sa.Column("original_amount", AMOUNT),
        sa.Column("original_currency", sa.String),
        sa.Column("exchange_rate", sa.Numeric),
    )
