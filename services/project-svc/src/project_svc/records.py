"""What every table of this service has in common: its metadata, its columns, and how their values are stored."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Numeric, String, Table, TypeDecorator
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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

INSTANT: Any = DateTime(timezone=True)
REVISION: Any = BigInteger()
MINUTES: Any = BigInteger()
NAMES: Any = ARRAY(String())
DOCUMENT: Any = JSONB(none_as_null=True)
AMOUNT: Any = Numeric(22, 4)
"""18 digits before the point and 4 after it, as `contracts.values.Money` has on the wire."""


class WrittenDate(TypeDecorator[date]):
    """A plan's date or moment, kept as it was written (`2026-03-02` or `2026-03-02T09:00`), so that written is read."""

    impl = String(16)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002  (as SQLAlchemy calls it)
        """Text whose order is the order of time."""
        return None if value is None else as_written(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002  (as SQLAlchemy calls it)
        """A `datetime` where a moment was written, else a `date`."""
        return None if value is None else read_written(value)


def as_written(value: date) -> str:
    """A day as a day, a moment to the minute."""
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def read_written(value: str) -> date:
    """What `WrittenDate` keeps: a `datetime` where a moment was written, else a `date`."""
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def day_written(value: date) -> date:
    """The day of a date or a moment."""
    return value.date() if isinstance(value, datetime) else value


WRITTEN_DATE: Any = WrittenDate()


def words(kind: type[StrEnum]) -> Any:
    """The column type of an enumeration: its words as text, so that a new word needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def new_id() -> UUID:
    """A UUIDv7: ids sort by the time at which they were made."""
    return uuid7()


def now() -> datetime:
    """The instant of an audit field."""
    return datetime.now(UTC)


def external_columns(ref: ExternalRef | None) -> dict[str, Any]:
    """The columns that hold the client's own name for a record."""
    return {"external_source": ref.source if ref else None, "external_id": ref.id if ref else None}


class Row(SQLModel, registry=registry(metadata=METADATA)):
    """The root of this service's tables."""


def table_of(kind: type[Row]) -> Table:
    """The table behind a class, for statements that go past the ORM."""
    return METADATA.tables[str(kind.__tablename__)]


class Record(Row):
    """A record that clients see: whose it is, and at which revision of its project it last changed (its ETag)."""

    id: UUID = Field(primary_key=True)
    organization_id: UUID
    external_source: str | None = None
    external_id: str | None = None
    revision: int = Field(sa_type=REVISION)
    created_at: datetime = Field(sa_type=INSTANT)

    @property
    def external_ref(self) -> ExternalRef | None:
        """The client's own name for the record."""
        if self.external_source is None or self.external_id is None:
            return None
        return ExternalRef(source=self.external_source, id=self.external_id)


class ProjectRecord(Record):
    """A record inside a project; it goes when the project goes."""

    project_id: UUID = Field(foreign_key="projects.id", ondelete="CASCADE")


RecordT = TypeVar("RecordT", bound=ProjectRecord)
