"""Comments, and status reports with the figures that are frozen into them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create(
        "comments",
        sa.Column("body", sa.String, nullable=False),
        sa.Column("mentions", JSONB, nullable=False),
        sa.Column("record", WORD, nullable=False),
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("state", WORD, nullable=False),
    )
    op.create_index("ix_comments_record_id", "comments", ["record_id"])
    create(
        "status_reports",
        *(sa.Column(name, sa.String, nullable=False) for name in ("title", "achievements", "next_steps")),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("lights", JSONB, nullable=False),
        sa.Column("data_date", sa.Date, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("published_by", sa.String, nullable=False),
    )
    report = sa.ForeignKey("status_reports.id", ondelete="CASCADE", name="fk_status_report_contents_report_id")
    op.create_table(
        "status_report_contents",
        sa.Column("report_id", sa.Uuid, report, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("content", JSONB, nullable=False),
    )
    enable_row_level_security("status_report_contents")


def create(table: str, *columns: sa.Column) -> None:
    project = sa.ForeignKey("projects.id", ondelete="CASCADE", name=f"fk_{table}_project_id")
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid, project, nullable=False),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        *columns,
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name=f"uq_{table}_external_ref"),
    )
    op.create_index(f"ix_{table}_project_id", table, ["project_id"])
    enable_row_level_security(table)
