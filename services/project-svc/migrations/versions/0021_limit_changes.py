"""How deadlines, modes and constraints changed: what moved the dates that are not kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "limit_changes",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_limit_changes_project_id"),
            nullable=False,
        ),
        sa.Column("task_id", sa.Uuid),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("previous", JSONB),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "task_id"],
            ["tasks.project_id", "tasks.id"],
            ondelete="CASCADE",
            name="fk_limit_changes_project_id_task_id",
        ),
    )
    op.create_index("ix_limit_changes_project_id_revision", "limit_changes", ["project_id", "revision"])
    op.create_index("ix_limit_changes_task_id", "limit_changes", ["task_id"])
    enable_row_level_security("limit_changes")
