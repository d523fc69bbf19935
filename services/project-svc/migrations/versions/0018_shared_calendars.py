"""Calendars of an organisation, which those of its projects may follow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "shared_calendars",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("minutes_per_day", sa.BigInteger, nullable=False),
        *(sa.Column(name, JSONB, nullable=False) for name in ("shifts", "exceptions", "days_off")),
        sa.Column("holidays", JSONB),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.UniqueConstraint(
            "organization_id", "external_source", "external_id", name="uq_shared_calendars_external_ref"
        ),
    )
    op.create_index(
        "ix_shared_calendars_organization_id_created_at", "shared_calendars", ["organization_id", "created_at"]
    )
    enable_row_level_security("shared_calendars")
    shared = sa.ForeignKey("shared_calendars.id", name="fk_calendars_shared_calendar_id")
    op.add_column("calendars", sa.Column("shared_calendar_id", sa.Uuid, shared))
    op.create_index("ix_calendars_shared_calendar_id", "calendars", ["shared_calendar_id"])
