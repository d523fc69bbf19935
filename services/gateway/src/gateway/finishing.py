"""What every answer of the gateway has, whoever made it: a request id, and what keeps browsers from misusing it."""

import re
from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.tracing import trace_id

REQUEST_ID = b"x-request-id"
RATES = "gateway.rates"
"""Where a request's scope keeps the `RateLimit` headers of its answer, once it was let in."""
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")

SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""On every answer. Browsers take `Strict-Transport-Security` from encrypted connections alone."""
PRIVATE = (b"cache-control", b"private, no-cache")
"""An answer is its caller's alone, and is asked about again (`If-None-Match`) before it is shown a second time."""
NOTHING_RUNS = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
OF_DOCUMENTATION = (
    b"content-security-policy",
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'",
)


ALLOWED = (
    *(
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Interlock-After",
        "Interlock-Organization",
    ),
    *("Last-Event-ID", "Prefer", "Traceparent", "X-Request-Id"),
)
EXPOSED = (
    *("ETag", "Location", "Interlock-Position", "Idempotency-Replayed", "RateLimit", "RateLimit-Policy", "Retry-After"),
    *("Traceresponse", "X-Request-Id"),
)


def cors(origins: Sequence[str]) -> Middleware:
    """What lets pages of these origins call the API. No cookies are involved, so none are allowed."""
    methods = ("GET", "POST", "PATCH", "DELETE")
    return Middleware(
        CORSMiddleware, allow_origins=origins, allow_methods=methods, allow_headers=ALLOWED, expose_headers=EXPOSED
    )


class Finishing:
    """Pure ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def finished(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _finished(scope, message.get("headers", ()))
            await send(message)

        await self._app(scope, receive, finished)


def _finished(scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    policy = OF_DOCUMENTATION if scope["path"] == "/docs" else NOTHING_RUNS
    ours = [(REQUEST_ID, request_id(scope)), policy, *SECURITY, *scope.get(RATES, ())]
    if not any(name.lower() == b"cache-control" for name, _ in headers):
        ours.append(PRIVATE)
    return [*headers, *ours]


def request_id(scope: Scope) -> bytes:
    """The client's own, if it is fit to be repeated; else the trace's."""
    told: bytes | None = next((value for name, value in scope["headers"] if name == REQUEST_ID), None)
    return told if told is not None and _REQUEST_ID.fullmatch(told) else trace_id().encode()
