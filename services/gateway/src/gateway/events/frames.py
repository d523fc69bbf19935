"""Server-sent events: what goes over the wire besides the events themselves."""

from typing import Any

import orjson

from gateway.events.listener import CloseReason, Reset

HEARTBEAT = b":\n\n"
"""A comment: it keeps proxies from closing the connection, and no client hears it."""


def retry(seconds: float) -> bytes:
    """How long the client waits before it comes back."""
    return b"retry: %d\n\n" % (seconds * 1000)


def reset(item: Reset) -> bytes:
    """Events are missing here: take snapshots, then go on."""
    return _named(b"reset", {"reason": item.reason.value, "position": str(item.position)}, item.position)


def close(reason: CloseReason) -> bytes:
    """The stream ends."""
    return _named(b"close", {"reason": reason.value})


def _named(name: bytes, data: dict[str, Any], position: object = None) -> bytes:
    head = b"" if position is None else b"id: %b\n" % str(position).encode()
    return head + b"event: %b\ndata: %b\n\n" % (name, orjson.dumps(data))
