"""Connections that each serve one transaction after the other, begun and ended by ourselves.

SQLAlchemy is told that they commit by themselves, so it sends neither BEGIN nor COMMIT, and a transaction of prepared statements alone
never wakes it. `BEGIN` and the organisation go to the server together: one round trip. What only reads can do without a transaction: its
connection stands in an organisation, and what it asks there takes one round trip in all.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias, cast
from uuid import UUID

import asyncpg
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from chassis.statements import driven

if TYPE_CHECKING:
    Driver: TypeAlias = asyncpg.Connection[asyncpg.Record]

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
        return not gone and not self.driver.is_in_transaction()

    def session(self) -> AsyncSession:
        """A session for one transaction."""
        return driven(AsyncSession(self.connection, expire_on_commit=False), self.driver)

    async def begin(self, organization_id: UUID | None) -> None:
        """Begin a transaction that sees the rows of one organisation, or of none, wherever the connection stands."""
        if organization_id is None and self._stands_in is None:
            await self.driver.execute("BEGIN READ WRITE")
        else:
            await self.driver.execute(
                f"BEGIN READ WRITE; SET LOCAL interlock.organization = '{_told(organization_id)}'"
            )

    async def stand(self, organization_id: UUID) -> None:
        """Outside of any transaction, see the rows of one organisation, and write none."""
        if self._stands_in != organization_id:
            enter = f"SET interlock.organization = '{_told(organization_id)}'"
            await self.driver.execute(f"{enter}; SET default_transaction_read_only = on")
            self._stands_in = organization_id

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


def _told(organization_id: UUID | None) -> str:
    """A UUID, printed by ourselves: what has parameters would be a message of its own."""
    return "" if organization_id is None else str(UUID(int=organization_id.int))


Prepare = Callable[[Seat], Awaitable[None]]
"""Makes a seat ready for what comes."""


class Seats:
    """At most `most` connections of an engine, the one used last first."""

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._free = asyncio.Semaphore(most)
        self._idle: deque[Seat] = deque()
        self._ending: set[asyncio.Task[None]] = set()

    async def take(self, organization_id: UUID | None) -> Seat:
        """A seat whose transaction has begun. Raises `sqlalchemy.exc.TimeoutError` when all stay taken, and what connecting raises."""
        return await self._taken(lambda seat: seat.begin(organization_id))

    async def take_to_read(self, organization_id: UUID) -> Seat:
        """A seat that stands in an organisation, without a transaction. Raises what `take` raises."""
        return await self._taken(lambda seat: seat.stand(organization_id))

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
