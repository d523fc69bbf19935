"""One try at one organisation's part of a batch: each event has its turn, waits, or is put away."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.parking import TAKES_ALL, Reason
from chassis.progress import NOT_AN_EVENT, Key, Progress
from chassis.quarantine import put_away
from chassis.received import ReceivedEvent, Unreadable
from chassis.restoring import Restoration, Restorer, StillBehind
from contracts.provenance import HEADER, Provenance

log = structlog.stdlib.get_logger(__name__)


class Poison(Exception):
    """A handler's verdict: this event can never be applied, however often it is tried."""


@dataclass(slots=True)
class Outcome:
    """What became of the events, counted: `applied`, `ignored` (of no interest), `seen` before, `held`, `quarantined`, `conflict`."""

    counts: Counter[str] = field(default_factory=Counter)
    has_recorded: bool = False
    """Whether events of our own went into the outbox."""

    def add(self, other: "Outcome") -> None:
        """This, too."""
        self.counts.update(other.counts)
        self.has_recorded |= other.has_recorded


class Poisoned(Exception):
    """Carries the verdict out of the savepoint."""

    def __init__(self, event_id: UUID, reason: str) -> None:
        super().__init__(reason)
        self.event_id = event_id
        self.reason = reason


class Rules(Protocol):
    """What the attempt asks of its projection."""

    service: str | None
    restorers: Mapping[str, Restorer | None]

    async def handle(self, session: AsyncSession, event: ReceivedEvent) -> bool:
        """Do what the event's type asks for; False if nothing does."""
        ...

    async def finish(self, session: AsyncSession, applied: Sequence[ReceivedEvent]) -> None:
        """What follows on a batch."""
        ...


class Attempt:
    """One try. Poison that was met in an earlier one is named in `poisoned`, with the reason."""

    def __init__(self, rules: Rules, session: AsyncSession, poisoned: Mapping[UUID, str]) -> None:
        self._rules = rules
        self._session = session
        self._poisoned = poisoned
        self._applied: list[ReceivedEvent] = []
        self._outcome = Outcome()

    async def run(self, items: Sequence[ReceivedEvent | Unreadable], restoration: Restoration | None = None) -> Outcome:
        """Restore what is to be restored, then take the events in order. Raises Poisoned for one that must be left out."""
        keys = [key for item in items if (key := key_of(item)) is not None]
        progress = await Progress.load(self._session, [*keys, *([restoration.parked.key] if restoration else [])])
        if restoration is not None:
            await self._restore(progress, restoration)
        for item in items:
            if isinstance(item, Unreadable):
                await self._put_away(progress, item, item.reason)
            else:
                await self._take(progress, item)
        await progress.save()
        origin = _origin(self._applied[-1]) if self._applied else _OURSELVES
        if self._applied:
            outbox.attribute(self._session, lambda: origin)
            await self._rules.finish(self._session, self._applied)
        self._outcome.has_recorded = bool(await outbox.flush(self._session, origin))
        return self._outcome

    async def _restore(self, progress: Progress, restoration: Restoration) -> None:
        """Put the snapshot in the place of what we know, and go on with what is held after it."""
        parked = restoration.parked
        if progress.parked(parked.key) is not parked.reason:
            return  # it has closed by itself, or a person decided otherwise meanwhile
        if parked.reason is not Reason.REPLAY:
            restorer = self._rules.restorers[parked.kind]
            if restorer is None:
                progress.pass_over(parked.key, parked.organization_id)
            else:
                revision, missing = restoration.revision, progress.missing(parked.key)
                if revision is not None and missing is not None and revision < missing:
                    raise StillBehind(f"the snapshot is of revision {revision}, but {missing} is missing")
                await restorer.restore(self._session, parked.organization_id, parked.id, restoration.snapshot)
                await progress.restored(parked.key, parked.organization_id, revision)
        progress.unpark(parked.key)
        await self._go_on(progress, parked.key)
        if progress.is_holding(parked.key):
            progress.park(parked.key, parked.organization_id, Reason.GAP)

    async def _take(self, progress: Progress, event: ReceivedEvent) -> None:
        key = (event.kind, event.boundary_id)
        expected, parked = progress.expected(key), progress.parked(key)
        if (
            event.place > expected
            or (parked not in {None, Reason.GAP} and event.place == expected)
            or parked in TAKES_ALL
        ):
            await progress.hold(event)
            self._outcome.counts["held"] += 1
        elif event.place < expected:
            await self._take_old(progress, event)
        elif await self._take_next(progress, event):
            await self._go_on(progress, key)
            progress.close_gap(key)

    async def _go_on(self, progress: Progress, key: Key) -> None:
        """Take the held events whose turn it is."""
        following = await progress.release(key)
        while following is not None and await self._take_next(progress, following):
            following = await progress.release(key)

    async def _take_next(self, progress: Progress, event: ReceivedEvent) -> bool:
        """Apply the event that is due; False if it was poison instead."""
        if event.id in self._poisoned:
            await self._put_away(progress, event, self._poisoned[event.id])
            return False
        outbox.attribute(self._session, partial(_origin, event))
        try:
            is_known = await self._rules.handle(self._session, event)
        except (ValidationError, Poison) as error:
            raise Poisoned(event.id, str(error)) from error
        progress.advance(event)
        self._applied.append(event)
        self._outcome.counts["applied" if is_known else "ignored"] += 1
        return True

    async def _take_old(self, progress: Progress, event: ReceivedEvent) -> None:
        """A duplicate, unless another event already stands in the place of the last one: then history was rewritten behind our back."""
        key = (event.kind, event.boundary_id)
        standing = progress.standing(key)
        if standing is None or standing.place != event.place or standing.event_id in {event.id, NOT_AN_EVENT}:
            self._outcome.counts["seen"] += 1
            return
        log.error("two events in one place", boundary=str(event.boundary_id), place=event.place, event_id=str(event.id))
        await put_away(self._session, self._rules.service, event, f"its place is taken by event {standing.event_id}")
        progress.park(key, event.organization_id, Reason.REWRITTEN)
        self._outcome.counts["conflict"] += 1

    async def _put_away(self, progress: Progress, item: ReceivedEvent | Unreadable, reason: str) -> None:
        """Into quarantine; whatever follows in the same boundary waits."""
        log.error("event put into quarantine", subject=item.message.subject, reason=reason)
        await put_away(self._session, self._rules.service, item, reason)
        if (key := key_of(item)) is not None:
            progress.park(key, item.organization_id, Reason.POISON)
        self._outcome.counts["quarantined"] += 1


def key_of(item: ReceivedEvent | Unreadable) -> Key | None:
    """The boundary that the message belongs to, if its subject says so."""
    return None if item.kind is None or item.boundary_id is None else (item.kind, item.boundary_id)


def _origin(event: ReceivedEvent) -> outbox.Origin:
    came = Provenance.following(event.message.headers.get(HEADER), f"events/{event.id}")
    return outbox.Origin(event.actor, event.traceparent, event.correlation_id, str(event.id), came)


_OURSELVES = outbox.Origin("interlock", None, "restored", None, Provenance(cause="restoration"))
