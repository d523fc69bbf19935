"""Publishing in order: every publish names the sequence that it expects the stream to end with.

So a message is stored in the place its writer meant, or not at all: a second writer, a late retry or a lost message all show as a
refusal. nats-py's own asynchronous publish never reports a server error; this one does.
"""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import orjson
from nats import errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from chassis.bus import Bus
from chassis.message import Message

MOST_IN_BATCH = 1000
AT_ONCE = 100
"""Messages of a batch after which what is made is sent."""
ACK_TIMEOUT = 5.0
WRONG_LAST_SEQUENCE = 10071
DUPLICATE_IN_BATCH = 10201


class PublishRefused(Exception):
    """The server did not store it. `code` is JetStream's error code, 0 when nobody listens on the subject."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code


class Publisher:
    """Publishes over one bus. Not for use by several tasks at once: they would refuse each other."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._inbox = ""
        self._subscription: Subscription | None = None
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._sent = 0

    async def start(self) -> None:
        """Listen for answers; waits for the first connection."""
        await self._bus.connected()
        self._inbox = self._bus.client.new_inbox()
        self._subscription = await self._bus.client.subscribe(f"{self._inbox}.*", cb=self._answered)

    async def stop(self) -> None:
        """Listen no more."""
        if self._subscription is not None and self._bus.client.is_connected:
            await self._subscription.unsubscribe()
        self._subscription = None

    async def publish(self, message: Message, *, expected: int) -> int:
        """Append one message to a stream that ends with sequence `expected`; returns the message's sequence.

        Raises PublishRefused, TimeoutError or an error of `nats.errors`. After anything but PublishRefused the message may be stored.
        """
        headers = {**message.headers, "Nats-Expected-Last-Sequence": str(expected)}
        return _sequence(await self._request(message, headers), after=expected, count=1)

    async def publish_batch(self, messages: Sequence[Message], *, expected: int) -> int:
        """Append up to 1,000 messages, all or none; returns the sequence of the last one. Raises as `publish` does."""
        if not 2 <= len(messages) <= MOST_IN_BATCH:
            raise ValueError(f"a batch has 2 to {MOST_IN_BATCH} messages, not {len(messages)}")
        batch = {"Nats-Batch-Id": uuid4().hex}
        first, last = {"Nats-Expected-Last-Sequence": str(expected)}, {"Nats-Batch-Commit": "1"}
        # Only the last one is a request: whatever was wrong with another one, the answer to the commit says so.
        for number, message in enumerate(messages[:-1], start=1):
            headers = {**message.headers, **batch, "Nats-Batch-Sequence": str(number), **(first if number == 1 else {})}
            await self._bus.client.publish_plain(message.subject, message.payload, headers)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # these go to the server, which works on them while we make the others
        headers = {**messages[-1].headers, **batch, "Nats-Batch-Sequence": str(len(messages)), **last}
        return _sequence(await self._request(messages[-1], headers), after=expected, count=len(messages))

    async def _request(self, message: Message, headers: dict[str, str]) -> bytes:
        self._sent += 1
        token = str(self._sent)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[token] = answer
        try:
            await self._bus.client.publish_plain(message.subject, message.payload, headers, f"{self._inbox}.{token}")
            async with asyncio.timeout(ACK_TIMEOUT):
                return await answer
        finally:
            del self._waiting[token]

    async def _answered(self, message: Msg) -> None:
        waiting = self._waiting.get(message.subject.rpartition(".")[2])
        if waiting is None or waiting.done():
            return  # too late: whoever waited has given up
        if (message.headers or {}).get("Status") == "503":
            waiting.set_exception(errors.NoRespondersError())
        else:
            waiting.set_result(bytes(message.data))


def _sequence(answer: bytes, *, after: int, count: int) -> int:
    acknowledged = _refuse(answer)
    sequence = acknowledged.get("seq")
    if acknowledged.get("duplicate") or sequence != after + count:
        raise PublishRefused(WRONG_LAST_SEQUENCE, f"stored as {sequence}, not behind {after}")
    return after + count


def _refuse(answer: bytes) -> dict[str, object]:
    acknowledged: dict[str, object] = orjson.loads(answer)
    match acknowledged.get("error"):
        case {"err_code": int(code), "description": str(description)}:
            raise PublishRefused(code, description)
        case None:
            return acknowledged
        case other:
            raise PublishRefused(0, str(other))
