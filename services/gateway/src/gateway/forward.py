"""Forwarding, as plain ASGI: a request under a forwarded prefix goes to its service, and its answer comes back byte for byte.

FastAPI's routing, validation and dependencies would cost more than the whole rest of the gateway here, and have nothing to decide.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import failures
from chassis.app import MAX_BODY
from chassis.problem import NotFound, Problem
from chassis.uploads import MAX_UPLOAD
from contracts.provenance import HEADER
from gateway import headers
from gateway.admission import admit
from gateway.audit.requests import SAFE_METHODS, provenance_of
from gateway.http1 import Answer
from gateway.identity.callers import Caller
from gateway.request_body import ClientGone, body_of, client_gone
from gateway.runtime import Runtime
from gateway.upstreams import Outgoing, Upstream

PREFIX = "/v1"
BEGINNING = PREFIX.encode() + b"/"
PROVENANCE = HEADER.lower().encode()
LARGER = {"imports": MAX_UPLOAD}
"""Bytes of a body, by the first path segment, where it may be larger than MAX_BODY."""
WHOLE = 256 * 1024
"""Bytes. An answer announced to be no larger is read whole, so that a service that dies in the middle of it is still a clean 502."""

COMBINED = frozenset({("programs", "overview")})
"""`/v1/<first>/{id}/<second>` that the gateway answers itself, from several requests."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What a forwarded request is counted as; stands where a route of our own would."""

    path: str


class Forwarding:
    """Pure ASGI middleware: forwards the paths whose first segment after `/v1/` an upstream has, leaves the others to `app`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        segment = forwarded_segment(scope)
        if segment is None:
            await self._app(scope, receive, send)
            return
        runtime: Runtime = scope["app"].state.runtime
        upstream = runtime.table.get(segment)
        if upstream is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = Forwarded(f"{PREFIX}/{segment}/…")
        try:
            await _forward(runtime, upstream, LARGER.get(segment, MAX_BODY), scope, receive, send)
        except Problem as problem:
            await failures.render(problem)(scope, receive, send)
        except ClientGone:
            log.info("the client went away", path=scope["path"])


def forwarded_segment(scope: Scope) -> str | None:
    """The first path segment after `/v1/`; None when the request is for the gateway itself."""
    if scope["type"] != "http":
        return None
    segments = scope["path"].split("/", 5)
    if len(segments) < 3 or segments[1] != "v1":
        return None
    if len(segments) == 5 and (segments[2], segments[4]) in COMBINED:
        return None
    return str(segments[2])


async def _forward(runtime: Runtime, upstream: Upstream, most: int, scope: Scope, receive: Receive, send: Send) -> None:
    client, callers = Headers(scope=scope), runtime.callers
    caller = await admit(runtime, scope)
    ours = callers.headers_for(caller, upstream.name)
    if scope["method"] not in SAFE_METHODS:
        ours.append((PROVENANCE, provenance_of(scope).header().encode()))
    body, length = await body_of(client, receive, most)
    request = Outgoing(
        method=scope["method"],
        target=_target(scope),
        headers=headers.for_upstream(scope["headers"], ours),
        body=body,
        length=length,
        is_keyed=scope["method"] == "POST" and "idempotency-key" in client,
    )
    with ExitStack() as places:
        if not isinstance(body, bytes):
            _take_place(runtime, caller, upstream, places)
        async with upstream.exchange(request) as answer:
            start = _start_of(answer)
            length = answer.length
            if length is None or length > WHOLE:
                if isinstance(body, bytes):
                    _take_place(runtime, caller, upstream, places)
                await _pass_on(answer, start, upstream.deadline, receive, send)
                return
            whole = await answer.read(upstream.deadline)
    # The connection to the service is free again, however long the client takes to read.
    await send(start)
    await send({"type": "http.response.body", "body": whole})


def _take_place(runtime: Runtime, caller: Caller, upstream: Upstream, places: ExitStack) -> None:
    """For what goes through in pieces. Raises TooManyTransfers or UpstreamBusy."""
    places.enter_context(runtime.transfers.of_token(caller))
    places.enter_context(runtime.transfers.to(upstream))


def _target(scope: Scope) -> bytes:
    """Path and query as the service gets them. Raises NotFound for a prefix that is ours only once it is unquoted: what is left would be another path."""
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    if not path.startswith(BEGINNING):
        raise NotFound
    path = path[len(BEGINNING) - 1 :]
    return path + b"?" + query if query else path


def _start_of(answer: Answer) -> Message:
    return {
        "type": "http.response.start",
        "status": answer.status,
        "headers": headers.for_client(answer.headers, PREFIX.encode()),
    }


async def _pass_on(answer: Answer, start: Message, patience: float, receive: Receive, send: Send) -> None:
    """An answer in pieces, as it comes and as the client reads it; `gateway.connection` drops one that does not read."""
    await send(start)
    # From here on an upstream that breaks off can only be told by breaking off as well: the error goes up to the server.
    # Sending to a client that has gone does nothing and says nothing: without a watch, the rest would be read for nobody.
    gone = asyncio.create_task(client_gone(receive))
    try:
        async for piece in answer.pieces(patience):
            if gone.done():
                raise ClientGone
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        await asyncio.wait([gone])  # nothing of ours outlives the request
