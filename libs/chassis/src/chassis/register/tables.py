"""From a declared record's shape to its table, and from rows to records and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args, get_origin
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from contracts.values import Duration, ExternalRef, Shape

StateT = TypeVar("StateT", bound=Shape)

TYPES: dict[type, Any] = {
    str: String(),
    bool: Boolean(),
    date: Date(),
    UUID: Uuid(),
    int: BigInteger(),
    Decimal: Numeric(),
    datetime: DateTime(timezone=True),
    Duration: String(),
}
DOCUMENT = JSONB(none_as_null=True)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a service's declared records belong: ``key`` names the boundary they are part of, a row of ``table``.

    named: fields that name another record of the same boundary, and the table where it is.
    """

    metadata: MetaData
    key: str
    table: str
    named: Mapping[str, str]

    def table_for(self, collection: str, state: type[Shape]) -> Table:
        """The table of a record: a column a field, an index for each field that names another record."""
        columns: list[Column[Any]] = []
        for name, field in state.model_fields.items():
            if name == "external_ref":
                columns += [Column("external_source", String), Column("external_id", String)]
            else:
                columns.append(self._column(name, field.annotation))
        named = [name for name in state.model_fields if name in self.named]
        return Table(
            collection,
            self.metadata,
            *columns,
            UniqueConstraint("organization_id", "external_source", "external_id", name=f"uq_{collection}_external_ref"),
            Index(f"ix_{collection}_{self.key}", self.key),
            *(Index(f"ix_{collection}_{name}", name) for name in named),
        )

    def _column(self, name: str, annotation: Any) -> Column[Any]:
        plain, nullable = plain_type(annotation)
        kind = _column_type(plain)
        if name == "id":
            return Column(name, kind, primary_key=True)
        if name == self.key:
            return Column(name, kind, ForeignKey(f"{self.table}.id", ondelete="CASCADE"), nullable=False)
        if name in self.named:
            return Column(name, kind, ForeignKey(f"{self.named[name]}.id"), nullable=nullable)
        return Column(name, kind, nullable=nullable)


def record_of(state: type[StateT], row: Mapping[Any, Any]) -> StateT:
    """The record behind a row."""
    values = dict(row)
    source, id_ = values.pop("external_source"), values.pop("external_id")
    values["external_ref"] = None if source is None else ExternalRef(source=source, id=id_)
    return state(**values)


def row_of(record: Shape) -> dict[str, Any]:
    """The row of a record."""
    values = {name: getattr(record, name) for name in type(record).model_fields}
    ref: ExternalRef | None = values.pop("external_ref")
    columns = values | {"external_source": ref.source if ref else None, "external_id": ref.id if ref else None}
    return {name: _stored(value) for name, value in columns.items()}


def _stored(value: Any) -> Any:
    """A value as its column takes it: shapes, lists and mappings as documents; a duration as it is written."""
    if isinstance(value, Duration):
        return str(value)
    return to_jsonable_python(value) if isinstance(value, Shape | list | dict) else value


def _column_type(plain: Any) -> Any:
    if get_origin(plain) in {list, dict} or issubclass(plain, Shape):
        return DOCUMENT
    if issubclass(plain, StrEnum):
        return words(plain)
    return TYPES[plain]


def words(kind: type[StrEnum]) -> Any:
    """The column type of an enumeration: its words as text, so that a new word needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def plain_type(annotation: Any) -> tuple[type, bool]:
    """The type behind `Annotated[…]` and `… | None`, and whether None is allowed."""
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    if (several := get_args(annotation)) and type(None) in several:
        return plain_type(next(each for each in several if each is not type(None)))[0], True
    return annotation, False
