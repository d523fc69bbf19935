"""Connections that each serve one transaction after the other, begun and ended by ourselves.

SQLAlchemy is told that they commit by themselves, so it sends neither BEGIN nor COMMIT, and a transaction of prepared statements alone
never wakes it. `BEGIN` and the organisation go to the server together: one round trip. What only reads can do without a transaction: its
connection stands in an organisation, and what it asks there takes one round trip in all. Where a pooler of transactions gives every
transaction another connection of the server, nothing can be said for longer than one: what only reads has a transaction there, too.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias, cast
from uuid import UUID

import asyncpg
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from chassis.commits import committed
from chassis.statements import driven

if TYPE_CHECKING:
    Driver: TypeAlias = asyncpg.Connection[asyncpg.Record]

READS = "SET default_transaction_read_only = on"
TRIES = f"{READS}; SET plan_cache_mode = force_generic_plan"
WRITES = "SET plan_cache_mode = force_generic_plan"
"""How a connection stands in an organisation, outside of any transaction: for whoever reads, reads what comes all the time, writes with one statement."""
PATIENCE = 5.0
"""Seconds to wait for a free seat."""
ROLLBACK_WITHIN = 5.0


class Seat:
    """A connection, as SQLAlchemy (`connection`) and as the driver (`driver`) know it. One transaction at a time."""

    def __init__(self, connection: AsyncConnection, driver: "Driver") -> None:
        self.connection = connection
        self.driver = driver
        self._stands_in: UUID | None = None

    @classmethod
    async def of(cls, connection: AsyncConnection) -> "Seat":
        """A seat on a connection that commits by itself."""
        raw = await connection.get_raw_connection()
        return cls(connection, cast("Driver", raw.driver_connection))

    @property
    def is_fit(self) -> bool:
        """Whether it can serve another transaction."""
        gone = self.driver.is_closed() or self.connection.invalidated or self.connection.closed
        return not gone and not self.is_in_transaction

    @property
    def is_in_transaction(self) -> bool:
        """Whether a transaction is to be ended, as far as the server has said."""
        return not self.driver.is_closed() and self.driver.is_in_transaction()

    def session(self) -> AsyncSession:
        """A session for one transaction."""
        return driven(AsyncSession(self.connection, expire_on_commit=False), self.driver)

    async def begin(self, organization_id: UUID | None, *, plans_once: bool = False, opening: str = "") -> None:
        """Begin a transaction that sees the rows of one organisation, or of none, wherever the connection stands.

        plans_once: its statements come all the time. PostgreSQL would plan some of them anew each time, which takes longer than they do.
        opening: statements without parameters that go with it.
        """
        begin = "BEGIN READ WRITE"
        if organization_id is not None or self._stands_in is not None:
            begin += f"; {entering(organization_id)}"
        if plans_once:
            begin += "; SET LOCAL plan_cache_mode = force_generic_plan"
        await self.driver.execute(f"{begin}; {opening}" if opening else begin)

    async def begin_to_read(self, organization_id: UUID) -> None:
        """Begin a transaction that sees the rows of one organisation, and may write none."""
        await self.driver.execute(f"BEGIN READ ONLY; SET LOCAL interlock.organization = '{_told(organization_id)}'")

    async def stand(self, organization_id: UUID, how: str = READS) -> None:
        """Outside of any transaction, see the rows of one organisation. how: always the same for one seat."""
        if self._stands_in != organization_id:
            await self.driver.execute(f"SET interlock.organization = '{_told(organization_id)}'; {how}")
            self._stands_in = organization_id

    @asynccontextmanager
    async def transaction(self, *, plans_once: bool = False, opening: str = "") -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends, rolled back when it raises. plans_once, opening: see `begin`.

        It is in no organisation until something enters one. What waits for the commit (`chassis.commits`) is done when it is over.
        """
        session = self.session()
        try:
            await self.begin(None, plans_once=plans_once, opening=opening)
            yield session
            await session.flush()
            await self.commit()
        except BaseException:
            with suppress(Exception):  # it may be what failed
                await session.rollback()
            await self.rollback()
            raise
        committed(session)
        await session.commit()  # lets go of what it holds

    async def commit(self) -> None:
        """Commit."""
        await self.driver.execute("COMMIT")

    async def rollback(self) -> None:
        """Roll back, whatever happened; a connection that does not answer is dropped."""
        try:
            async with asyncio.timeout(ROLLBACK_WITHIN):
                await self.driver.execute("ROLLBACK")
        except BaseException as error:
            self.driver.terminate()
            if not isinstance(error, Exception):
                raise

    async def close(self) -> None:
        """Close the connection, dead or alive, even if whoever waits for that is told to stop."""
        await asyncio.shield(self._close())

    async def _close(self) -> None:
        with suppress(Exception):
            if self.driver.is_closed():  # SQLAlchemy gives a dead one back only once it is told that it is
                await self.connection.invalidate()
        with suppress(Exception):
            await self.connection.close()


def entering(organization_id: UUID | None) -> str:
    """The statement from which on a transaction sees the rows of this organisation alone, or of none."""
    return f"SET LOCAL interlock.organization = '{_told(organization_id)}'"


def _told(organization_id: UUID | None) -> str:
    """A UUID, printed by ourselves: what has parameters would be a message of its own."""
    return "" if organization_id is None else str(UUID(int=organization_id.int))


Prepare = Callable[[Seat], Awaitable[None]]
"""Makes a seat ready for what comes."""


class Seats:
    """At most `most` connections of an engine, the one used last first.

    is_pooled: a pooler gives every transaction another connection of the server. how: they stand (`take_to_stand`).
    """

    def __init__(self, engine: AsyncEngine, most: int, *, is_pooled: bool = False, how: str = READS) -> None:
        self._engine = engine
        self._how = how
        self._is_pooled = is_pooled
        self._free = asyncio.Semaphore(most)
        self._idle: deque[Seat] = deque()
        self._ending: set[asyncio.Task[None]] = set()

    async def take(self, organization_id: UUID | None, *, plans_once: bool = False) -> Seat:
        """A seat whose transaction has begun. Raises `sqlalchemy.exc.TimeoutError` when all stay taken, and what connecting raises."""
        return await self._taken(lambda seat: seat.begin(organization_id, plans_once=plans_once))

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Seat]:
        """A seat beside the others, for longer than a transaction; it is closed at the end, and with it the locks of its session."""
        connection = await self._engine.connect()
        try:
            seat = await Seat.of(connection)
        except BaseException:
            await connection.close()
            raise
        try:
            yield seat
        finally:
            await seat.close()

    async def take_to_read(self, organization_id: UUID) -> Seat:
        """A seat that sees the rows of one organisation, without a transaction unless connections are pooled. Raises what `take` raises."""
        if self._is_pooled:
            return await self._taken(lambda seat: seat.begin_to_read(organization_id))
        return await self.take_to_stand(organization_id)

    async def take_to_stand(self, organization_id: UUID) -> Seat:
        """A seat that stands in an organisation, all of its statements transactions by themselves. Raises what `take` raises."""
        return await self._taken(lambda seat: seat.stand(organization_id, self._how))

    @property
    def are_taken(self) -> bool:
        """Whether one would have to be waited for."""
        return self._free.locked()

    async def _taken(self, prepare: Prepare) -> Seat:
        if self._free.locked():
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._free.acquire()
            except TimeoutError:
                raise PoolTimeout("every connection is in use") from None
        else:
            await self._free.acquire()
        try:
            return await self._prepared(prepare)
        except BaseException:
            self._free.release()
            raise

    async def give_back(self, seat: Seat) -> None:
        """The transaction is over."""
        self._free.release()
        if seat.is_fit:
            self._idle.append(seat)
        else:
            await seat.close()

    async def leave(self, seat: Seat) -> None:
        """The transaction has read and is to end, but nobody has to wait for that: what it found does not depend on it."""
        ending = asyncio.create_task(self._ended(seat))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _ended(self, seat: Seat) -> None:
        try:
            await seat.commit()
        except Exception:  # noqa: BLE001  (whatever it was, the connection is tried no further)
            await seat.rollback()
        finally:
            await self.give_back(seat)

    async def close(self) -> None:
        """Close what is idle, when what is ending has ended."""
        await asyncio.gather(*self._ending, return_exceptions=True)
        while self._idle:
            await self._idle.pop().close()

    async def _prepared(self, prepare: Prepare) -> Seat:
        # A kept connection may have died unheard of. Nothing has happened on it yet, so the next one may be tried.
        while self._idle:
            seat = self._idle.pop()
            if not seat.is_fit:
                await seat.close()
                continue
            try:
                await prepare(seat)
            except (
                asyncpg.PostgresConnectionError,
                asyncpg.OperatorInterventionError,
                asyncpg.InterfaceError,
                OSError,
            ):
                await seat.close()
            except BaseException:
                await seat.close()
                raise
            else:
                return seat
        connection = await self._engine.connect()
        try:
            seat = await Seat.of(connection)
        except BaseException:
            await connection.close()
            raise
        try:
            await prepare(seat)
        except BaseException:
            await seat.close()
            raise
        return seat
