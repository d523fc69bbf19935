"""From a declared record's shape to its table, and from rows to records and back."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args, get_origin
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, String, Table, UniqueConstraint, Uuid

from contracts.project_events.registered import Registered
from contracts.values import ExternalRef
from project_svc.records import INSTANT, METADATA, REVISION, external_columns, words

StateT = TypeVar("StateT", bound=Registered)

NAMED = {
    "task_id": "tasks",
    "risk_id": "risks",
    "issue_id": "issues",
    "decision_id": "decisions",
    "superseded_by_id": "decisions",
}
"""Fields that name another record of the same project, and the table where it is."""
TYPES: dict[type, Any] = {str: String(), bool: Boolean(), date: Date(), UUID: Uuid(), int: REVISION, datetime: INSTANT}


def table_for(collection: str, state: type[Registered]) -> Table:
    """The table of a record: a column a field, an index for each field that names another record."""
    columns: list[Column[Any]] = []
    for name, field in state.model_fields.items():
        if name == "external_ref":
            columns += [Column("external_source", String), Column("external_id", String)]
        else:
            columns.append(_column(name, field.annotation))
    named = [name for name in state.model_fields if name in NAMED]
    return Table(
        collection,
        METADATA,
        *columns,
        UniqueConstraint("organization_id", "external_source", "external_id", name=f"uq_{collection}_external_ref"),
        Index(f"ix_{collection}_project_id", "project_id"),
        *(Index(f"ix_{collection}_{name}", name) for name in named),
    )


def record_of(state: type[StateT], row: Mapping[Any, Any]) -> StateT:
    """The record behind a row."""
    values = dict(row)
    source, id_ = values.pop("external_source"), values.pop("external_id")
    return state(**values, external_ref=None if source is None else ExternalRef(source=source, id=id_))


def row_of(record: Registered) -> dict[str, Any]:
    """The row of a record."""
    values = {name: getattr(record, name) for name in type(record).model_fields}
    return values | external_columns(values.pop("external_ref"))


def _column(name: str, annotation: Any) -> Column[Any]:
    plain, nullable = plain_type(annotation)
    kind = words(plain) if issubclass(plain, StrEnum) else TYPES[plain]
    if name == "id":
        return Column(name, kind, primary_key=True)
    if name == "project_id":
        return Column(name, kind, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False)
    if name in NAMED:
        return Column(name, kind, ForeignKey(f"{NAMED[name]}.id"), nullable=nullable)
    return Column(name, kind, nullable=nullable)


def plain_type(annotation: Any) -> tuple[type, bool]:
    """The type behind `Annotated[…]` and `… | None`, and whether None is allowed."""
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    if (several := get_args(annotation)) and type(None) in several:
        return plain_type(next(each for each in several if each is not type(None)))[0], True
    return annotation, False
