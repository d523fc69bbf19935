"""What every table of the gateway has in common."""

from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from chassis.database import new_metadata
from chassis.idempotency import idempotency_table

METADATA = new_metadata()
IDEMPOTENCY_KEYS = idempotency_table(METADATA)

INSTANT = sa.DateTime(timezone=True)


def now() -> datetime:
    """The instant of an audit field."""
    return datetime.now(UTC)


class GatewayTable(SQLModel, registry=registry(metadata=METADATA)):
    """A table of the gateway, apart from every other service's."""


def enumerated(kind: type[StrEnum]) -> sa.Enum:
    """A column of text that holds this enumeration's values and reads back as its members."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=30,
        values_callable=lambda members: [member.value for member in members],
    )
