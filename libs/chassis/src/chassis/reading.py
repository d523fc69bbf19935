"""Consumers of a stream as we make them: behind a place of ours, read once and in order, forgotten by the server when nobody reads."""

import re
import secrets
from collections.abc import Sequence
from contextlib import suppress

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from contracts.subjects import Stream

WINDOW = 500
"""Messages that the server sends ahead of what was asked for."""
ACK_WAIT = 60.0
INACTIVE_THRESHOLD = 120.0


class RunBroken(Exception):
    """A message came that was not the next one. Nothing is lost: who reads again from behind what it has committed gets all."""


async def begin_reading(jetstream: JetStreamContext, stream: Stream, name: str, after: int) -> str:
    """A consumer that starts behind the sequence `after` and that no earlier reader of this name knows of; those of earlier ones go."""
    await end_reading(jetstream, stream, name)
    consumer = f"{name}_{secrets.token_hex(6)}"
    config = ConsumerConfig(
        name=consumer,
        durable_name=consumer,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=after + 1,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT,
        max_ack_pending=2 * WINDOW,
        inactive_threshold=INACTIVE_THRESHOLD,
        filter_subject=stream.subjects,
        mem_storage=True,  # what it knows on disk would cost a sync each time, and the next reader makes another one anyway
    )
    await jetstream.add_consumer(stream.value, config)
    return consumer


async def end_reading(jetstream: JetStreamContext, stream: Stream, name: str) -> None:
    """Remove the consumers of this name."""
    for old in await jetstream.consumers_info(stream.value):
        if re.fullmatch(f"{name}_[0-9a-f]{{12}}", old.name):
            with suppress(NotFoundError):
                await jetstream.delete_consumer(stream.value, old.name)


def unbroken(messages: Sequence[Msg], delivered: int) -> int:
    """How many deliveries that makes. Raises RunBroken unless each is the consumer's next, and its first: a redelivery means that we were too slow.

    The server numbers redeliveries on and on, before what is new; whoever went on with them would take its cursor back.
    """
    for message in messages:
        delivered += 1
        if message.metadata.sequence.consumer != delivered:
            raise RunBroken(f"delivery {message.metadata.sequence.consumer} in place of {delivered}")
        if message.metadata.num_delivered > 1:
            raise RunBroken(f"message {message.metadata.sequence.stream} came again: it was not acknowledged in time")
    return delivered
