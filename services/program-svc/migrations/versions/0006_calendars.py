"""The calendars of projects, which tasks and lags go by them, and how long a day is in what is said of a dependency."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0006"
down_revision = "0005"

STANDARD_DAY = "480"


def upgrade() -> None:
    """Create the table under forced row-level security; what is known already works by the standard calendar."""
    op.create_table(
        "known_calendars",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("minutes_per_day", sa.BigInteger(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_calendars"),
    )
    op.create_index("ix_known_calendars_project_id", "known_calendars", ["project_id"])
    enable_row_level_security("known_calendars")
    for table in ("known_projects", "known_tasks"):
        op.add_column(table, sa.Column("calendar_id", sa.Uuid(), nullable=True))
    op.add_column("known_links", sa.Column("lag_calendar", sa.String(), nullable=False, server_default="project"))
    op.add_column(
        "known_risks", sa.Column("minutes_per_day", sa.BigInteger(), nullable=False, server_default=STANDARD_DAY)
    )
    for column in ("lag_minutes_per_day", "receiver_minutes_per_day"):
        op.add_column("dependencies", sa.Column(column, sa.BigInteger(), nullable=False, server_default=STANDARD_DAY))
    op.add_column("dependencies", sa.Column("imposed_side", sa.String(30), nullable=True))
    op.add_column(
        "dependencies", sa.Column("imposed_by_minute", sa.Boolean(), nullable=False, server_default=sa.false())
    )
