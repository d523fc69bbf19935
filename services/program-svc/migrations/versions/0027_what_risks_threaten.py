"""A program's risks may name a task and a goal; one that occurred is named by its issue. Alignments may name them, too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("risks", sa.Column("task", JSONB(), nullable=True))
    op.add_column("risks", sa.Column("goal_id", sa.Uuid(), nullable=True))
    named = sa.ForeignKey("risks.id", name="fk_issues_risk_id")
    op.add_column("issues", sa.Column("risk_id", sa.Uuid(), named, nullable=True))
    op.create_index("ix_issues_risk_id", "issues", ["risk_id"])
