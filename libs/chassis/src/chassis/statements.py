"""Statements for hot paths: prepared by the driver, on the session's own connection, in its transaction.

What goes this way skips SQLAlchemy's compilation, its unit of work and its row objects, which cost several times what PostgreSQL takes to
answer. It is plain SQL with `$1`, `$2` …; the driver prepares each text once a connection and finds it again, so a text must be
a constant. Rows that the session holds as objects are neither flushed before nor refreshed after.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

Record: TypeAlias = asyncpg.Record
"""A row of an answer, by column name."""

_DRIVER = "chassis.statements.driver"


async def driver_of(session: AsyncSession) -> "asyncpg.Connection[asyncpg.Record]":
    """The driver's connection, in the session's transaction."""
    known = session.info.get(_DRIVER)
    if known is not None:
        return cast("asyncpg.Connection[asyncpg.Record]", known)
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    return cast("asyncpg.Connection[asyncpg.Record]", raw.driver_connection)


def driven(session: AsyncSession, driver: "asyncpg.Connection[asyncpg.Record]") -> AsyncSession:
    """The session, knowing its connection from the start."""
    session.info[_DRIVER] = driver
    return session


def is_driven(session: AsyncSession) -> bool:
    """Whether the session knows its connection, and so has begun."""
    return _DRIVER in session.info


async def remember_driver(session: AsyncSession) -> None:
    """Ask for the connection once; for a session that lives as long as one transaction, which has begun."""
    session.info[_DRIVER] = await driver_of(session)


async def fetch_row(session: AsyncSession, statement: str, *values: Any) -> Record | None:
    """The first row of the answer."""
    return await (await driver_of(session)).fetchrow(statement, *values)


async def fetch(session: AsyncSession, statement: str, *values: Any) -> Sequence[Record]:
    """All rows of the answer."""
    return await (await driver_of(session)).fetch(statement, *values)


async def execute(session: AsyncSession, statement: str, *values: Any) -> None:
    """Run a statement whose answer says nothing."""
    await (await driver_of(session)).execute(statement, *values)
