"""Links of imported plans to tasks of other projects; what is known already is completed by `python -m program_svc rebuild`."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Additive."""
    op.create_table(
        "known_outside_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("other_end", sa.String(), nullable=False),
        sa.Column("other_project_id", sa.Uuid(), nullable=True),
        sa.Column("other_task_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("lag", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_outside_links"),
    )
    op.create_index("ix_known_outside_links_project_id", "known_outside_links", ["project_id"])
    enable_row_level_security("known_outside_links")
