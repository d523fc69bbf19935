"""What reading and rewriting a whole plan asks for: the organisation worked out once a statement, links in order, room for new dates."""

from alembic import op

from chassis.migrations import renew_row_level_security

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    renew_row_level_security()
    op.create_index("ix_links_project_id_id", "links", ["project_id", "id"])
    op.drop_index("ix_links_project_id", "links")
    # Half of each page stays free, so that dates which move are written beside the old ones and no index hears of it.
    op.execute("ALTER TABLE scheduled_tasks SET (fillfactor = 50)")
