"""How late whoever follows a stream is: told from its own position and the stream's end, whether or not it gets on, and while NATS is away."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from nats import errors
from nats.js.errors import Error as JetStreamError

from chassis import streams
from chassis.bus import Bus
from contracts.subjects import Stream

_AWAY = (TimeoutError, errors.Error, JetStreamError)


@dataclass(frozen=True, slots=True)
class Reached:
    """The last message that was taken, of the stream of this epoch."""

    epoch: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Late:
    """How many messages wait, and the age of the oldest in seconds; 0 where none does."""

    messages: int
    seconds: float


class Lateness:
    """Of one who follows the stream, as one process sees it."""

    def __init__(self, stream: Stream, bus: Bus) -> None:
        self._stream = stream
        self._bus = bus
        self._end: streams.StreamState | None = None
        self._oldest: tuple[int, float] | None = None
        """The oldest message that waits: its sequence, and when it came, in seconds since 1970."""

    async def behind(self, reached: Reached | None) -> Late | None:
        """What waits behind the position; none is the stream's start, and so is one in a stream that is no more.

        While NATS is away the end that was seen last counts, and what waits grows older. None before an end was ever seen.
        """
        if self._bus.client.is_connected:
            with suppress(*_AWAY):
                self._end = await streams.state(self._bus.jetstream, self._stream)
        if self._end is None:
            return None
        is_of_this_stream = reached is not None and reached.epoch == self._end.epoch
        sequence = max(reached.sequence if reached is not None and is_of_this_stream else 0, self._end.first - 1)
        waiting = max(self._end.last - sequence, 0)
        return Late(waiting, await self._age_behind(sequence) if waiting else 0.0)

    async def _age_behind(self, sequence: int) -> float:
        """Seconds since the first message behind this one came, by the server's clock and ours; since now if that cannot be asked."""
        if self._oldest is None or self._oldest[0] <= sequence:
            self._oldest = sequence + 1, time.time()
            if self._bus.client.is_connected:
                with suppress(*_AWAY):
                    found = await self._bus.jetstream.get_msg(
                        self._stream.value, sequence + 1, self._stream.subjects, next=True
                    )
                    if found.seq is not None and found.time is not None:
                        self._oldest = found.seq, found.time.timestamp()
        return max(time.time() - self._oldest[1], 0.0)
