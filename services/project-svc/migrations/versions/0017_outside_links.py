"""Links of imported plans to tasks of other projects."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WORD = sa.String(40)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    project = sa.ForeignKey("projects.id", ondelete="CASCADE", name="fk_outside_links_project_id")
    op.create_table(
        "outside_links",
        sa.Column("task_id", sa.Uuid, sa.ForeignKey("tasks.id", name="fk_outside_links_task_id"), nullable=False),
        sa.Column("other_end", WORD, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("other_project", "other_task", "lag")),
        sa.Column("type", WORD, nullable=False),
        *(sa.Column(name, sa.Uuid) for name in ("other_project_id", "other_task_id", "dependency_id")),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid, project, nullable=False),
        sa.Column("external_source", sa.String),
        sa.Column("external_id", sa.String),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.UniqueConstraint("organization_id", "external_source", "external_id", name="uq_outside_links_external_ref"),
    )
    op.create_index("ix_outside_links_project_id", "outside_links", ["project_id"])
    op.create_index("ix_outside_links_task_id", "outside_links", ["task_id"])
    other = ["organization_id", "external_source", "other_project"]
    op.create_index("ix_outside_links_other_project", "outside_links", other)
    enable_row_level_security("outside_links")
