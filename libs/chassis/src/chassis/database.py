"""PostgreSQL: one engine a process, one transaction a unit of work, one organisation a transaction.

Row-level security reads the setting `interlock.organization`, which lives exactly as long as the transaction. A transaction that
enters no organisation sees no row of any. What reads without a transaction stands in an organisation; no transaction sees that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import orjson
from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.seats import PATIENCE, Seats

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
ENTER = "SELECT set_config('interlock.organization', $1, true)"
HAS_READ = "interlock.has_read"
"""In a session's `info`: its transaction has changed nothing, so that its end need not be waited for."""
SERVER_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "timezone": "UTC",
}


def new_metadata() -> MetaData:
    """A service's own metadata, whose constraints have predictable names (problems are told by them)."""
    return MetaData(naming_convention=NAMING)


def engine_url(url: str) -> URL:
    """The URL as SQLAlchemy's asyncpg driver wants it; `?host=/a/socket/folder` is understood."""
    return make_url(url).set(drivername="postgresql+asyncpg")


async def enter_organization(session: AsyncSession, organization_id: UUID) -> None:
    """From here to the end of the transaction, only this organisation's rows are there."""
    connection = await session.connection()
    await connection.exec_driver_sql(ENTER, (str(organization_id),))


class Database:
    """The service's database as one role sees it.

    search_path: the schemas in which its tables are looked for, where that is not `public` alone.
    What a request or a job does goes through `transaction`. `engine` and `sessions` are for what needs a connection for longer than a
    transaction, such as a lease.
    """

    def __init__(
        self, url: str, *, pool: int = 10, application: str = "interlock", search_path: str | None = None
    ) -> None:
        server_settings = {**SERVER_SETTINGS, "application_name": application}
        if search_path is not None:
            server_settings["search_path"] = search_path
        settings = {"server_settings": server_settings, "timeout": 5}
        at = engine_url(url)
        self.engine: AsyncEngine = create_async_engine(
            at,
            connect_args=settings,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=PATIENCE,
            json_deserializer=orjson.loads,
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        seated = create_async_engine(
            at,
            connect_args=settings,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            json_deserializer=orjson.loads,
        )
        self.seats = Seats(seated, pool)

    @asynccontextmanager
    async def transaction(self, organization_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        seat = await self.seats.take(organization_id)
        over = self.seats.give_back
        try:
            session = seat.session()
            try:
                yield session
                if seat.connection.in_transaction() or session.new or session.dirty or session.deleted:
                    # Writes what it holds, and lets go of the connection; the transaction is ours.
                    await session.commit()
                    await seat.commit()
                elif HAS_READ in session.info:
                    over = self.seats.leave
                else:
                    await seat.commit()
            except BaseException:
                if seat.connection.in_transaction():
                    with suppress(Exception):  # it may be what failed
                        await session.close()
                await seat.rollback()
                raise
        finally:
            await over(seat)

    @asynccontextmanager
    async def reading(self, organization_id: UUID) -> AsyncIterator[AsyncSession]:
        """Statements that read, each by itself, and see what is committed when they begin: as in a transaction of ours, without its cost."""
        seat = await self.seats.take_to_read(organization_id)
        try:
            session = seat.session()
            try:
                yield session
            finally:
                if seat.connection.in_transaction():
                    with suppress(Exception):  # it may be what failed
                        await session.close()
        except asyncio.CancelledError:
            seat.driver.terminate()  # it may be in the middle of an answer
            raise
        finally:
            await self.seats.give_back(seat)

    async def close(self) -> None:
        """Close every connection."""
        await self.seats.close()
        await self.engine.dispose()
