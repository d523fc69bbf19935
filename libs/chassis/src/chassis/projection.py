"""Applying events to a picture: each exactly once, in the order of its boundary's history, whatever order they come in.

Knows nothing of NATS. Its caller commits what `apply` did together with the position up to which it read, or none of it.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.database import enter_organization
from chassis.progress import Progress
from chassis.received import ReceivedEvent, Unreadable

Handler = Callable[[AsyncSession, ReceivedEvent], Awaitable[None]]
AfterBatch = Callable[[AsyncSession, Sequence[ReceivedEvent]], Awaitable[None]]

_VERSIONED = re.compile(r"(?P<name>.+)\.v(?P<version>[0-9]+)")

log = structlog.stdlib.get_logger(__name__)


class Poison(Exception):
    """A handler's verdict: this event can never be applied, however often it is tried."""


@dataclass(slots=True)
class Outcome:
    """What became of the events, counted: `applied`, `ignored` (of no interest), `seen` before, `held`, `quarantined`, `conflict`."""

    counts: Counter[str] = field(default_factory=Counter)
    has_recorded: bool = False
    """Whether events of our own went into the outbox."""


class _Poisoned(Exception):
    """Carries the verdict out of the savepoint."""

    def __init__(self, event_id: UUID, reason: str) -> None:
        super().__init__(reason)
        self.event_id = event_id
        self.reason = reason


class Projection:
    """What a service does with the events of a stream.

    `handlers`: for each event type of interest (`SomeEvent.event_type()`) what it does to the picture. `after_batch` is called once per
    organisation and batch with the events that were applied, in order, in that organisation's context. Both get the session of the
    transaction, may record events of their own, and never commit. A handler that raises ValidationError (from `SomeEvent.read`) or
    Poison puts its event into quarantine, and stops its boundary there; all others go on. Any other error is the caller's: it rolls back.
    """

    def __init__(self, handlers: Mapping[str, Handler], after_batch: AfterBatch | None = None) -> None:
        self._handlers = handlers
        self._after_batch = after_batch
        self._known_names = {name for name, _ in map(_split, handlers)}

    async def apply(self, session: AsyncSession, received: Iterable[ReceivedEvent | Unreadable]) -> Outcome:
        """Apply what is next in its boundary, skip what was applied before, hold what is early, put away what is unreadable."""
        of_organization: dict[UUID, list[ReceivedEvent | Unreadable]] = {}
        for item in received:
            of_organization.setdefault(item.organization_id, []).append(item)
        outcome = Outcome()
        for organization_id, items in of_organization.items():
            part = await self._apply_isolated(session, organization_id, items)
            outcome.counts.update(part.counts)
            outcome.has_recorded |= part.has_recorded
        return outcome

    async def _apply_isolated(
        self, session: AsyncSession, organization_id: UUID, items: Sequence[ReceivedEvent | Unreadable]
    ) -> Outcome:
        """Apply one organisation's events. A poisoned one undoes the attempt and is left out of the next: rare, so a savepoint a batch."""
        poisoned: dict[UUID, str] = {}
        info = dict(session.info)
        while True:
            try:
                async with session.begin_nested():
                    await enter_organization(session, organization_id)
                    return await _Attempt(self, session, poisoned).run(items)
            except _Poisoned as verdict:
                poisoned[verdict.event_id] = verdict.reason
                session.info.clear()
                session.info.update(info)

    async def handle(self, session: AsyncSession, event: ReceivedEvent) -> bool:
        """Hand the event to its handler; False if there is none for its type. Raises Poison for a major version that we do not know."""
        handler = self._handlers.get(event.type)
        if handler is not None:
            await handler(session, event)
            return True
        name, version = _split(event.type)
        if name in self._known_names:
            raise Poison(f"version {version} of {name} is not known here")
        return False

    async def finish(self, session: AsyncSession, applied: Sequence[ReceivedEvent]) -> None:
        """What follows on a batch."""
        if self._after_batch is not None:
            await self._after_batch(session, applied)


class _Attempt:
    """One try at one organisation's part of a batch."""

    def __init__(self, projection: Projection, session: AsyncSession, poisoned: Mapping[UUID, str]) -> None:
        self._projection = projection
        self._session = session
        self._poisoned = poisoned
        self._applied: list[ReceivedEvent] = []
        self._outcome = Outcome()

    async def run(self, items: Sequence[ReceivedEvent | Unreadable]) -> Outcome:
        keys = [(item.kind, item.boundary_id) for item in items if isinstance(item, ReceivedEvent)]
        progress = await Progress.load(self._session, keys)
        for item in items:
            if isinstance(item, Unreadable):
                await self._quarantine(progress, item, item.reason)
            else:
                await self._take(progress, item)
        await progress.save()
        if self._applied:
            origin = _origin(self._applied[-1])
            outbox.attribute(self._session, origin)
            await self._projection.finish(self._session, self._applied)
            self._outcome.has_recorded = bool(await outbox.flush(self._session, origin))
        return self._outcome

    async def _take(self, progress: Progress, event: ReceivedEvent) -> None:
        key = (event.kind, event.boundary_id)
        expected = progress.expected(key)
        if event.place > expected:
            await progress.hold(event)
            self._outcome.counts["held"] += 1
        elif event.place < expected:
            await self._take_old(progress, event)
        else:
            following: ReceivedEvent | None = event
            while following is not None and await self._take_next(progress, following):
                following = await progress.release(key)

    async def _take_next(self, progress: Progress, event: ReceivedEvent) -> bool:
        """Apply the event that is due; False if it was poison instead."""
        if event.id in self._poisoned:
            await self._quarantine(progress, event, self._poisoned[event.id])
            return False
        outbox.attribute(self._session, _origin(event))
        try:
            is_known = await self._projection.handle(self._session, event)
        except (ValidationError, Poison) as error:
            raise _Poisoned(event.id, str(error)) from error
        progress.advance(event)
        self._applied.append(event)
        self._outcome.counts["applied" if is_known else "ignored"] += 1
        return True

    async def _take_old(self, progress: Progress, event: ReceivedEvent) -> None:
        """A duplicate, unless another event already stands in the place of the last one: then history was rewritten behind our back."""
        standing = progress.standing((event.kind, event.boundary_id))
        if standing is not None and standing.place == event.place and standing.event_id != event.id:
            log.error(
                "two events in one place", boundary=str(event.boundary_id), place=event.place, event_id=str(event.id)
            )
            await progress.quarantine(event, f"its place is taken by event {standing.event_id}")
            self._outcome.counts["conflict"] += 1
        else:
            self._outcome.counts["seen"] += 1

    async def _quarantine(self, progress: Progress, item: ReceivedEvent | Unreadable, reason: str) -> None:
        log.error("event put into quarantine", subject=item.message.subject, reason=reason)
        await progress.quarantine(item, reason)
        self._outcome.counts["quarantined"] += 1


def _origin(event: ReceivedEvent) -> outbox.Origin:
    return outbox.Origin(event.actor, event.traceparent, event.correlation_id, str(event.id))


def _split(event_type: str) -> tuple[str, str]:
    parts = _VERSIONED.fullmatch(event_type)
    return (parts["name"], parts["version"]) if parts else (event_type, "")
