"""What was imposed on tasks before. Of all else that dates hang on, events tell what it was; how limits changed is no longer kept beside them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imposed_changes",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column(
            "project_id",
            sa.Uuid,
            sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_imposed_changes_project_id"),
            nullable=False,
        ),
        sa.Column("dependency_id", sa.Uuid, nullable=False),
        sa.Column("previous", JSONB),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_imposed_changes_project_id_revision", "imposed_changes", ["project_id", "revision"])
    enable_row_level_security("imposed_changes")
    op.drop_table("limit_changes")
