"""A client's request body: small ones whole, so that they can be sent twice; large ones as they come, never past the limit."""

import asyncio
from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.types import Receive

from chassis.problem import Problem, TooLarge

BUFFERED = 256 * 1024
"""Bytes. A body announced to be no larger is read whole before an upstream is bothered."""
PATIENCE = 10.0
"""Seconds between two pieces of a body."""


class RequestTimeout(Problem):
    """The request's body did not arrive in time."""

    slug, status, title = "request-timeout", 408, "The request did not arrive in time"


class ClientGone(Exception):
    """The client closed the connection; nobody waits for an answer."""


class StreamedBody:
    """A body passed on piece by piece. `failure` says why it ended early, since an HTTP client hides that in an error of its own."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self.failure: Problem | ClientGone | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        while True:
            try:
                piece, more = await _next_piece(self._receive)
                size += len(piece)
                if size > self._limit:
                    raise _too_large(self._limit)
            except (Problem, ClientGone) as failure:
                self.failure = failure
                raise
            if piece:
                yield piece
            if not more:
                return


async def body_of(headers: Headers, receive: Receive, limit: int) -> bytes | StreamedBody | None:
    """The request's body, None when it has none. `limit` in bytes. Raises TooLarge, RequestTimeout, ClientGone."""
    announced = headers.get("content-length")
    if announced is None:
        return StreamedBody(receive, limit) if "transfer-encoding" in headers else None
    if not announced.isascii() or not announced.isdigit() or int(announced) > limit:
        raise _too_large(limit)
    if int(announced) > BUFFERED:
        return StreamedBody(receive, limit)
    return b"".join([piece async for piece in StreamedBody(receive, limit)])


async def _next_piece(receive: Receive) -> tuple[bytes, bool]:
    try:
        async with asyncio.timeout(PATIENCE):
            message = await receive()
    except TimeoutError:
        raise RequestTimeout from None
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message.get("body", b""), message.get("more_body", False)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"A request's body may have {limit} bytes.")
