"""Rows of tables for hot paths: read, inserted and updated past the session's unit of work, in its transaction.

A row is an instance of the table's class that the session does not know: what changes in it is written by `update` alone. What the
session itself has read of the same row is forgotten, so that whoever asks it again sees what was written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import Table, inspect
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import configure_mappers, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class

from chassis.statements import Record, execute, fetch, fetch_row


class Identified(Protocol):
    """A row whose key is `id`."""

    id: Any


RowT = TypeVar("RowT")
IdentifiedT = TypeVar("IdentifiedT", bound=Identified)
Process = Callable[[Any], Any]
_DIALECT: Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
_NUMERIC = 1700
"""PostgreSQL's number of the type, which no other kind of column asks for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A table's columns, how their values become the driver's and come back, and the statements that follow from them."""

    table: str
    names: tuple[str, ...]
    sent: tuple[tuple[str, Process | None], ...]
    received: tuple[tuple[str, Process | None], ...]
    columns: str
    insertion: str
    replacement: str
    kinds: tuple[tuple[str, str], ...]
    """The columns' types, as the database calls them."""
    replacement_of_all: str
    """Of any number of rows, given column by column."""

    @classmethod
    def of(cls, table: Table) -> "Layout":
        """The layout of a table whose class has attributes named like its columns."""
        types = {column.name: column.type.dialect_impl(_DIALECT) for column in table.columns}
        names, columns = tuple(types), ", ".join(f'"{name}"' for name in types)
        places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
        return cls(
            table.name,
            names,
            tuple((name, each.bind_processor(_DIALECT)) for name, each in types.items()),
            tuple((name, each.result_processor(_DIALECT, _NUMERIC)) for name, each in types.items()),
            columns,
            f"INSERT INTO {table.name} ({columns}) VALUES ({places})",  # noqa: S608  (names of our own)
            _replacement(table.name, names),
            kinds := tuple((name, each.compile(_DIALECT)) for name, each in types.items()),
            _replacement_of_all(table.name, kinds),
        )

    def only(self, chosen: Sequence[str]) -> "Layout":
        """The layout of some columns; the key is one of them."""
        sent = tuple((name, process) for name, process in self.sent if name in chosen)
        received = tuple((name, process) for name, process in self.received if name in chosen)
        kinds = tuple((name, kind) for name, kind in self.kinds if name in chosen)
        names, columns = tuple(name for name, _ in sent), ", ".join(f'"{name}"' for name, _ in sent)
        return replace(
            self,
            names=names,
            sent=sent,
            received=received,
            columns=columns,
            replacement=_replacement(self.table, names),
            kinds=kinds,
            replacement_of_all=_replacement_of_all(self.table, kinds),
        )

    def values(self, row: object) -> list[Any]:
        """The driver's values of all columns."""
        held = vars(row)  # SQLAlchemy's attributes look there too, at ten times the cost
        values = [held[name] if name in held else getattr(row, name) for name in self.names]
        return [
            value if process is None else process(value) for value, (_, process) in zip(values, self.sent, strict=True)
        ]

    def attributes(self, record: Record) -> dict[str, Any]:
        """The row's values of all columns."""
        return {name: record[name] if process is None else process(record[name]) for name, process in self.received}


def _replacement(table: str, names: Sequence[str]) -> str:
    places = {name: f"${place}" for place, name in enumerate(names, start=1)}
    assigned = ", ".join(f'"{name}" = {place}' for name, place in places.items() if name != "id")
    return f"UPDATE {table} SET {assigned} WHERE id = {places.get('id')}"  # noqa: S608  (names of our own)


def _replacement_of_all(table: str, kinds: Sequence[tuple[str, str]]) -> str:
    arrays = ", ".join(f"${place}::{kind}[]" for place, (_, kind) in enumerate(kinds, start=1))
    columns = ", ".join(f'"{name}"' for name, _ in kinds)
    assigned = ", ".join(f'"{name}" = new."{name}"' for name, _ in kinds if name != "id")
    return f"UPDATE {table} AS kept SET {assigned} FROM unnest({arrays}) AS new ({columns}) WHERE kept.id = new.id"  # noqa: S608  (names of our own)


_LAYOUTS: dict[type[Any], Layout] = {}


def layout_of(kind: type[Any]) -> Layout:
    """The layout of a table's class. Raises TypeError for a class without a table."""
    if kind not in _LAYOUTS:
        configure_mappers()  # a row that nobody constructed has no attributes before
        mapper = inspect(kind, raiseerr=False)
        table = None if mapper is None else mapper.local_table
        if not isinstance(table, Table):
            raise TypeError(f"{kind.__name__} is no table")
        _LAYOUTS[kind] = Layout.of(table)
    return _LAYOUTS[kind]


@cache
def _part_of(kind: type[Any], changed: tuple[str, ...]) -> Layout:
    return layout_of(kind).only(("id", *changed))


async def find(session: AsyncSession, kind: type[RowT], condition: str, *values: Any) -> RowT | None:
    """The row that meets a condition, which is a constant with `$1`, `$2` … for the values."""
    layout = layout_of(kind)
    statement = f"SELECT {layout.columns} FROM {layout.table} WHERE {condition}"  # noqa: S608  (constants)
    record = await fetch_row(session, statement, *values)
    return None if record is None else of(kind, record)


async def find_all(session: AsyncSession, kind: type[RowT], condition: str, *values: Any) -> list[RowT]:
    """The rows that meet a condition, as `find`; what orders and locks them belongs to it."""
    layout = layout_of(kind)
    statement = f"SELECT {layout.columns} FROM {layout.table} WHERE {condition}"  # noqa: S608  (constants)
    return [of(kind, record) for record in await fetch(session, statement, *values)]


async def parts(
    session: AsyncSession, kind: type[RowT], names: tuple[str, ...], condition: str, *values: Any
) -> list[RowT]:
    """The rows that meet a condition, as in `find`, each with its key and these columns alone: of the others it says nothing."""
    layout = layout_of(kind).only(("id", *names))
    statement = f"SELECT {layout.columns} FROM {layout.table} WHERE {condition}"  # noqa: S608  (constants)
    return [_row_of(kind, layout.attributes(record)) for record in await fetch(session, statement, *values)]


def of(kind: type[RowT], record: Record) -> RowT:
    """The row in an answer that has all its columns, and perhaps others."""
    return _row_of(kind, layout_of(kind).attributes(record))


async def change(session: AsyncSession, kind: type[IdentifiedT], clauses: str, *values: Any) -> IdentifiedT | None:
    """Run `UPDATE <table> SET <clauses>`, a constant that fits one row at most, and answer that row.

    The session knows it from then on: what changes in it is written as with any other object.
    """
    row = await changed(session, kind, clauses, *values)
    if row is not None:
        make_transient_to_detached(row)
        session.add(row)
    return row


async def changed(session: AsyncSession, kind: type[IdentifiedT], clauses: str, *values: Any) -> IdentifiedT | None:
    """The same, but the session does not know the row, which takes as long as all the rest of it: write what changes in it with `save`."""
    layout = layout_of(kind)
    statement = f"UPDATE {layout.table} SET {clauses} RETURNING {layout.columns}"  # noqa: S608  (constants)
    record = await fetch_row(session, statement, *values)
    if record is None:
        return None
    row = of(kind, record)
    _forget(session, kind, row.id)
    return row


def _row_of(kind: type[RowT], attributes: dict[str, Any]) -> RowT:
    """A row as SQLAlchemy makes it of an answer: nothing is checked or noted as a change, which takes ten times as long."""
    row: RowT = manager_of_class(kind).new_instance()
    row.__dict__.update(attributes)
    return row


def new(kind: type[RowT], /, **attributes: Any) -> RowT:
    """A new row, to be written with `insert`. attributes: all columns, as they are kept; none of them is checked."""
    if attributes.keys() != set(layout_of(kind).names):
        raise TypeError(f"{kind.__name__} has other columns: {attributes.keys() ^ set(layout_of(kind).names)}")
    return _row_of(kind, attributes)


class Write(NamedTuple):
    """A statement that writes to a table, and its values."""

    table: str
    statement: str
    values: Sequence[Any]


def insertion(row: object) -> Write:
    """What writes a new row."""
    layout = layout_of(type(row))
    return Write(layout.table, layout.insertion, layout.values(row))


def replacement(session: AsyncSession, row: Identified) -> Write:
    """What writes all columns of a row. The session forgets what it has read of it."""
    layout = layout_of(type(row))
    _forget(session, type(row), row.id)
    return Write(layout.table, layout.replacement, layout.values(row))


async def insert(session: AsyncSession, row: object) -> None:
    """Write a new row."""
    _, statement, values = insertion(row)
    await execute(session, statement, *values)


async def update(session: AsyncSession, row: Identified) -> None:
    """Write all columns of a row."""
    _, statement, values = replacement(session, row)
    await execute(session, statement, *values)


async def save(session: AsyncSession, row: Identified) -> None:
    """Write what changed in a row, whether the session knows it or not."""
    if row in session:
        await session.flush()
    else:
        await update(session, row)


def replacement_of_all(session: AsyncSession, rows: Sequence[Identified], changed: tuple[str, ...]) -> Write:
    """What writes these columns of rows of one table, at least one. The session forgets what it has read of them."""
    layout = _part_of(type(rows[0]), changed)
    for row in rows:
        _forget(session, type(row), row.id)
    return Write(layout.table, layout.replacement_of_all, list(zip(*map(layout.values, rows), strict=True)))


async def flush(session: AsyncSession) -> None:
    """Write what waits in the session, if anything does: to ask is cheaper than to let it look."""
    if session.new or session.dirty or session.deleted:
        await session.flush()


def _forget(session: AsyncSession, kind: type[Any], identity: Any) -> None:
    """Let the session read a row again that it may have read before."""
    if not session.identity_map:
        return  # to make a key to look for is what costs
    known = session.identity_map.get(session.identity_key(kind, identity))
    if known is not None:
        session.expunge(known)
