"""An unbroken run of a stream's messages from a place on: an ordered consumer, made for one reader and gone with it."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from nats import errors
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from chassis.bus import Bus
from chassis.puller import Puller
from contracts.subjects import Stream

INACTIVE_THRESHOLD = 30.0
LINGER = 0.005
"""Seconds to wait for more while the server says that more is there."""


class FeedBroken(Exception):
    """A message is missing: the feed has to be opened again behind the last one that came."""


class Feed:
    """Use `open_feed`. `pending` messages were there when it was opened, or are there since the last one came."""

    def __init__(self, puller: Puller, pending: int, ask: Callable[[], Awaitable[int]]) -> None:
        self.pending = pending
        self._puller = puller
        self._ask = ask
        self._delivered = 0

    async def batch(self, size: int, rest: float = 0.0) -> list[Msg]:
        """The next messages, at most `size`; waits for one, and returns none after five idle seconds. With it comes what follows within a `rest`.

        Raises FeedBroken, ConsumerGone, PullStalled, or an error of `nats.errors`.
        """
        messages = await self._puller.batch(size, max(rest, LINGER), lambda _: rest == 0)
        for message in messages:
            self._delivered += 1
            if message.metadata.sequence.consumer != self._delivered:
                raise FeedBroken(f"delivery {message.metadata.sequence.consumer} in place of {self._delivered}")
        if messages:
            await self._puller.ahead()
            self.pending = messages[-1].metadata.num_pending
        return messages

    async def look_again(self) -> None:
        """Ask the server how many are there now: where nothing came, they may be gone. Raises an error of `nats.errors`, or TimeoutError."""
        self.pending = await self._ask()

    def interrupt(self) -> None:
        """End the wait of `batch`."""
        self._puller.interrupt()


@asynccontextmanager
async def open_feed(
    bus: Bus,
    stream: Stream,
    *,
    after: int,
    since: datetime | None = None,
    subjects: Sequence[str] = (),
    window: int = 500,
) -> AsyncIterator[Feed]:
    """Read the stream behind the sequence `after`, or from the instant `since` on; only these subjects, if any are named.

    Raises an error of `nats.errors`, `nats.js.errors.APIError` or TimeoutError when NATS is away.
    """
    name = f"gateway_{secrets.token_hex(8)}"
    config = ConsumerConfig(
        name=name,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE if since is None else DeliverPolicy.BY_START_TIME,
        opt_start_seq=after + 1 if since is None else None,
        opt_start_time=since,
        ack_policy=AckPolicy.NONE,
        inactive_threshold=INACTIVE_THRESHOLD,
        num_replicas=1,
        mem_storage=True,
        filter_subjects=list(subjects) or None,
    )
    info = await bus.jetstream.add_consumer(stream.value, config)
    puller = Puller(bus, stream.value, name, window=window)

    async def pending() -> int:
        return (await bus.jetstream.consumer_info(stream.value, name)).num_pending or 0

    try:
        await puller.start()
        yield Feed(puller, info.num_pending or 0, pending)
    finally:
        with suppress(errors.Error, TimeoutError, OSError):
            await puller.stop()
            if bus.client.is_connected:
                await bus.jetstream.delete_consumer(stream.value, name)
