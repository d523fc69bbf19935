"""The declared records: issues, decisions, actions, assumptions, stakeholders and deliverables."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)

TEXTS = {
    "issues": ("title", "description", "category", "owner", "raised_by", "resolution"),
    "decisions": ("title", "context", "options", "outcome", "rationale", "decided_by"),
    "actions": ("title", "description", "owner"),
    "assumptions": ("title", "description", "category", "owner", "impact", "finding"),
    "stakeholders": ("name", "role", "party", "contact", "needs", "owner"),
    "deliverables": ("name", "description", "acceptance_criteria", "owner", "evidence", "accepted_by"),
}
WORDS = {
    "issues": ("priority", "state"),
    "decisions": ("state",),
    "actions": ("priority", "state"),
    "assumptions": ("state",),
    "stakeholders": ("power", "interest", "engagement", "engagement_wanted", "cadence"),
    "deliverables": ("state",),
}
DAYS = {
    "issues": ("raised_on", "due_on"),
    "decisions": ("decided_on", "due_on"),
    "actions": ("due_on", "done_on"),
    "assumptions": ("validate_by",),
    "deliverables": ("due_on", "accepted_on"),
}
NAMED = {
    "issues": ("task_id", "risk_id"),
    "decisions": ("task_id", "issue_id", "superseded_by_id"),
    "actions": ("task_id", "risk_id", "issue_id", "decision_id"),
    "assumptions": ("task_id", "risk_id", "issue_id"),
    "deliverables": ("task_id",),
}
PLACES = {
    "task_id": "tasks",
    "risk_id": "risks",
    "issue_id": "issues",
    "decision_id": "decisions",
    "superseded_by_id": "decisions",
}


def upgrade() -> None:
    for table in TEXTS:
        create(table)
        enable_row_level_security(table)


def create(table: str) -> None:
    own = [sa.Column("escalated", sa.Boolean, nullable=False)] if table == "issues" else []
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
        *(sa.Column(name, sa.String, nullable=False) for name in TEXTS[table]),
        *(sa.Column(name, WORD, nullable=False) for name in WORDS[table]),
        *(sa.Column(name, sa.Date) for name in DAYS.get(table, ())),
        *own,
        *(
            sa.Column(name, sa.Uuid, sa.ForeignKey(f"{PLACES[name]}.id", name=f"fk_{table}_{name}"))
            for name in NAMED.get(table, ())
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name=f"uq_{table}_external_ref"),
    )
    op.create_index(f"ix_{table}_project_id", table, ["project_id"])
    for name in NAMED.get(table, ()):
        op.create_index(f"ix_{table}_{name}", table, [name])
