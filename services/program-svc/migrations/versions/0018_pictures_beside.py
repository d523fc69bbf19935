"""A rebuild fills a second set of the replica's tables beside the one in use, and puts it in its place."""

from chassis.beside_schema import allow_pictures_beside, forbid_pictures_beside

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_pictures_beside()


def downgrade() -> None:
    forbid_pictures_beside()
