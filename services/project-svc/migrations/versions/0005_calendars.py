"""Calendars, what works by them, and how long a day is in each record that has a duration."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STANDARD_DAY = "480"
WITH_DURATIONS = ("projects", "tasks", "links", "risks")


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_calendars_project_id"),
            nullable=False,
        ),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("minutes_per_day", sa.BigInteger, nullable=False),
        sa.Column("shifts", JSONB, nullable=False),
        sa.Column("exceptions", JSONB, nullable=False),
        sa.Column("holidays", JSONB),
        sa.Column("days_off", JSONB, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_calendars_external_ref"),
        sa.UniqueConstraint("project_id", "id", name="uq_calendars_project_id_id"),
    )
    enable_row_level_security("calendars")
    for table in WITH_DURATIONS:
        op.add_column(table, sa.Column("minutes_per_day", sa.BigInteger, nullable=False, server_default=STANDARD_DAY))
    for table, project_id in (("projects", "id"), ("tasks", "project_id")):
        op.add_column(table, sa.Column("calendar_id", sa.Uuid))
        op.create_foreign_key(
            f"fk_{table}_calendar_id", table, "calendars", [project_id, "calendar_id"], ["project_id", "id"]
        )
    op.create_index(
        "ix_tasks_calendar_id", "tasks", ["calendar_id"], postgresql_where=sa.text("calendar_id IS NOT NULL")
    )
    op.add_column("imposed_dates", sa.Column("moment", sa.String(16)))
