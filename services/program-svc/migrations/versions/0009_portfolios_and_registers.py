"""Portfolios; goals with a period and a program; alignments of risks; the declared records of programs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _portfolios()
    _goals()
    _governance()
    _money()
    _scenarios()
    _benefits()


def _portfolios() -> None:
    op.create_table(
        "portfolios",
        *heading(),
        sa.Column("parent_id", sa.Uuid(), sa.ForeignKey("portfolios.id", name="fk_portfolios_parent_id")),
        text("key"),
        text("name"),
        text("description"),
        text("owner"),
        sa.PrimaryKeyConstraint("id", name="pk_portfolios"),
        sa.UniqueConstraint("organization_id", "key", name="uq_portfolios_organization_id_key"),
        sa.UniqueConstraint(
            "organization_id",
            "external_source",
            "external_id",
            name="uq_portfolios_organization_id_external_source_external_id",
        ),
    )
    op.create_index("ix_portfolios_organization_id", "portfolios", ["organization_id"])
    op.create_index("ix_portfolios_parent_id", "portfolios", ["parent_id"])
    enable_row_level_security("portfolios")
    op.add_column("programs", sa.Column("portfolio_id", sa.Uuid()))
    op.create_foreign_key("fk_programs_portfolio_id", "programs", "portfolios", ["portfolio_id"], ["id"])
    op.create_index("ix_programs_portfolio_id", "programs", ["portfolio_id"])
    op.add_column("programs", sa.Column("currency", sa.String()))
    op.add_column("programs", sa.Column("tolerances", JSONB()))


def _goals() -> None:
    op.add_column("goals", sa.Column("starts", sa.Date()))
    op.add_column("goals", sa.Column("program_id", sa.Uuid()))
    op.create_foreign_key("fk_goals_program_id", "goals", "programs", ["program_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_goals_program_id", "goals", ["program_id"])
    for table in ("key_results", "check_ins"):
        op.add_column(table, sa.Column("confidence", sa.Numeric()))
    op.add_column("alignments", sa.Column("risk_id", sa.Uuid()))
    op.drop_constraint("uq_alignments_goal_id_project_id_milestone_task_id", "alignments")
    op.create_unique_constraint(
        "uq_alignments_goal_id_project_id_milestone_task_id_risk_id",
        "alignments",
        ["goal_id", "project_id", "milestone_task_id", "risk_id"],
        postgresql_nulls_not_distinct=True,
    )


def _governance() -> None:
    create(
        "stakeholders",
        *map(text, ("name", "role", "party", "contact")),
        *map(word, ("power", "interest", "engagement", "engagement_wanted")),
        text("needs"),
        word("cadence"),
        text("owner"),
    )
    create(
        "gates",
        text("name"),
        sa.Column("planned_on", sa.Date()),
        document("criteria"),
        text("evidence"),
        sa.Column("decision", WORD),
        text("conditions"),
        text("decided_by"),
        sa.Column("decided_on", sa.Date()),
        word("state"),
    )
    create(
        "issues",
        *map(text, ("title", "description", "category")),
        word("priority"),
        *map(text, ("owner", "raised_by")),
        sa.Column("raised_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        text("resolution"),
        sa.Column("origin", JSONB()),
        word("state"),
    )
    create(
        "decisions",
        *map(text, ("title", "context", "options", "outcome", "rationale", "decided_by")),
        sa.Column("decided_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        named("decisions", "issue_id", "issues"),
        named("decisions", "superseded_by_id", "decisions"),
        word("state"),
    )
    op.create_index("ix_decisions_issue_id", "decisions", ["issue_id"])
    op.create_index("ix_decisions_superseded_by_id", "decisions", ["superseded_by_id"])
    create(
        "risks",
        *map(text, ("title", "description")),
        word("kind"),
        text("category"),
        sa.Column("probability", sa.Numeric(), nullable=False),
        document("cost_impact"),
        text("days_impact"),
        sa.Column("response", WORD),
        *map(text, ("owner", "trigger", "contingency_plan")),
        sa.Column("review_on", sa.Date()),
        sa.Column("origin", JSONB()),
        word("state"),
    )


def _money() -> None:
    create(
        "funding",
        text("source"),
        word("kind"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        document("amount"),
        text("note"),
    )
    create(
        "exchange_rates",
        text("currency"),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        text("source"),
    )


def _scenarios() -> None:
    create("scenarios", *map(text, ("name", "description")), document("changes"), word("state"))
    create(
        "proposals",
        named("proposals", "scenario_id", "scenarios", nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        document("changes"),
        *map(text, ("decided_by", "note")),
        word("state"),
    )
    op.create_index("ix_proposals_scenario_id", "proposals", ["scenario_id"])
    create(
        "change_requests",
        *map(text, ("title", "description", "reason")),
        word("priority"),
        text("requested_by"),
        document("project_ids"),
        named("change_requests", "scenario_id", "scenarios"),
        *map(text, ("impact", "decided_by")),
        sa.Column("decided_on", sa.Date()),
        word("state"),
    )
    op.create_index("ix_change_requests_scenario_id", "change_requests", ["scenario_id"])


def _benefits() -> None:
    create(
        "benefits",
        *map(text, ("name", "description", "measure", "unit")),
        sa.Column("baseline", sa.Numeric(), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=False),
        text("owner"),
        sa.Column("goal_id", sa.Uuid()),
        sa.Column("weight", sa.Numeric(), nullable=False),
        document("contributors"),
        sa.Column("milestone", JSONB()),
        sa.Column("offset_days", sa.BigInteger(), nullable=False),
        sa.Column("planned_on", sa.Date()),
        document("profile"),
        word("state"),
    )
    create(
        "measurements",
        named("measurements", "benefit_id", "benefits", nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        *map(text, ("note", "by")),
    )
    op.create_index("ix_measurements_benefit_id", "measurements", ["benefit_id"])


def text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def word(name: str) -> sa.Column:
    return sa.Column(name, WORD, nullable=False)


def document(name: str) -> sa.Column:
    return sa.Column(name, JSONB(), nullable=False)


def named(table: str, column: str, of: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{of}.id", name=f"fk_{table}_{column}"), nullable=nullable)


def heading() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("external_source", sa.String()),
        sa.Column("external_id", sa.String()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
    ]


def create(table: str, *columns: sa.Column) -> None:
    program = sa.ForeignKey("programs.id", ondelete="CASCADE", name=f"fk_{table}_program_id")
    op.create_table(
        table,
        *heading(),
        sa.Column("program_id", sa.Uuid(), program, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name=f"uq_{table}_external_ref"),
    )
    op.create_index(f"ix_{table}_program_id", table, ["program_id"])
    enable_row_level_security(table)
