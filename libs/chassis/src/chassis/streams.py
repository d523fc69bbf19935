"""The streams as they must be, and what a process may conclude from how it finds them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

import structlog
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StoreCompression, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError

from chassis.quarantine import dead_letter_stream, dead_letter_subjects
from contracts.subjects import Stream

KEEP = 30 * 24 * 3600.0
DUPLICATE_WINDOW = 120.0

log = structlog.stdlib.get_logger(__name__)


class StreamNotAsLeft(Exception):
    """The stream is not the one we knew, or lacks what we know it had: purged, recreated, restored, trimmed. Nothing to guess at."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """Where a stream stands. A sequence means something only together with the epoch, the instant at which the stream was created."""

    name: str
    epoch: datetime
    first: int
    last: int

    def at(self, last: int) -> "StreamState":
        """The same stream, ending with `last`."""
        return replace(self, last=last)


def stream_config(stream: Stream, *, replicas: int = 1, max_bytes: int = -1) -> StreamConfig:
    """How the stream is kept: on disk, 30 days, append only.

    A full stream refuses new messages (they wait in the outbox) and never drops old ones. `max_bytes` -1 means as much as the server's
    own limit allows.
    """
    return kept(stream.value, stream.subjects, replicas, max_bytes)


def dead_letter_config(service: str, *, replicas: int = 1) -> StreamConfig:
    """How the stream of a service's dead letters is kept: as the other streams are."""
    return kept(dead_letter_stream(service), dead_letter_subjects(service), replicas, -1)


def kept(name: str, subjects: str, replicas: int = 1, max_bytes: int = -1) -> StreamConfig:
    """How any stream of ours is kept."""
    return StreamConfig(
        name=name,
        subjects=[subjects],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=replicas,
        discard=DiscardPolicy.NEW,
        max_age=KEEP,
        max_bytes=max_bytes,
        duplicate_window=DUPLICATE_WINDOW,
        compression=StoreCompression.S2,
        allow_atomic=True,
        allow_direct=True,
        deny_delete=True,
        deny_purge=True,
    )


async def declare(jetstream: JetStreamContext, config: StreamConfig) -> StreamState:
    """Create the stream, or correct a configuration that has drifted. Raises nats.js.errors.APIError where the server refuses that."""
    name = str(config.name)
    try:
        info = await jetstream.stream_info(name)
    except NotFoundError:
        return _state(await jetstream.add_stream(config))
    if drift := drifted(config, info.config):
        log.warning("stream configuration has drifted", stream=name, found=drift)
        info = await jetstream.update_stream(config)
    return _state(info)


def drifted(wanted: StreamConfig, present: StreamConfig) -> str | None:
    """What of a stream's configuration is not as it must be, as one line: `max_age is 60.0, should be 2592000.0; …`."""
    there = present.as_dict()
    found = [key for key, value in wanted.as_dict().items() if value is not None and there.get(key) != value]
    return "; ".join(f"{key} is {_said(present, key)}, should be {_said(wanted, key)}" for key in found) or None


async def state(jetstream: JetStreamContext, stream: str) -> StreamState:
    """The stream's present state. Raises nats.js.errors.NotFoundError when there is none."""
    return _state(await jetstream.stream_info(str(stream)))


def verify(now: StreamState, epoch: datetime, sequence: int) -> None:
    """Make sure that the stream still is the one in which `sequence` was the last message we knew. Raises StreamNotAsLeft."""
    if now.epoch != epoch:
        raise StreamNotAsLeft(
            f"stream {now.name} was created anew at {now.epoch.isoformat()}; we knew the one of {epoch.isoformat()}"
        )
    if now.last < sequence:
        raise StreamNotAsLeft(
            f"stream {now.name} ends at {now.last}, but message {sequence} was there: it has lost messages"
        )
    if now.first > sequence + 1:
        raise StreamNotAsLeft(
            f"stream {now.name} starts at {now.first}, but we have read no further than {sequence}: it was trimmed"
        )


def _said(config: StreamConfig, key: str) -> object:
    value = getattr(config, key)
    return value.value if isinstance(value, Enum) else value


def _state(info: StreamInfo) -> StreamState:
    if info.created is None:
        raise TypeError("the server did not say when the stream was created")
    return StreamState(str(info.config.name), info.created, info.state.first_seq, info.state.last_seq)
