"""To look at the quarantine of all organisations takes the operators' role; a setting that the application's role can make is not enough."""

from chassis.migrations import allow_operators, disallow_operators

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    disallow_operators("quarantined_events")


def downgrade() -> None:
    allow_operators("quarantined_events")
