"""What every table of this service has in common."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

from chassis.consumer_schema import consumer_tables
from chassis.database import new_metadata
from chassis.idempotency import idempotency_table
from chassis.outbox_schema import outbox_table
from contracts.values import ExternalRef

METADATA = new_metadata()
OUTBOX = outbox_table(METADATA)
IDEMPOTENCY_KEYS = idempotency_table(METADATA)
CONSUMER_TABLES = consumer_tables(METADATA)

MONEY = sa.Numeric(22, 4)
NUMBER = sa.Numeric()
"""A measured quantity or a weight, exactly as it was sent."""
INSTANT = sa.DateTime(timezone=True)
MINUTES = sa.BigInteger()


def enumerated(kind: type[StrEnum]) -> sa.Enum:
    """A column of text that holds this enumeration's values and reads back as its members."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=30,
        values_callable=lambda members: [m.value for m in members],
    )


def now() -> datetime:
    """The instant of an audit field."""
    return datetime.now(UTC)


class ProgramTable(SQLModel, registry=registry(metadata=METADATA)):
    """A table of this service, apart from every other service's."""


class Record(ProgramTable):
    """A record of its own: ``revision`` is its boundary's revision when it last changed, and its ETag."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organization_id: UUID = Field(index=True)
    external_source: str | None = None
    external_id: str | None = None
    revision: int = Field(sa_type=sa.BigInteger)
    created_at: datetime = Field(default_factory=now, sa_type=INSTANT)
    updated_at: datetime = Field(default_factory=now, sa_type=INSTANT)

    @property
    def external_ref(self) -> ExternalRef | None:
        """The client's own name for the record."""
        if self.external_source is None or self.external_id is None:
            return None
        return ExternalRef(source=self.external_source, id=self.external_id)
