"""A client's request body: small ones whole, so that they can be sent twice; large ones as they come, never past the limit."""

import asyncio
from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.types import Receive

from chassis.problem import Problem, TooLarge

BUFFERED = 256 * 1024
"""Bytes. So much of a body is read before an upstream is bothered: nearly every body is whole by then."""
PATIENCE = 10.0
"""Seconds between two pieces of a body."""
WITHIN = 30.0
"""Seconds in which a body that is read whole must have come."""


class RequestTimeout(Problem):
    """The request's body did not arrive in time."""

    slug, status, title = "request-timeout", 408, "The request did not arrive in time"


class ClientGone(Exception):
    """The client closed the connection; nobody waits for an answer."""


async def client_gone(receive: Receive) -> None:
    """Wait until the client has closed the connection, or the answer is complete."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def body_of(headers: Headers, receive: Receive, limit: int) -> tuple[bytes | AsyncIterator[bytes], int | None]:
    """The request's body and its announced length. `limit` in bytes. Raises TooLarge, RequestTimeout, ClientGone, now or on the way."""
    announced = headers.get("content-length")
    if announced is None:
        if "transfer-encoding" not in headers:
            return b"", None
        return await _begun(_pieces(receive, limit))
    if not announced.isascii() or not announced.isdigit() or int(announced) > limit:
        raise _too_large(limit)
    if int(announced) > BUFFERED:
        return _pieces(receive, limit), int(announced)
    return await _begun(_pieces(receive, limit))


async def _begun(pieces: AsyncIterator[bytes]) -> tuple[bytes | AsyncIterator[bytes], int | None]:
    """A body that is whole, with its length, or what there is of it with what comes after that. Raises RequestTimeout."""
    come: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(WITHIN):
            async for piece in pieces:
                come.append(piece)
                size += len(piece)
                if size > BUFFERED:
                    return _followed(b"".join(come), pieces), None
    except TimeoutError:
        raise RequestTimeout from None
    return b"".join(come), size


async def _followed(begin: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield begin
    async for piece in pieces:
        yield piece


async def _pieces(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    size, more = 0, True
    while more:
        piece, more = await _next_piece(receive)
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        if piece:
            yield piece


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
