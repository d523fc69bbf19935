"""Server-sent events: what goes over the wire besides the events themselves."""

from typing import Any

import orjson

from gateway.events.listener import CloseReason, Reset


def heartbeat(position: object | None, hidden: int) -> bytes:
    """Keeps proxies from closing a silent connection, and says up to where there was nothing, so that nobody comes back with an old id.

    A comment, which no client hears; where events were left out that the listener may not see, it is told how many.
    """
    head = b"" if position is None else b"id: %b\n" % str(position).encode()
    if not hidden:
        return head + b":\n\n"
    return head + _event(b"hidden", {"hidden_count": hidden})


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
    return head + _event(name, data)


def _event(name: bytes, data: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, orjson.dumps(data))
