"""The projects' baselines, which programs measure by; what is known already is completed by `python -m program_svc rebuild`."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Additive."""
    op.create_table(
        "known_baselines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("of_revision", sa.BigInteger(), nullable=False),
        sa.Column("bac", sa.Numeric(22, 4), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("finish", sa.String(), nullable=False),
        sa.Column("points", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_baselines"),
    )
    op.create_index("ix_known_baselines_project_id", "known_baselines", ["project_id"])
    enable_row_level_security("known_baselines")
