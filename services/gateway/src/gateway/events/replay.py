"""What happened before: both streams read from a position on, merged by the instant at which each event was stored."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import structlog

from chassis.problem import Unavailable
from chassis.streams import StreamState
from contracts.subjects import Stream
from gateway.events.feed import Feed, open_feed
from gateway.events.filters import EventFilter
from gateway.events.hub import HICCUPS, Hub
from gateway.events.listener import ResetReason
from gateway.events.live_event import LiveEvent, UnreadableEvent
from gateway.events.position import Position, epoch_of

MOST_LOOKED_AT = 20_000
"""Messages that one page may pass over in search of what is wanted."""
MOST_BYTES = 8 * 1024 * 1024
"""Of a page's payloads, unless one event alone is larger."""

log = structlog.stdlib.get_logger(__name__)


class CannotReplay(Exception):
    """Events between the position and what the streams keep are not to be had."""

    def __init__(self, reason: ResetReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass
class Replayed:
    """A page of history: `position` is where it ends, and `is_all` says that nothing came after it when it was read."""

    events: list[LiveEvent]
    position: Position
    is_all: bool


@dataclass
class _Source:
    """One stream's wanted events, in order."""

    stream: Stream
    wanted: EventFilter
    feed: Feed | None
    reached: int
    end: int
    """The stream's last sequence when it was opened."""
    looked_at: int = 0
    _waiting: list[LiveEvent] = field(default_factory=list)

    async def head(self, window: int) -> LiveEvent | None:
        """The next event; None when there is no more, or when enough was looked at."""
        while not self._waiting:
            if self.feed is None or self.feed.pending == 0:
                self.feed, self.reached = None, max(self.reached, self.end)
                return None
            if self.looked_at >= MOST_LOOKED_AT:
                return None
            await self._read(self.feed, window)
        return self._waiting[-1]

    async def _read(self, feed: Feed, window: int) -> None:
        messages = await feed.batch(window)
        self.looked_at += len(messages)
        found = []
        nowhere = Position("", 0, 0)
        for message in messages:
            try:
                event = LiveEvent.read(message, self.stream, nowhere)
            except UnreadableEvent as error:
                log.warning("unreadable event", subject=message.subject, reason=str(error))
                continue
            if self.wanted.matches(event):
                found.append(event)
        if not messages:  # the pull was ended, or what was there when it was opened was trimmed meanwhile
            await feed.look_again()
        else:
            # Nothing that is wanted lies before the first of them, nor, when none is wanted, before the last.
            at = messages[0].metadata.sequence.stream - 1 if found else messages[-1].metadata.sequence.stream
            self.reached = max(self.reached, at)
        self._waiting = found[::-1]

    def take(self) -> LiveEvent:
        """Take the head."""
        event = self._waiting.pop()
        self.reached = event.sequence
        return event


async def start_of(hub: Hub, since: Position | None) -> Position:
    """Where a replay may begin: at `since`, or at the oldest that is kept. Raises CannotReplay, Unavailable."""
    states = await hub.states()
    epoch = epoch_of(states[stream].epoch for stream in Stream)
    oldest = Position(epoch, *(max(states[stream].first - 1, 0) for stream in Stream))
    if since is None:
        return oldest
    if since.epoch != epoch:
        raise CannotReplay(ResetReason.REPLACED)
    if any(since.of(stream) > states[stream].last for stream in Stream):
        raise CannotReplay(ResetReason.AHEAD)
    if any(since.of(stream) < oldest.of(stream) for stream in Stream):
        raise CannotReplay(ResetReason.TRIMMED)
    return since


async def replay(
    hub: Hub,
    organization_id: UUID,
    wanted: EventFilter,
    since: Position,
    *,
    limit: int,
    from_time: datetime | None = None,
) -> Replayed:
    """The next events of an organisation after a position that `start_of` has approved, at most `limit`. Raises Unavailable."""
    try:
        states = await hub.states()
        async with _opened(hub, organization_id, wanted, since, states, from_time, min(limit, 500)) as sources:
            return await _merged(sources, since, limit)
    except HICCUPS as error:
        raise Unavailable("Events cannot be read right now.") from error


@asynccontextmanager
async def _opened(
    hub: Hub,
    organization_id: UUID,
    wanted: EventFilter,
    since: Position,
    states: dict[Stream, StreamState],
    from_time: datetime | None,
    window: int,
) -> AsyncIterator[list[_Source]]:
    async with AsyncExitStack() as stack:
        sources = []
        for stream in Stream:
            after, end = since.of(stream), states[stream].last
            subjects = wanted.nats_subjects(stream, organization_id)
            feed = None
            if subjects and after < end:
                opening = open_feed(
                    hub.bus, stream, after=after, since=from_time, subjects=subjects, window=max(window, 10)
                )
                feed = await stack.enter_async_context(opening)
            sources.append(_Source(stream, wanted, feed, after, end))
        yield sources


async def _merged(sources: list[_Source], since: Position, limit: int) -> Replayed:
    position, events, size = since, list[LiveEvent](), 0
    while True:
        heads = [(await source.head(limit), source) for source in sources]
        for source in sources:
            position = position.at(source.stream, source.reached)
        present = [(head.stored_at, number) for number, (head, _) in enumerate(heads) if head is not None]
        is_exhausted = all(source.feed is None for head, source in heads if head is None)
        if not present or not is_exhausted or len(events) >= limit or size >= MOST_BYTES:
            # Not exhausted: it has looked at enough, and what is still unseen in it may come before the other stream's next.
            return Replayed(events, position, is_all=not present and is_exhausted)
        event = sources[min(present)[1]].take()
        position = position.at(event.stream, event.sequence)
        events.append(replace(event, position=position))
        size += len(event.payload)
