"""Pulling messages: one open pull at a time, each with a reply subject of its own, supervised by heartbeats.

nats-py's `fetch()` stalls now and then and hides that its consumer is gone; here both are errors.
"""

import asyncio
from collections.abc import Callable

import orjson
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from chassis.bus import Bus

EXPIRES = 5.0
HEARTBEAT = 0.5
MISSED_HEARTBEATS = 3
NANOSECONDS = 1_000_000_000


class ConsumerGone(Exception):
    """The consumer was deleted, or the stream has no leader to answer for it."""


class PullStalled(Exception):
    """Neither a message nor a heartbeat came: whatever the server thinks, this pull is dead."""


class Puller:
    """Reads one consumer. The server sends as soon as there is something, up to `window` messages ahead of us."""

    def __init__(self, bus: Bus, stream: str, consumer: str, *, window: int) -> None:
        self._bus = bus
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._window = window
        self._arrived: asyncio.Queue[Msg | None] = asyncio.Queue()  # bounded by the window: there is one open pull
        self._inbox = ""
        self._subscription: Subscription | None = None
        self._pulls = 0
        self._interrupted = False
        self._nudged = False
        self._open = 0  # messages that the open pull may still bring

    async def start(self) -> None:
        """Subscribe to the replies."""
        self._inbox = self._bus.client.new_inbox()
        self._subscription = await self._bus.client.subscribe(f"{self._inbox}.*", cb=self._arrived.put)

    async def stop(self) -> None:
        """Take no more. What arrived and was not returned is redelivered to whoever asks next."""
        if self._subscription is not None and self._bus.client.is_connected:
            await self._subscription.unsubscribe()
        self._subscription = None

    def interrupt(self) -> None:
        """End the wait of `batch` now; it returns what it has."""
        self._interrupted = True
        self._arrived.put_nowait(None)

    def nudge(self) -> None:
        """End the wait of `batch` this once; the open pull stays open."""
        self._nudged = True
        self._arrived.put_nowait(None)

    async def batch(self, size: int, linger: float, is_whole: Callable[[Msg], bool] = lambda _: True) -> list[Msg]:
        """At least one message, up to `size`; or none when the pull expired idle (5 s), or at a nudge.

        Waits for more, up to `linger` seconds, only while the server says that more is there, or `is_whole` of the last message that more
        belongs to it: a lone message is returned at once. Raises ConsumerGone, PullStalled, or an error of `nats.errors`.
        """
        messages: list[Msg] = []
        until = 0.0
        while len(messages) < size and not self._interrupted:
            if self._open == 0:
                await self._pull()
            try:
                message = await self._arrival(until - _now() if messages else None)
            except TimeoutError:
                return messages
            if message is None:
                if messages or self._open == 0 or self._interrupted or self._nudged:
                    self._nudged = False
                    return messages
                continue
            messages.append(message)
            if len(messages) == 1:
                until = _now() + linger
            if self._arrived.empty() and message.metadata.num_pending == 0 and is_whole(message):
                return messages
        return messages

    async def ahead(self) -> None:
        """Let what comes next be on its way while the last batch is worked on. Only where being ahead keeps nobody else from it."""
        if self._open == 0 and not self._interrupted:
            await self._pull()

    async def _arrival(self, patience: float | None) -> Msg | None:
        """The next message; None for a status or an interruption. Raises TimeoutError when `patience` seconds pass first."""
        try:
            arrived = self._arrived.get_nowait()
        except asyncio.QueueEmpty:
            try:
                async with asyncio.timeout(MISSED_HEARTBEATS * HEARTBEAT if patience is None else max(patience, 0)):
                    arrived = await self._arrived.get()
            except TimeoutError:
                if patience is None:
                    raise PullStalled(f"no message and no heartbeat for {MISSED_HEARTBEATS * HEARTBEAT} s") from None
                raise
        if arrived is None:
            return None
        headers = arrived.headers or {}
        if "Status" not in headers:
            self._open = max(self._open - 1, 0)
            return arrived
        if arrived.subject == self._reply:  # the status of an older pull says nothing about this one
            self._judge(headers["Status"], headers.get("Description", ""))
        return None

    def _judge(self, status: str, description: str) -> None:
        if status == "100":
            return  # heartbeat
        self._open = 0
        if status == "503" or (status == "409" and "Consumer Deleted" in description):
            raise ConsumerGone(description or "nobody answers for it")

    @property
    def _reply(self) -> str:
        return f"{self._inbox}.{self._pulls}"

    async def _pull(self) -> None:
        self._pulls += 1
        request = {
            "batch": self._window,
            "expires": int(EXPIRES * NANOSECONDS),
            "idle_heartbeat": int(HEARTBEAT * NANOSECONDS),
        }
        await self._bus.client.publish(self._next, orjson.dumps(request), reply=self._reply)
        self._open = self._window


def _now() -> float:
    return asyncio.get_running_loop().time()
