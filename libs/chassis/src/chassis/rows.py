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

from chassis.statements import Record, execute, execute_many, fetch_row


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
        )

    def only(self, chosen: Sequence[str]) -> "Layout":
        """The layout of some columns; the key is one of them."""
        sent = tuple((name, process) for name, process in self.sent if name in chosen)
        received = tuple((name, process) for name, process in self.received if name in chosen)
        names, columns = tuple(name for name, _ in sent), ", ".join(f'"{name}"' for name, _ in sent)
        return replace(
            self,
            names=names,
            sent=sent,
            received=received,
            columns=columns,
            replacement=_replacement(self.table, names),
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


async def update_all(session: AsyncSession, rows: Sequence[Identified], changed: tuple[str, ...]) -> None:
    """Write these columns of rows of one table, on one way to the database and back."""
    if rows:
        layout = _part_of(type(rows[0]), changed)
        await execute_many(session, layout.replacement, [layout.values(row) for row in rows])
        for row in rows:
            _forget(session, type(row), row.id)


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
