"""Which headers cross the gateway, and in what form."""

from collections.abc import Iterable

from gateway.http1 import RawHeaders

FROM_CLIENT = frozenset(
    {
        b"accept",
        b"accept-language",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
        b"interlock-after",
        b"prefer",
        b"tracestate",
        b"user-agent",
    }
)
"""What a client may tell a service; anything else, credentials above all, ends here."""

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""RFC 9110, 7.6.1: they belong to one connection."""

OURS = frozenset({b"date", b"server", b"traceresponse"})
"""The gateway sets them itself."""

DROPPED = HOP_BY_HOP | OURS


def for_upstream(client: Iterable[tuple[bytes, bytes]], ours: RawHeaders) -> RawHeaders:
    """The client's headers that a service gets, then ours."""
    return [header for header in client if header[0] in FROM_CLIENT] + ours


def for_client(upstream: RawHeaders, prefix: bytes) -> RawHeaders:
    """A service's headers (names in lower case) as the client gets them; a `Location` on this host is put under `prefix`."""
    dropped = DROPPED | _named_by_connection(upstream)
    return [
        (name, _located(value, prefix) if name == b"location" else value)
        for name, value in upstream
        if name not in dropped
    ]


def _named_by_connection(headers: RawHeaders) -> frozenset[bytes]:
    return frozenset(
        token.strip().lower() for name, value in headers if name == b"connection" for token in value.split(b",")
    )


def _located(value: bytes, prefix: bytes) -> bytes:
    return prefix + value if value.startswith(b"/") and not value.startswith(b"//") else value
