"""Getting parked boundaries to go on: their snapshots are fetched beside the consumer, which puts them in place between two batches.

So a slow or absent owner holds up nobody but the boundary itself.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

import structlog
from prometheus_client import Counter

from chassis import parking
from chassis.database import Database
from chassis.parking import Parked, Reason
from chassis.progress import Key
from chassis.restoring import Restoration, Restorer

LOOK_EVERY = 0.5
AT_ONCE = 8
"""Snapshots that are asked for side by side, or wait in memory to be put in place: as many boundaries may be parked as there are, and each has a large one."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds until a boundary that could not be restored is tried again: doubled each time."""

RESTORED = Counter("interlock_restored_boundaries_total", "Parked boundaries that went on", ["consumer", "reason"])

log = structlog.stdlib.get_logger(__name__)


class Owner(Protocol):
    """Who has the snapshots: `chassis.peer.Peer`."""

    async def get(self, organization_id: UUID, path: str) -> dict[str, Any] | None:
        """The snapshot, or None if there is no such record."""
        ...


class Healing:
    """What one lease of a consumer does about the parked boundaries. `nudge` is called when there is something to `take`."""

    def __init__(
        self,
        consumer: str,
        database: Database,
        restorers: Mapping[str, Restorer | None],
        owner: "Owner | None",
        nudge: Callable[[], None],
    ) -> None:
        self._consumer = consumer
        self._database = database
        self._restorers = restorers
        self._owner = owner
        self._nudge = nudge
        self._fetched: deque[Restoration] = deque()
        self._in_hand: set[Key] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._failures: dict[Key, tuple[int, float]] = {}

    async def run(self) -> None:
        """Look for what is due, for ever; whatever goes wrong goes wrong for this look alone."""
        while True:
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001  (the database is away, say; the next look finds what is due as well)
                log.warning(
                    "parked boundaries not looked at", consumer=self._consumer, reason=str(error) or repr(error)
                )
            await asyncio.sleep(LOOK_EVERY)

    def take(self) -> Restoration | None:
        """The next one that is ready. Then say `done` or `failed`."""
        return self._fetched.popleft() if self._fetched else None

    def done(self, restoration: Restoration) -> None:
        """Its boundary goes on."""
        parked = restoration.parked
        self._let_go(parked.key)
        self._failures.pop(parked.key, None)
        RESTORED.labels(self._consumer, parked.reason).inc()
        log.warning(
            "parked boundary goes on",
            consumer=self._consumer,
            kind=parked.kind,
            boundary=str(parked.id),
            parked_for=parked.reason,
        )

    def failed(self, parked: Parked, error: Exception) -> None:
        """It could not be restored; another time."""
        self._let_go(parked.key)
        times, _ = self._failures.get(parked.key, (0, 0.0))
        pause = min(FIRST_PAUSE * 2**times, LONGEST_PAUSE)
        self._failures[parked.key] = (times + 1, time.monotonic() + pause)
        log.warning(
            "boundary stays parked",
            kind=parked.kind,
            boundary=str(parked.id),
            reason=str(error) or repr(error),
            pause=pause,
        )

    async def _look(self) -> None:
        kinds = [kind for kind, restorer in self._restorers.items() if restorer is None or self._owner is not None]
        async with self._database.transaction() as session:
            found = await parking.due(session, kinds, 1000)
        now = time.monotonic()
        ready = [
            each for each in found if each.key not in self._in_hand and self._failures.get(each.key, (0, 0.0))[1] <= now
        ]
        async with asyncio.TaskGroup() as fetching:
            for each in ready:
                await self._places.acquire()
                self._in_hand.add(each.key)
                fetching.create_task(self._fetch(each))

    def _let_go(self, key: Key) -> None:
        if key in self._in_hand:
            self._in_hand.remove(key)
            self._places.release()

    async def _fetch(self, parked: Parked) -> None:
        restorer = self._restorers[parked.kind]
        try:
            snapshot = None
            if restorer is not None and self._owner is not None and parked.reason is not Reason.REPLAY:
                snapshot = await self._owner.get(parked.organization_id, restorer.path.format(id=parked.id))
        except Exception as error:  # noqa: BLE001  (whatever the owner does, this boundary waits and no other one)
            self.failed(parked, error)
        else:
            self._fetched.append(Restoration(parked, snapshot))
            self._nudge()
