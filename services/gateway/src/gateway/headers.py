"""Which headers cross the gateway, and in what form."""

from collections.abc import Iterable, Mapping

FROM_CLIENT = frozenset(
    {
        "accept",
        "accept-language",
        "content-length",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "interlock-after",
        "prefer",
        "tracestate",
        "user-agent",
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

OURS = frozenset({b"date", b"server"})
"""The gateway's own server sets them."""

RawHeaders = list[tuple[bytes, bytes]]


def for_upstream(client: Iterable[tuple[bytes, bytes]], ours: Mapping[str, str]) -> list[tuple[str, str]]:
    """The client's headers that a service gets, then ours."""
    passed = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in client]
    return [*((name, value) for name, value in passed if name in FROM_CLIENT), *ours.items()]


def for_client(upstream: Iterable[tuple[bytes, bytes]], prefix: bytes) -> RawHeaders:
    """A service's headers as the client gets them; a `Location` on this host is put under `prefix`."""
    lowered = [(name.lower(), value) for name, value in upstream]
    dropped = HOP_BY_HOP | OURS | _named_by_connection(lowered)
    return [
        (name, _located(value, prefix) if name == b"location" else value)
        for name, value in lowered
        if name not in dropped
    ]


def _named_by_connection(headers: RawHeaders) -> frozenset[bytes]:
    return frozenset(
        token.strip().lower() for name, value in headers if name == b"connection" for token in value.split(b",")
    )


def _located(value: bytes, prefix: bytes) -> bytes:
    return prefix + value if value.startswith(b"/") and not value.startswith(b"//") else value
