"""PostgreSQL: one engine a process, one transaction a unit of work, one organisation a transaction.

Row-level security reads the setting `interlock.organization`, which lives exactly as long as the transaction. A transaction that
enters no organisation sees no row of any. What reads without a transaction stands in an organisation; no transaction sees that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from uuid import UUID

import orjson
from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.commits import committed
from chassis.seats import PATIENCE, TRIES, WRITES, Seats
from chassis.statements import execute

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
HELD = 4
"""Connections at most, besides those of transactions, that are held for longer: by each consumer as its lease, by the look at the schema."""
OF_ONE_STATEMENT = 5
"""One of so many connections is for writes of one statement, and another one for reading what these are to write (`chassis.at_once`)."""
FEWEST = 4
"""Connections of a pool that has any to spare for that."""
CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 32.0
"""Seconds for which we wait for an answer. A server that runs gives up sooner by itself (`statement_timeout`); one that is frozen never does."""


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
    is_pooled: the URL leads to a pooler of transactions, behind which nothing lasts for a session: no setting, no lock, no LISTEN.
    at_once: some of the `pool` connections are for writes of one statement.
    What a request or a job does goes through `transaction`. `engine` and `sessions` are for what needs a connection for longer than a
    transaction, such as a lease.
    """

    def __init__(
        self,
        url: str,
        *,
        pool: int = 10,
        application: str = "interlock",
        search_path: str | None = None,
        is_pooled: bool = False,
        at_once: bool = False,
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        server_settings = {**SERVER_SETTINGS, "application_name": application}
        if search_path is not None:
            server_settings["search_path"] = search_path
        settings = {"server_settings": server_settings, "timeout": CONNECT_WITHIN, "command_timeout": answer_within}
        at = engine_url(url)
        self.engine: AsyncEngine = create_async_engine(
            at,
            connect_args=settings,
            pool_size=min(pool, HELD),
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
        each = max(1, pool // OF_ONE_STATEMENT) if at_once and pool >= FEWEST and not is_pooled else 0
        self.seats = Seats(seated, pool - 2 * each, is_pooled=is_pooled)
        self._tries, self._writes = Seats(seated, each, how=TRIES), Seats(seated, each, how=WRITES)

    @asynccontextmanager
    async def transaction(
        self, organization_id: UUID | None = None, *, plans_once: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises. plans_once: see `chassis.seats.Seat.begin`."""
        seat = await self.seats.take(organization_id, plans_once=plans_once)
        over = self.seats.give_back
        try:
            session = seat.session()
            try:
                yield session
                if seat.connection.in_transaction() or session.new or session.dirty or session.deleted:
                    # Writes what it holds, and lets go of the connection; the transaction is ours.
                    await session.commit()
                    await seat.commit()
                    committed(session)
                elif HAS_READ in session.info:
                    over = self.seats.leave
                else:
                    await seat.commit()
                    committed(session)
            except BaseException:
                if seat.connection.in_transaction():
                    with suppress(Exception):  # it may be what failed
                        await session.close()
                await seat.rollback()
                raise
        finally:
            await over(seat)

    def reading(self, organization_id: UUID) -> AbstractAsyncContextManager[AsyncSession]:
        """Statements that read, and see what is committed when each begins: without a transaction and its cost, unless connections are pooled."""
        return self._standing(self.seats, organization_id)

    @asynccontextmanager
    async def _standing(self, seats: Seats, organization_id: UUID) -> AsyncIterator[AsyncSession]:
        seat = await seats.take_to_read(organization_id)
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
            await (seats.leave if seat.is_in_transaction else seats.give_back)(seat)

    @property
    def writes_at_once(self) -> bool:
        """Whether there are connections for writes of one statement (`chassis.at_once`) now: never where connections are pooled."""
        return not (self._tries.are_taken or self._writes.are_taken)

    def trying(self, organization_id: UUID) -> AbstractAsyncContextManager[AsyncSession]:
        """Statements that read, to find out what will be written by one. Raises what `transaction` raises."""
        return self._standing(self._tries, organization_id)

    async def write(self, organization_id: UUID, statement: str, *values: object) -> None:
        """Write with one statement, which is committed when this returns."""
        async with self._standing(self._writes, organization_id) as session:
            await execute(session, statement, *values)

    async def close(self) -> None:
        """Close every connection."""
        for seats in (self.seats, self._tries, self._writes):
            await seats.close()
        await self.engine.dispose()
