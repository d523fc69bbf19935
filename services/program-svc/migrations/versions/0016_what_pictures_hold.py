"""Which records a consumer's picture holds: when code comes that keeps more, it restores every boundary from its snapshot."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add what the first revision makes by itself since it was written."""
    op.execute("ALTER TABLE consumer_cursors ADD COLUMN IF NOT EXISTS picture text")
