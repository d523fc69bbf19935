"""Collections by keyset: a cursor says where the last page ended, so pages stay right while rows are written."""

import base64
import binascii
import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Select, String, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeDecorator, TypeEngine

from chassis.problem import BadCursor, FieldError, invalid
from chassis.statements import Record, fetch

ItemT = TypeVar("ItemT")
KnownT = TypeVar("KnownT")

MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
NO_DAY = date.max
"""In a cursor; the driver writes it as PostgreSQL's `infinity`."""
Cursor = Annotated[str, Field(max_length=2000)]


class Page(BaseModel, Generic[ItemT]):
    """One page of a collection; `next` is the cursor of the following one, `null` on the last."""

    model_config = ConfigDict(defer_build=True)

    items: list[ItemT]
    next: str | None = Field(description="send it as `cursor` for the next page")


class PageQuery(BaseModel):
    """What every collection takes. A collection's own filters are fields of a subclass; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="items a page")
    cursor: Cursor | None = Field(default=None, description="`next` of the page before")
    sort: str | None = Field(default=None, max_length=50, description="a field's name; with `-` before it, descending")

    def asked(self, of: Any, *names: str) -> list[ColumnElement[bool]]:
        """What the named fields ask of the columns of the same names, in a table's class or `table.c`; one that is None asks nothing."""
        return [getattr(of, name) == wanted for name in names if (wanted := getattr(self, name)) is not None]


@dataclass(frozen=True, slots=True)
class Computed:
    """What `page_records` sorts by in the place of a column: a text that the database makes of a row. It is read, as `name`, only where it is sorted by."""

    name: str
    sql: str
    type: TypeEngine[str] = field(default_factory=String)
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The orders that a collection offers: name → a column that is never null, or for `page_records` a day: what has none comes after all that
    have one, and before them in the descending order. `identity` breaks ties.
    """

    columns: Mapping[str, Any]
    default: str
    identity: Any

    def of(self, sort: str | None) -> tuple[str, Any, bool]:
        """The sort's canonical text, its column and whether it descends."""
        chosen = sort or self.default
        name, descending = chosen.removeprefix("-"), chosen.startswith("-")
        if name not in self.columns:
            offered = ", ".join(sorted(self.columns))
            raise invalid("/sort", "sort", f"Sort by one of: {offered}.", location="query")
        return chosen, self.columns[name], descending


async def page(
    session: AsyncSession, statement: Select[Any], query: PageQuery, order: Order
) -> tuple[Sequence[Any], str | None]:
    """One page of the statement's rows (its entities or row tuples) and the next cursor.

    The statement's first entity must carry the sort column and the identity column as attributes of the same names.
    """
    chosen, column, descending = order.of(query.sort)
    keys = [column] if column is order.identity else [column, order.identity]
    if query.cursor is not None:
        after = _decode(query.cursor, chosen, keys)
        position: ColumnElement[Any] = tuple_(*keys)
        statement = statement.where(position < after if descending else position > after)
    statement = statement.order_by(*(key.desc() if descending else key.asc() for key in keys)).limit(query.limit + 1)
    result = await session.execute(statement)
    rows: list[Any] = list(result.scalars() if len(statement.column_descriptions) == 1 else result)
    if len(rows) <= query.limit:
        return rows, None
    rows = rows[: query.limit]
    return rows, _encode(chosen, [getattr(rows[-1], key.key) for key in keys])


async def page_records(
    session: AsyncSession, columns: str, table: str, where: Mapping[str, Any], query: PageQuery, order: Order
) -> tuple[list[Record], str | None]:
    """`page` for hot paths: the driver's records of a table, and the next cursor.

    columns: those to answer, the sort column and the identity among them. where: what columns, or `ANY(…)` of an array, equal; another
    condition has `{}` in the place of its value, of a tuple in the place of each.
    """
    chosen, column, descending = order.of(query.sort)
    keys = [column] if column is order.identity else [column, order.identity]
    places = [_place(key) for key in keys]
    names = ", ".join(places)
    values: list[Any] = []
    conditions = []
    for name, wanted in where.items():
        several = wanted if isinstance(wanted, tuple) else (wanted,)
        own = [f"${len(values) + place}" for place in range(1, len(several) + 1)]
        conditions.append(name.format(*own) if "{}" in name else f"{own[0]} = {name}")
        values += several
    if query.cursor is not None:
        after = _values_of(query.cursor, chosen, keys)
        told = ", ".join(f"${number}" for number in range(len(values) + 1, len(values) + len(after) + 1))
        conditions.append(f"({names}) {'<' if descending else '>'} ({told})")
        values += after
    if isinstance(column, Computed):
        columns = f"{columns}, {column.sql} AS {column.name}"
    direction = "DESC" if descending else "ASC"
    by = ", ".join(f"{place} {direction}" for place in places)
    # The same few texts come again and again, made of names of our own and of nothing that a client sends.
    statement = f"SELECT {columns} FROM {table} WHERE {' AND '.join(conditions)} ORDER BY {by} LIMIT ${len(values) + 1}"  # noqa: S608  (names of our own)
    records = list(await fetch(session, statement, *values, query.limit + 1))
    if len(records) <= query.limit:
        return records, None
    records = records[: query.limit]
    last = (records[-1][key.name] for key in keys)
    return records, _encode(chosen, [NO_DAY if value is None else value for value in last])


def _place(key: Any) -> str:
    """What is sorted by a column, in SQL."""
    if isinstance(key, Computed):
        return f"({key.sql})"
    return f"coalesce(\"{key.name}\", 'infinity')" if key.nullable else f'"{key.name}"'


def page_of_known(
    known: Iterable[KnownT], query: PageQuery, orders: Mapping[str, Callable[[KnownT], int]], identity: str
) -> tuple[list[KnownT], str | None]:
    """`page` of what is in memory already. orders: a number by each sort; `identity` is the one that no two share, and the default."""
    name, sign, after = asked_order(query, orders, identity)

    def key(one: KnownT) -> tuple[int, int]:
        return sign * orders[name](one), sign * orders[identity](one)

    if after is not None:
        known = [one for one in known if key(one) > after]
    shown = heapq.nsmallest(query.limit + 1, known, key=key)
    if len(shown) <= query.limit:
        return shown, None
    shown = shown[: query.limit]
    return shown, _encode(query.sort or identity, [str(number) for number in key(shown[-1])])


def asked_order(query: PageQuery, names: Collection[str], identity: str) -> tuple[str, int, tuple[int, int] | None]:
    """What `page_of_known` orders by, 1 or -1 for the descending order, and behind which numbers (times that) the page begins."""
    chosen = query.sort or identity
    name = chosen.removeprefix("-")
    if name not in names:
        raise invalid("/sort", "sort", f"Sort by one of: {', '.join(sorted(names))}.", location="query")
    return (
        name,
        -1 if chosen.startswith("-") else 1,
        None if query.cursor is None else _numbers_of(query.cursor, chosen),
    )


def page_in_order(
    known: Iterable[KnownT], cursor: str | None, limit: int, place: Callable[[KnownT], tuple[int, ...]]
) -> tuple[list[KnownT], str | None]:
    """A page of what comes in the order of its places, none of which two share; no more is taken than the page needs."""
    shown: list[KnownT] = []
    after: tuple[int, ...] | None = None
    for one in known:
        here = place(one)
        if cursor is not None and after is None:
            after = tuple(_read(cursor, "", [int] * len(here)))
        if after is not None and here <= after:
            continue
        if len(shown) == limit:
            return shown, _encode("", [str(number) for number in place(shown[-1])])
        shown.append(one)
    return shown, None


def _encode(chosen: str, values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([chosen, *values], default=str)).decode().rstrip("=")


def _decode(cursor: str, chosen: str, keys: Sequence[Any]) -> Any:
    return tuple_(*_values_of(cursor, chosen, keys))


def _values_of(cursor: str, chosen: str, keys: Sequence[Any]) -> list[Any]:
    return _read(cursor, chosen, [TypeAdapter(_kind_of(key.type)).validate_python for key in keys])


def _kind_of(column: Any) -> Any:
    """What a column's values are. A type that decorates another one, as SQLModel's texts do, says `object` of itself."""
    return (column.impl_instance if isinstance(column, TypeDecorator) else column).python_type


def _numbers_of(cursor: str, chosen: str) -> tuple[int, int]:
    first, second = _read(cursor, chosen, [int, int])
    return first, second


def _read(cursor: str, chosen: str, kinds: Sequence[Callable[[Any], Any]]) -> list[Any]:
    try:
        text, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if text != chosen or len(values) != len(kinds):
            raise BadCursor(errors=[_CURSOR_ERROR])
        return [kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (binascii.Error, orjson.JSONDecodeError, ValidationError, ValueError, TypeError):
        raise BadCursor(errors=[_CURSOR_ERROR]) from None


_CURSOR_ERROR = FieldError(
    location="query",
    pointer="/cursor",
    rule="cursor",
    message="Use `next` of a page of this collection, with the same `sort`.",
)
