"""The projects' issues, and which risks were escalated; what is known already is completed by `python -m program_svc rebuild`."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Additive."""
    op.add_column("known_risks", sa.Column("escalated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "known_issues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_known_issues"),
    )
    op.create_index("ix_known_issues_project_id", "known_issues", ["project_id"])
    enable_row_level_security("known_issues")
