"""PostgreSQL: one engine a process, one transaction a unit of work, one organisation a transaction.

Row-level security reads the setting `interlock.organization`, which lives exactly as long as the transaction. A transaction that
enters no organisation sees no row of any.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.seats import PATIENCE, Seat, Seats
from chassis.statements import execute, is_driven

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
ENTER = "SELECT set_config('interlock.organization', $1, true)"
SERVER_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "timezone": "UTC",
}
_AFTER_COMMIT = "chassis.database.after_commit"


def new_metadata() -> MetaData:
    """A service's own metadata, whose constraints have predictable names (problems are told by them)."""
    return MetaData(naming_convention=NAMING)


def engine_url(url: str) -> URL:
    """The URL as SQLAlchemy's asyncpg driver wants it; `?host=/a/socket/folder` is understood."""
    return make_url(url).set(drivername="postgresql+asyncpg")


async def enter_organization(session: AsyncSession, organization_id: UUID) -> None:
    """From here to the end of the transaction, only this organisation's rows are there."""
    if is_driven(session):
        await execute(session, ENTER, str(organization_id))
        return
    connection = await session.connection()
    await connection.exec_driver_sql(ENTER, (str(organization_id),))


def after_commit(session: AsyncSession, done: Callable[[], None]) -> None:
    """Call `done` once the transaction is committed; never, if it is not."""
    session.info[_AFTER_COMMIT] = (*session.info.get(_AFTER_COMMIT, ()), done)


class Lease:
    """A connection that serves one transaction after the other."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    async def holds(self, statement: str, *values: Any) -> bool:
        """What a statement says that runs by itself: whether it got a lock for as long as the connection lasts."""
        return bool(await self._seat.driver.fetchval(statement, *values))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """As `Database.transaction`, on this connection."""
        await self._seat.begin(None)
        async with _transaction(self._seat) as session:
            yield session


@asynccontextmanager
async def _transaction(seat: Seat) -> AsyncIterator[AsyncSession]:
    """A session for the transaction that has begun: committed when the block ends, rolled back when it raises."""
    session = seat.session()
    try:
        yield session
        if seat.connection.in_transaction() or session.new or session.dirty or session.deleted:
            await session.commit()  # writes what it holds, and lets go of the connection; the transaction is ours
        await seat.commit()
    except BaseException:
        if seat.connection.in_transaction():
            with suppress(Exception):  # it may be what failed
                await session.close()
        await seat.rollback()
        raise
    for done in session.info.pop(_AFTER_COMMIT, ()):
        done()


class Database:
    """The service's database as one role sees it.

    What a request or a job does goes through `transaction`, what needs a connection for longer through `lease`. `engine` and `sessions` are
    SQLAlchemy's own.
    """

    def __init__(self, url: str, *, pool: int = 10, application: str = "interlock") -> None:
        settings = {"server_settings": {**SERVER_SETTINGS, "application_name": application}, "timeout": 5}
        at = engine_url(url)
        self.engine: AsyncEngine = create_async_engine(
            at, connect_args=settings, pool_size=pool, max_overflow=0, pool_timeout=PATIENCE
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        seated = create_async_engine(at, connect_args=settings, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self.seats = Seats(seated, pool)

    @asynccontextmanager
    async def transaction(self, organization_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        seat = await self.seats.take(organization_id)
        try:
            async with _transaction(seat) as session:
                yield session
        finally:
            await self.seats.give_back(seat)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """A connection of its own, for what has to outlive a transaction, such as an advisory lock."""
        seat = await self.seats.apart()
        try:
            yield Lease(seat)
        finally:
            await seat.close()

    async def close(self) -> None:
        """Close every connection."""
        await self.seats.close()
        await self.engine.dispose()
