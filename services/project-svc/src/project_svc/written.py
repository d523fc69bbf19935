"""Records as they are read: from the driver's record to JSON, without an object or a shape in between.

The database holds what was valid when it was written; to check a hundred records again took several times what reading them does. The
form is that of the contract's states: a field is the column of its name, unless its `Form` says what else it is made of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response
from sqlalchemy import Table

from chassis.etag import etag_of
from chassis.paging import Order, PageQuery, page_records
from chassis.problem import NotFound
from chassis.short_cuts import Asked, ShortCut
from chassis.statements import Record, fetch_row
from chassis.unit_of_work import UnitOfWork
from contracts.values import Duration, Shape
from contracts.values.money import shown_amount
from project_svc.projects.reading import check_readable

OPTIONS = orjson.OPT_UTC_Z
"""Instants are written by orjson itself."""
MINUTES_PER_HOUR = 60
EXTERNAL_REF = "external_ref"

Field = Callable[[Record], object]
"""From a record to what `orjson` writes for one of its fields."""


BOOKED = {"task_id": "task_id", "source": "source", "since": '"on" >= {}', "until": '"on" <= {}'}
"""The filters of entries: costs and commitments."""


def money(column: str, currency: str = "currency") -> Field:
    """An amount and the column that says its currency; null where there is no amount."""

    def write(record: Record) -> object:
        amount = record[column]
        return None if amount is None else shown_money(amount, record[currency])

    return write


def shown_money(amount: Decimal, currency: str) -> dict[str, str]:
    """An amount as it is written."""
    return {"amount": _amount(amount), "currency": currency}


def shown_duration(minutes: int, day: int) -> str:
    """Working time as it is written, in days of so many minutes."""
    return _duration(minutes, day)


def duration(column: str) -> Field:
    """Minutes, in days of `minutes_per_day`."""

    def write(record: Record) -> object:
        minutes = record[column]
        return None if minutes is None else _duration(minutes, record["minutes_per_day"])

    return write


def hours_per_day(record: Record) -> object:
    """What `P1D` stands for in a record's durations."""
    return _hours(record["minutes_per_day"])


def rate(column: str) -> Field:
    """An exchange rate, which is a decimal string."""

    def write(record: Record) -> object:
        value = record[column]
        return None if value is None else _rate(value)

    return write


@dataclass(frozen=True)
class Form:
    """How the records of one table are read and written.

    own: fields that are not the column of their name. filters: parameters of a list and the condition that each sets, with `{}` in the place
    of its value; a bare name is a column that equals it.
    """

    table: Table
    state: type[Shape]
    order: Order
    filters: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Field] = field(default_factory=dict)

    @cached_property
    def columns(self) -> str:
        """All columns, for a statement."""
        return ", ".join(f'"{column.name}"' for column in self.table.columns)

    @cached_property
    def _read(self) -> str:
        where = "id = $1 AND project_id = $2 AND organization_id = $3"
        return f"SELECT {self.columns} FROM {self.table.name} WHERE {where}"  # noqa: S608  (names of our own)

    @cached_property
    def _fields(self) -> tuple[tuple[str, Field], ...]:
        return tuple((name, self._field(name)) for name in self.state.model_fields)

    def _field(self, name: str) -> Field:
        if name in self.own:
            return self.own[name]
        if name == EXTERNAL_REF:
            return _external_ref
        return _as_stored(name, self.table.c[name].type)

    def written(self, record: Record) -> dict[str, object]:
        """A record in the form of the wire, for `orjson` with OPTIONS."""
        return {name: write(record) for name, write in self._fields}

    async def one(self, unit: UnitOfWork, project_id: UUID, record_id: UUID) -> Response:
        """One record of a project as an answer, with its ETag. Raises NotFound."""
        record = await fetch_row(unit.session, self._read, record_id, project_id, unit.identity.organization_id)
        if record is None:
            raise NotFound
        headers = {"ETag": etag_of(record["revision"])}
        return Response(orjson.dumps(self.written(record), option=OPTIONS), 200, headers, "application/json")

    async def page(self, unit: UnitOfWork, project_id: UUID, query: PageQuery) -> Response:
        """A page of a project's records as an answer. Raises NotFound for a project that is not there, BadCursor, InvalidRequest."""
        where: dict[str, Any] = {"project_id": project_id, "organization_id": unit.identity.organization_id}
        for name, condition in self.filters.items():
            wanted = getattr(query, name)
            if wanted is not None:
                where[condition] = wanted
        table = self.table.name
        records, following = await page_records(unit.session, self.columns, table, where, query, self.order)
        if not records:
            await check_readable(project_id, unit)
        return self.answer(records, following)

    def answer(self, records: Sequence[Record], following: str | None) -> Response:
        """A page as an answer."""
        body = {"items": [self.written(record) for record in records], "next": following}
        return Response(orjson.dumps(body, option=OPTIONS), media_type="application/json")

    def short_one(self, name: str) -> ShortCut:
        """The short cut of a route that reads one record. name: of its id in the path."""

        async def read(asked: Asked) -> Response:
            asked.expect_no_query()
            return await self.one(asked.unit, asked.id("project_id"), asked.id(name))

        return read

    def short_page(self, query: type[PageQuery]) -> ShortCut:
        """The short cut of a route that lists records."""

        async def read(asked: Asked) -> Response:
            return await self.page(asked.unit, asked.id("project_id"), asked.query(query))

        return read


def _external_ref(record: Record) -> object:
    source, name = record["external_source"], record["external_id"]
    return None if source is None or name is None else {"source": source, "id": name}


def _as_stored(column: str, kind: Any) -> Field:
    """A column as its type is written: `orjson` writes days, instants and documents by itself."""
    python = Decimal if kind.__visit_name__ in {"numeric", "NUMERIC"} else _python_of(kind)
    if python is UUID:
        return lambda record: None if record[column] is None else str(record[column])
    if python is Decimal:
        return lambda record: None if record[column] is None else _number(record[column])
    return lambda record: record[column]


def _python_of(kind: Any) -> type:
    try:
        found: type = kind.python_type
    except NotImplementedError:
        return str
    return found


# Records of one kind are much alike in these: a page of a hundred has a handful of each.
@lru_cache(maxsize=4096)
def _number(value: Decimal) -> int | float:
    whole = int(value)
    return whole if whole == value else float(value)


@lru_cache(maxsize=4096)
def _duration(minutes: int, day: int) -> str:
    return str(Duration(minutes, day))


@lru_cache(maxsize=4096)
def _hours(day: int) -> int | float:
    return _number(Decimal(day) / MINUTES_PER_HOUR)


@lru_cache(maxsize=4096)
def _amount(amount: Decimal) -> str:
    return shown_amount(amount)


@lru_cache(maxsize=4096)
def _rate(value: Decimal) -> str:
    return f"{value.normalize():f}"
