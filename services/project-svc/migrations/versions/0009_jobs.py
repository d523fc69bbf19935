"""Jobs, and the files that they work on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("asked", JSONB, nullable=False),
        sa.Column("result", JSONB),
        sa.Column("problem", JSONB),
        sa.Column("requested_by", sa.String, nullable=False),
        sa.Column("correlation_id", sa.String, nullable=False),
        sa.Column("traceparent", sa.String),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("losses", sa.BigInteger, nullable=False),
        sa.Column("is_cancelling", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("updated_at", INSTANT, nullable=False),
    )
    op.create_index("ix_jobs_organization_id_created_at", "jobs", ["organization_id", "created_at"])
    owner = sa.ForeignKey("jobs.id", ondelete="CASCADE", name="fk_job_files_job_id")
    op.create_table(
        "job_files",
        sa.Column("job_id", sa.Uuid, owner, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    for table in ("jobs", "job_files"):
        enable_row_level_security(table)
