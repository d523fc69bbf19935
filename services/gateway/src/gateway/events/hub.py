"""One reader of each stream a process, however many listen: events come once, are remembered for a while, and go to all who want them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from nats import errors
from nats.aio.msg import Msg
from prometheus_client import Counter, Gauge

from chassis import streams
from chassis.bus import Bus
from chassis.problem import Unavailable
from chassis.puller import ConsumerGone, PullStalled
from chassis.streams import StreamState
from contracts.subjects import Stream
from gateway.events.feed import FeedBroken, open_feed
from gateway.events.filters import EventFilter
from gateway.events.listener import CloseReason, Listener, Reset, ResetReason
from gateway.events.live_event import LiveEvent, UnreadableEvent
from gateway.events.position import Position, epoch_of
from gateway.events.ring import Ring

BATCH = 500
BACKOFF = 0.5
HICCUPS = (errors.Error, ConsumerGone, PullStalled, FeedBroken, TimeoutError, OSError)
"""What passes by itself; nats.js.errors.APIError is one of `errors.Error`."""

LISTENERS = Gauge("interlock_live_listeners", "Open event streams")
READ = Counter("interlock_live_events_total", "Events that the hub has read", ["stream"])
UNREADABLE = Counter("interlock_live_unreadable_total", "Messages that are no events of ours", ["stream"])
CLOSED = Counter("interlock_live_closed_total", "Event streams that we ended", ["reason"])

log = structlog.stdlib.get_logger(__name__)


class Hub:
    """`attach` and `detach` listeners while `run` runs. All of it happens on one event loop, so nothing is locked."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self._states: dict[Stream, StreamState] = {}
        self._ring: Ring | None = None
        self._both_found = asyncio.Event()
        self._listeners: dict[object, set[Listener]] = {}

    @property
    def ring(self) -> Ring:
        """What was read lately. Raises Unavailable until both streams have been found."""
        if self._ring is None:
            raise Unavailable("Events cannot be read right now.")
        return self._ring

    @property
    def is_ready(self) -> bool:
        """Whether both streams have been found."""
        return self._ring is not None

    def attach(self, organization_id: object, wanted: EventFilter, since: Position | None) -> Listener | None:
        """Listen to an organisation's events from the position on, from now on without one; None if the ring does not reach back so far."""
        ring = self.ring
        if since is not None and not ring.holds(since):
            return None
        start = since or ring.end
        listener = Listener(wanted, start)
        listener.begin_with(event for event in ring.after(start) if event.organization_id == organization_id)
        self._listeners.setdefault(organization_id, set()).add(listener)
        LISTENERS.inc()
        return listener

    def detach(self, organization_id: object, listener: Listener) -> None:
        """Listen no more."""
        listeners = self._listeners[organization_id]
        listeners.remove(listener)
        if not listeners:
            del self._listeners[organization_id]
        LISTENERS.dec()

    async def run(self) -> None:
        """Follow both streams until cancelled."""
        async with asyncio.TaskGroup() as followers:
            for stream in Stream:
                followers.create_task(self._follow(stream), name=f"follow {stream}")

    def close_all(self, reason: CloseReason) -> None:
        """Let every listener end."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.close(reason)

    async def states(self) -> dict[Stream, StreamState]:
        """Where the streams stand now. Raises Unavailable."""
        try:
            return {stream: await streams.state(self.bus.jetstream, stream) for stream in Stream}
        except HICCUPS as error:
            raise Unavailable("Events cannot be read right now.") from error

    async def _follow(self, stream: Stream) -> None:
        await self.bus.connected()
        while True:
            try:
                await self._lease(stream)
            except Exception as error:  # noqa: BLE001  (whatever it is, trying again is all there is to do)
                log.warning("live events pause", stream=stream.value, reason=str(error) or type(error).__name__)
            await asyncio.sleep(BACKOFF)

    async def _lease(self, stream: Stream) -> None:
        self._learn(stream, await streams.state(self.bus.jetstream, stream))
        await self._both_found.wait()
        async with open_feed(self.bus, stream, after=self.ring.end.of(stream), window=BATCH) as feed:
            while True:
                self._take(stream, await feed.batch(BATCH))

    def _learn(self, stream: Stream, now: StreamState) -> None:
        """Begin at the stream's end, go on where we were, or start over if the stream is not the one it was."""
        before, self._states[stream] = self._states.get(stream), now
        if len(self._states) < len(Stream):
            return
        epoch = epoch_of(self._states[each].epoch for each in Stream)
        if self._ring is None:
            ends = {each: self._states[each].last for each in Stream}
            self._ring = Ring(Position(epoch, ends[Stream.PROJECT], ends[Stream.PROGRAM]))
            self._both_found.set()
            return
        reached = self._ring.end
        if before is not None and before.epoch != now.epoch:
            self._start_over(reached.at(stream, 0), epoch, ResetReason.REPLACED)
        elif now.last < reached.of(stream):
            self._start_over(reached.at(stream, now.last), epoch, ResetReason.AHEAD)
        elif now.first > reached.of(stream) + 1:
            self._start_over(reached.at(stream, now.first - 1), epoch, ResetReason.TRIMMED)

    def _start_over(self, at: Position, epoch: str, reason: ResetReason) -> None:
        log.error("the streams are not as they were", reason=reason.value, position=str(at))
        start = Position(epoch, at.project, at.program)
        self._ring = Ring(start)
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.offer(Reset(reason, start))

    def _take(self, stream: Stream, messages: Sequence[Msg]) -> None:
        ring = self.ring
        for message in messages:
            try:
                event = LiveEvent.read(message, stream, ring.end)
            except UnreadableEvent as error:
                UNREADABLE.labels(stream.value).inc()
                log.warning("unreadable event", subject=message.subject, reason=str(error))
                ring.pass_over(stream, message.metadata.sequence.stream)
                continue
            ring.add(event)
            for listener in self._listeners.get(event.organization_id, ()):
                listener.offer(event)
        READ.labels(stream.value).inc(len(messages))


async def stopped(task: "asyncio.Task[None]") -> None:
    """Cancel a task and wait until it has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
