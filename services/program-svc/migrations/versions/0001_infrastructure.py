"""What every service with an outbox and a projection has."""

from alembic import op

from chassis.consumer_schema import consumer_tables
from chassis.database import new_metadata
from chassis.idempotency import idempotency_table
from chassis.migrations import enable_row_level_security
from chassis.outbox_schema import outbox_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the chassis' tables; those that hold an organisation's rows under forced row-level security."""
    metadata = new_metadata()
    for table in (outbox_table(metadata), idempotency_table(metadata), *consumer_tables(metadata)):
        table.create(op.get_bind())
    for table in ("outbox", "idempotency_keys", "held_events", "quarantined_events"):
        enable_row_level_security(table)
