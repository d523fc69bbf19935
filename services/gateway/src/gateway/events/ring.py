"""The latest events of both streams, in memory: what a listener that comes back soon has missed."""

from collections import deque
from collections.abc import Iterator

from contracts.subjects import Stream
from gateway.events.live_event import LiveEvent
from gateway.events.position import Position

MOST_EVENTS = 10_000
MOST_BYTES = 16 * 1024 * 1024
OVERHEAD = 2048
"""Bytes that an event takes besides its payload, roughly."""


class Ring:
    """Events between `start` (exclusive) and `end` (inclusive), in the order in which they came to this process."""

    def __init__(self, start: Position, *, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self.start = start
        self.end = start
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._bytes = 0
        self._events: deque[LiveEvent] = deque()

    def add(self, event: LiveEvent) -> None:
        """Take the next event; the oldest ones go as far as they must."""
        self._events.append(event)
        self._bytes += len(event.payload) + OVERHEAD
        self.end = event.position
        while len(self._events) > self._most_events or self._bytes > self._most_bytes:
            oldest = self._events.popleft()
            self._bytes -= len(oldest.payload) + OVERHEAD
            self.start = oldest.position

    def pass_over(self, stream: Stream, sequence: int) -> None:
        """A message that is no event has been read."""
        self.end = self.end.at(stream, sequence)

    def holds(self, position: Position) -> bool:
        """Whether everything after the position is here."""
        return position.reaches(self.start)

    def after(self, position: Position) -> Iterator[LiveEvent]:
        """The events that a listener at this position has not seen, in order."""
        return (event for event in self._events if event.sequence > position.of(event.stream))
