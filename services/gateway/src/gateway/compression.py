"""Answers in gzip for clients that ask for it, where it pays."""

import asyncio
import re
import zlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 4096
"""Bytes; what fits into a few packets is not worth the time."""
LEVEL = 5
ASIDE = 64 * 1024
"""Bytes. A larger piece is compressed on another thread: on this one, every other request would wait a millisecond for each such piece."""
GZIP = 16 + zlib.MAX_WBITS
COMPRESSED = (
    b"application/json",
    b"application/problem+json",
    b"text/html",
    b"text/css",
    b"text/javascript",
    b"image/svg+xml",
)
"""Event streams are not: each event is to arrive when it happens."""

_ACCEPTED = re.compile(rb"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+\s*)?(?=,|$)")


class Compression:
    """Pure ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "HEAD" or not accepts_gzip(scope):
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _Compressing(send))


class _Compressing:
    """Sends an answer on: compressed if its head says that it may be and its first piece that it pays."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._packer: zlib._Compress | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_fit(message):
            self._start = message  # kept until the first piece says how large it is
            return
        if message["type"] == "http.response.body" and self._start is not None:
            start, self._start = self._start, None
            if message.get("more_body") or len(message.get("body", b"")) >= LEAST:
                self._packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
                start["headers"] = _compressed(start["headers"])
            await self._send(start)
        if message["type"] == "http.response.body" and self._packer is not None:
            body = message.get("body", b"")
            is_last = not message.get("more_body")
            if len(body) > ASIDE:
                body = await asyncio.to_thread(_packed, self._packer, body, is_last=is_last)
            else:
                body = _packed(self._packer, body, is_last=is_last)
            message = {**message, "body": body}
        await self._send(message)


def accepts_gzip(scope: Scope) -> bool:
    """Whether the client takes answers in gzip."""
    return any(name == b"accept-encoding" and _ACCEPTED.search(value) is not None for name, value in scope["headers"])


def _is_fit(start: Message) -> bool:
    headers = {name.lower(): value for name, value in start.get("headers", ())}
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip()
    return kind in COMPRESSED and b"content-encoding" not in headers and start["status"] not in {204, 206, 304}


def _compressed(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The head of the compressed answer: of another length, and equal to the plain one in meaning but not in bytes."""
    kept = [
        (name, b"W/" + value if name.lower() == b"etag" and not value.startswith(b"W/") else value)
        for name, value in headers
        if name.lower() != b"content-length"
    ]
    return [*kept, (b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]


def _packed(packer: "zlib._Compress", body: bytes, *, is_last: bool) -> bytes:
    packed = packer.compress(body)
    return packed + packer.flush() if is_last else packed
