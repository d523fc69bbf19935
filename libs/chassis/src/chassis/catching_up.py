"""Reading a stream up to a place and no further than it takes: for a picture that is made beside the one that follows for ever."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from chassis import streams
from chassis.bus import Bus
from chassis.database import Database
from chassis.message import Message
from chassis.projection import Projection
from chassis.puller import Puller
from chassis.reading import WINDOW, RunBroken, begin_reading, end_reading, unbroken
from chassis.received import ReceivedEvent, read
from contracts.subjects import Stream

LINGER = 0.020


class StreamSilent(Exception):
    """The stream has messages that we have not read, and brings none."""


class CatchingUp:
    """Applies a stream's messages to a database, from behind `after` on, each batch in a transaction of its own.

    `name` is the reader's: of two that have the same one, the later one reads. `sequence` is the last message that was applied.
    """

    def __init__(
        self, bus: Bus, stream: Stream, name: str, database: Database, projection: Projection, after: int
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._name = name
        self._database = database
        self._projection = projection
        self.sequence = after

    async def up_to(self, sequence: int, said: Callable[[int], None]) -> set[UUID]:
        """Read until this sequence is reached, perhaps some messages more; answers the boundaries that they were about.

        `said` is told after each batch how far it is. Raises StreamSilent and errors of NATS.
        """
        jetstream = self._bus.jetstream
        if (await streams.state(jetstream, self._stream)).first > sequence:
            self.sequence = max(self.sequence, sequence)  # what is older than the stream keeps is gone
        boundaries: set[UUID] = set()
        while self.sequence < sequence:
            consumer = await begin_reading(jetstream, self._stream, self._name, self.sequence)
            puller = Puller(self._bus, self._stream.value, consumer, window=WINDOW)
            await puller.start()
            try:
                with suppress(RunBroken):  # a batch took longer than the server waits: on from behind it
                    await self._read(puller, consumer, sequence, said, boundaries)
            finally:
                await puller.stop()
                await end_reading(jetstream, self._stream, self._name)
        return boundaries

    async def _read(
        self, puller: Puller, consumer: str, sequence: int, said: Callable[[int], None], boundaries: set[UUID]
    ) -> None:
        delivered = 0
        while self.sequence < sequence:
            messages = await puller.batch(WINDOW, LINGER)
            if not messages:
                if (await self._bus.jetstream.consumer_info(self._stream.value, consumer)).num_pending:
                    continue  # the server ended the pull: another one leads, say
                raise StreamSilent(f"stream {self._stream} brings nothing after {self.sequence}, but has {sequence}")
            delivered = unbroken(messages, delivered)
            events = [read(Message(message.subject, message.headers or {}, message.data)) for message in messages]
            async with self._database.transaction() as session:
                await self._projection.apply(session, events)
            boundaries.update(event.boundary_id for event in events if isinstance(event, ReceivedEvent))
            await self._bus.client.acknowledge(messages)
            self.sequence = messages[-1].metadata.sequence.stream
            said(self.sequence)
