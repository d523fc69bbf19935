"""An alignment may name a benefit; what it names is said once for a goal."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    named = sa.ForeignKey("benefits.id", name="fk_alignments_benefit_id")
    op.add_column("alignments", sa.Column("benefit_id", sa.Uuid(), named, nullable=True))
    op.create_index("ix_alignments_benefit_id", "alignments", ["benefit_id"])
    op.drop_constraint("uq_alignments_goal_id_project_id_milestone_task_id_risk_id", "alignments")
    op.create_unique_constraint(
        "uq_alignments_target",
        "alignments",
        ["goal_id", "project_id", "milestone_task_id", "risk_id", "benefit_id"],
        postgresql_nulls_not_distinct=True,
    )
