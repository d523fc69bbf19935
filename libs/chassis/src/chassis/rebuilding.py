"""Making a whole picture anew beside the one in use, and putting it in its place once it is whole and has caught up.

Meanwhile everybody reads the old picture, and the consumer goes on with it. One transaction puts the new one in its place, together with
what follows from it. Whatever goes wrong before, the old one is what there is, and another rebuild begins from nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import beside, outbox, parking, streams
from chassis.bus import Bus
from chassis.catching_up import CatchingUp
from chassis.cursor import Cursor
from chassis.database import Database, enter_organization
from chassis.healing import Owner
from chassis.parking import Parked
from chassis.peer import PeerFailed
from chassis.projection import Projection
from chassis.restoring import Restoration, StillBehind
from chassis.sources import Source
from chassis.statements import execute, fetch, fetch_row
from contracts.subjects import Stream

AT_ONCE = 4
"""Snapshots that are in memory side by side."""
SAY_EVERY = 0.5
FIRST_PAUSE, TRIES = 0.2, 8
"""Seconds before something is tried again, doubled each time; and how often it is tried."""

_ALONE = text("SELECT pg_try_advisory_lock(hashtextextended('rebuild ' || :consumer, 0))")
_READ = "SELECT stream_epoch, sequence FROM consumer_cursors WHERE consumer = $1"
_STAND = "UPDATE consumer_cursors SET sequence = $2, picture = $3, updated_at = now() WHERE consumer = $1"
# All that the picture in use knows of, to be restored: where a boundary stands, or that it waits and never stood anywhere.
_KNOWN = "INSERT INTO boundary_positions SELECT * FROM public.boundary_positions WHERE kind = ANY($1::text[])"
_WAITING = """
    INSERT INTO parked_boundaries SELECT * FROM public.parked_boundaries WHERE kind = ANY($1::text[]) AND reason <> 'poison'
    ON CONFLICT DO NOTHING
"""
_ORGANIZATIONS = """
    SELECT organization_id FROM public.boundary_positions UNION SELECT organization_id FROM boundary_positions ORDER BY 1
"""
# What waits for a person goes on waiting, with the events behind it.
_KEEP_POISONED = """
    INSERT INTO parked_boundaries SELECT * FROM public.parked_boundaries WHERE reason = 'poison' AND organization_id = $1
    ON CONFLICT DO NOTHING
"""
_KEEP_HELD = """
    INSERT INTO held_events SELECT held.* FROM public.held_events AS held
    JOIN public.parked_boundaries AS parked ON (parked.kind, parked.id) = (held.kind, held.boundary_id) WHERE parked.reason = 'poison'
    ON CONFLICT DO NOTHING
"""
_OURSELVES = outbox.Origin(actor="interlock", traceparent=None, correlation_id="rebuilt", causation_id=None)


Told = Callable[[int, int, str], None]
"""How many of how many are done, and of what."""


class NotRebuilt(Exception):
    """It cannot be done now, and why; the picture in use is the old one."""


class NotSwitched(Exception):
    """Something came in between. Trying again is all there is to do."""


class Derived(Protocol):
    """What follows from a picture and lies in tables that stay."""

    async def look(self, database: Database, organizations: Sequence[UUID], is_at: Told) -> None:
        """Find out what would be otherwise with the picture beside; it changes nothing, and takes its time."""
        ...

    async def settle(self, session: AsyncSession, organization_id: UUID, touched: Collection[UUID]) -> None:
        """Bring it in line with the picture beside. `touched`: boundaries that events have been about since the look."""
        ...

    async def check(self, session: AsyncSession, organization_id: UUID) -> None:
        """Nobody has changed anything since `settle`, and now nobody can. Raises NotSwitched if somebody has."""
        ...


@dataclass
class Rebuild:
    """One rebuild of what the consumer `consumer` keeps. `projection` fills tables, and nothing follows on it; `url` is the application's role's."""

    consumer: str
    stream: Stream
    bus: Bus
    url: str
    projection: Projection
    derived: Derived
    owner: Owner | None
    say: Callable[[str], None]
    _said: float = field(default=float("-inf"), init=False)

    async def run(self, source: Source) -> None:
        """Do it. Raises NotRebuilt, and whatever the database, the owner or the stream fail with."""
        database = Database(self.url, pool=2, application="rebuild", search_path=beside.SEARCH_PATH)
        try:
            async with self._alone(database):
                await self._run(database, source)
        finally:
            await database.close()

    async def _run(self, database: Database, source: Source) -> None:
        kinds = list(self.projection.restorers)
        async with database.transaction() as session:
            begun = await self._cursor(session)
            await beside.begin(session)
        now = await streams.state(self.bus.jetstream, self.stream)
        try:
            streams.verify(now, begun.epoch, begun.sequence)
        except streams.StreamNotAsLeft as error:
            raise NotRebuilt(f"{error}; a running worker restores everything by itself") from error
        after = begun.sequence
        if source is Source.STREAM:
            after = max(now.first, 1) - 1
        else:
            async with database.transaction() as session:
                await execute(session, _KNOWN, kinds)
                await parking.park_all(session, kinds)
                await execute(session, _WAITING, kinds)
            await self._make_whole(database)
        reading = CatchingUp(self.bus, self.stream, f"{self.consumer}-rebuild", database, self.projection, after)
        goal = (await self._present(database)).sequence
        await reading.up_to(goal, lambda at: self._is_at(min(at, goal) - after, goal - after, "events read"))
        await self._make_whole(database)
        async with database.transaction() as session:
            await beside.analyze(session)
            organizations = [row[0] for row in await fetch(session, _ORGANIZATIONS)]
        await self.derived.look(database, organizations, self._is_at)
        await self._in_its_place(database, reading, begun)

    async def _in_its_place(self, database: Database, reading: CatchingUp, begun: Cursor) -> None:
        touched: set[UUID] = set()
        pause = FIRST_PAUSE
        for attempt in range(1, TRIES + 1):
            # What came during the look is read before anybody is held off.
            touched |= await reading.up_to((await self._present(database)).sequence, lambda _: None)
            try:
                async with database.transaction() as session:
                    await self._switch(session, database, reading, begun, touched)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, NotSwitched) as error:
                if attempt == TRIES:
                    raise NotRebuilt(f"readers and writers left no moment for the switch: {error}") from error
                await asyncio.sleep(pause)
                pause *= 2
            else:
                self.say("the new picture is in its place; the one before is kept until the next rebuild")
                return

    async def _switch(
        self, session: AsyncSession, database: Database, reading: CatchingUp, begun: Cursor, touched: set[UUID]
    ) -> None:
        """All in the session's transaction, but for what is read into the tables beside, which nobody else uses."""
        await beside.hold_off(session)
        left = await self._cursor(session)
        if left.epoch != begun.epoch:
            raise NotRebuilt("the stream was made anew meanwhile")
        touched |= await reading.up_to(left.sequence, lambda _: None)
        await self._make_whole(database)
        organizations = [row[0] for row in await fetch(session, _ORGANIZATIONS)]
        for organization_id in organizations:
            await enter_organization(session, organization_id)
            await execute(session, _KEEP_POISONED, organization_id)
            await execute(session, _KEEP_HELD)
            await self.derived.settle(session, organization_id, touched)
            await outbox.flush(session, _OURSELVES)
            session.expunge_all()
        try:
            await beside.switch(session)
        except asyncpg.LockNotAvailableError:
            raise  # which asyncpg takes for a kind of the next one
        except asyncpg.ObjectNotInPrerequisiteStateError as error:
            raise NotRebuilt(str(error)) from error
        for organization_id in organizations:
            await enter_organization(session, organization_id)
            await self.derived.check(session, organization_id)
        await execute(session, _STAND, self.consumer, reading.sequence, self.projection.picture)

    async def _make_whole(self, database: Database) -> None:
        """Restore every boundary that waits beside from its snapshot."""
        for _ in range(TRIES):
            async with database.transaction() as session:
                waiting = [each for each, _ in await parking.listed(session)]
            if not waiting:
                return
            if self.owner is None:
                raise NotRebuilt(
                    f"{len(waiting)} are not whole without a snapshot, and we were not told whom to ask for it"
                )
            for first in range(0, len(waiting), AT_ONCE):
                chunk = waiting[first : first + AT_ONCE]
                found = await asyncio.gather(*(self._snapshot(self.owner, parked) for parked in chunk))
                for parked, snapshot in zip(chunk, found, strict=True):
                    await self._restore(database, Restoration(parked, snapshot))
                self._is_at(first + len(chunk), len(waiting), "restored from snapshots")
        raise NotRebuilt(f"{len(waiting)} do not become whole; the first is {waiting[0].kind}/{waiting[0].id}")

    async def _restore(self, database: Database, restoration: Restoration) -> None:
        try:
            async with database.transaction() as session:
                await self.projection.restore(session, restoration)
        except StillBehind:
            await asyncio.sleep(FIRST_PAUSE)  # the next round asks for a newer one

    async def _snapshot(self, owner: Owner, parked: Parked) -> dict[str, Any] | None:
        restorer = self.projection.restorers.get(parked.kind)
        if restorer is None:
            return None
        pause = FIRST_PAUSE
        for _ in range(TRIES - 1):
            try:
                return await owner.get(parked.organization_id, restorer.path.format(id=parked.id))
            except PeerFailed:
                await asyncio.sleep(pause)
                pause *= 2
        try:
            return await owner.get(parked.organization_id, restorer.path.format(id=parked.id))
        except PeerFailed as error:
            raise NotRebuilt(f"no snapshot of {parked.kind}/{parked.id}: {error}") from error

    async def _present(self, database: Database) -> Cursor:
        async with database.transaction() as session:
            return await self._cursor(session)

    async def _cursor(self, session: AsyncSession) -> Cursor:
        row = await fetch_row(session, _READ, self.consumer)
        if row is None:
            raise NotRebuilt("nothing was read of the stream yet, so there is nothing to make anew")
        return Cursor(row["stream_epoch"], row["sequence"])

    @asynccontextmanager
    async def _alone(self, database: Database) -> AsyncIterator[None]:
        async with database.engine.connect() as connection:
            try:
                if not await connection.scalar(_ALONE, {"consumer": self.consumer}):
                    raise NotRebuilt("another rebuild is under way")
                await connection.commit()
                yield
            finally:
                await connection.invalidate()  # back in the pool, the session would hold the lock for ever

    def _is_at(self, done: int, of: int, what: str) -> None:
        """Say how far it is: now and then, and at the end."""
        if done == of or time.monotonic() - self._said >= SAY_EVERY:
            self._said = time.monotonic()
            self.say(f"{done} of {of} {what}")
