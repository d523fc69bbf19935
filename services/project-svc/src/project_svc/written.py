"""Records as they are read: from the driver's record to JSON, without an object or a shape in between.

The database holds what was valid when it was written; to check a hundred records again took several times what reading them does. The
form is that of the contract's states: a field is the column of its name, unless its `Form` says what else it is made of.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import Field as Asks
from sqlalchemy import Column, Numeric, Table

from chassis.etag import etag_of
from chassis.paging import Order, PageQuery, page_records
from chassis.problem import NotFound
from chassis.short_cuts import Asked, ShortCut
from chassis.statements import Record, fetch_row
from chassis.unit_of_work import UnitOfWork
from contracts.values import Day, Name, Shape
from project_svc.projects.reading import check_readable
from project_svc.shown import shown_duration, shown_hours, shown_money, shown_number, shown_rate

OPTIONS = orjson.OPT_UTC_Z
"""Instants are written by orjson itself."""
EXTERNAL_REF = "external_ref"

Field = Callable[[Record], object]
"""From a record to what `as_json` writes for one of its fields."""


def within(*days: str) -> dict[str, str]:
    """The filters `since` and `until` on records of a first and a last day, or of one: both ends belong to the range, what has no day does not."""
    first, last = (", ".join(f'"{day}"' for day in each) for each in (days, days[::-1]))
    return {"since": f"coalesce({last}) >= {{}}", "until": f"coalesce({first}) <= {{}}"}


CREATED = {
    "since": "created_at >= ({}::date)::timestamp AT TIME ZONE 'UTC'",
    "until": "created_at < ({}::date + 1)::timestamp AT TIME ZONE 'UTC'",
}
"""The same on the day on which a record was written down."""


def written_within(first: str, last: str) -> dict[str, str]:
    """The same on days or moments that are kept as they were written."""
    return {
        "since": f"left(coalesce({last}, {first}), 10) >= to_char({{}}::date, 'YYYY-MM-DD')",
        "until": f"left(coalesce({first}, {last}), 10) <= to_char({{}}::date, 'YYYY-MM-DD')",
    }


class RecordQuery(PageQuery):
    """What every list of records that clients may name takes besides: their name for one, or the system that they come from."""

    external_source: Name | None = None
    """The `source` of its `external_ref`."""
    external_id: Name | None = None
    """The `id` of its `external_ref`."""


OF_NAMES = ("external_source", "external_id")


def ranged(*days: str) -> dict[str, Any]:
    """The same as fields of a query."""
    return {
        "since": (Day | None, Asks(default=None, description=f"`{days[-1]}` is this day or a later one")),
        "until": (Day | None, Asks(default=None, description=f"`{days[0]}` is this day or an earlier one")),
    }


BOOKED = {"task_id": "task_id", "source": "source", "corrects_id": "corrects_id"} | within("on")
"""The filters of entries: costs and commitments."""


def money(column: str, currency: str = "currency") -> Field:
    """An amount and the column that says its currency; null where there is no amount."""

    def write(record: Record) -> object:
        amount = record[column]
        return None if amount is None else shown_money(amount, record[currency])

    return write


def duration(column: str) -> Field:
    """Minutes, in days of `minutes_per_day`."""

    def write(record: Record) -> object:
        minutes = record[column]
        return None if minutes is None else shown_duration(minutes, record["minutes_per_day"])

    return write


def hours_per_day(record: Record) -> object:
    """What `P1D` stands for in a record's durations."""
    return shown_hours(record["minutes_per_day"])


def rate(column: str) -> Field:
    """An exchange rate, which is a decimal string."""

    def write(record: Record) -> object:
        value = record[column]
        return None if value is None else shown_rate(value)

    return write


@dataclass(frozen=True)
class Form:
    """How the records of one table are read and written.

    own: fields that are not the column of their name. filters: parameters of a list and the condition that each sets, with `{}` in the place
    of its value; a bare name is a column that equals it. beside: what is read besides the table's columns.
    """

    table: Table
    state: type[Shape]
    order: Order
    filters: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Field] = field(default_factory=dict)
    beside: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> str:
        """The columns for a statement: one for each field in the fields' order, then those that several fields are made of."""
        fields = (f'"{name}"' if name in self.table.c else f'NULL AS "{name}"' for name in self._names)
        others = (f'"{column.name}"' for column in self.table.columns if column.name not in self._names)
        return ", ".join((*fields, *others, *self.beside))

    @cached_property
    def _read(self) -> str:
        where = "id = $1 AND project_id = $2 AND organization_id = $3"
        return f"SELECT {self.columns} FROM {self.table.name} WHERE {where}"  # noqa: S608  (names of our own)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self.state.model_fields)

    @cached_property
    def _made(self) -> tuple[tuple[str, Field], ...]:
        """The fields that are more than what the driver read."""
        found = {name: _number_in(name) for name in self._names if _is_number(self.table.c.get(name))}
        if EXTERNAL_REF in self._names:
            found[EXTERNAL_REF] = _external_ref
        return tuple({**found, **self.own}.items())

    def written(self, record: Record) -> dict[str, object]:
        """A record in the form of the wire, for `as_json`. It was read as `columns`, with whatever behind them."""
        told: dict[str, object] = dict(zip(self._names, record.values(), strict=False))
        for name, write in self._made:
            told[name] = write(record)
        return told

    async def one(self, unit: UnitOfWork, project_id: UUID, record_id: UUID) -> Response:
        """One record of a project as an answer, with its ETag. Raises NotFound."""
        record = await fetch_row(unit.session, self._read, record_id, project_id, unit.identity.organization_id)
        return self.answer_one(record)

    def answer_one(self, record: Record | None) -> Response:
        """One record as an answer, with its ETag. Raises NotFound where there is none."""
        if record is None:
            raise NotFound
        return answer_with_etag(self.written(record), record["revision"])

    async def page(self, unit: UnitOfWork, project_id: UUID, query: PageQuery) -> Response:
        """A page of a project's records as an answer. Raises NotFound for a project that is not there, BadCursor, InvalidRequest."""
        where = {"project_id": project_id, "organization_id": unit.identity.organization_id}
        records, following = await self.records(unit, query, where)
        if not records:
            await check_readable(project_id, unit)
        return self.answer(records, following)

    async def records(
        self, unit: UnitOfWork, query: PageQuery, where: Mapping[str, Any]
    ) -> tuple[list[Record], str | None]:
        """A page of the driver's records, and the next cursor. where: conditions besides the filters. Raises BadCursor, InvalidRequest."""
        asked = {
            condition: wanted
            for name, condition in self._filters(query)
            if (wanted := getattr(query, name)) is not None
        }
        return await page_records(unit.session, self.columns, self.table.name, {**where, **asked}, query, self.order)

    def _filters(self, query: PageQuery) -> Iterable[tuple[str, str]]:
        """Each parameter and its condition."""
        yield from self.filters.items()
        if isinstance(query, RecordQuery):
            yield from zip(OF_NAMES, OF_NAMES, strict=True)

    def answer(self, records: Sequence[Record], following: str | None) -> Response:
        """A page as an answer."""
        body = {"items": [self.written(record) for record in records], "next": following}
        return Response(as_json(body), media_type="application/json")

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


def as_json(body: object) -> bytes:
    """JSON of what the driver read: `orjson` writes days, instants and documents by itself, ids as their text."""
    return orjson.dumps(body, default=str, option=OPTIONS)


def answer_with_etag(body: object, revision: int) -> Response:
    """JSON as an answer."""
    return Response(as_json(body), 200, {"ETag": etag_of(revision)}, "application/json")


def _external_ref(record: Record) -> object:
    source, name = record["external_source"], record["external_id"]
    return None if source is None or name is None else {"source": source, "id": name}


def _is_number(column: Column[Any] | None) -> bool:
    return column is not None and isinstance(column.type, Numeric) and column.type.asdecimal


def _number_in(column: str) -> Field:
    def write(record: Record) -> object:
        value = record[column]
        return None if value is None else shown_number(value)

    return write
