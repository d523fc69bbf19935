"""Where a delivery may go: to public addresses, and to networks that the operator allows by name. Looked up once; what was checked is dialled."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 2000
_TRANSLATED = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
"""NAT64, 6to4 and Teredo: an IPv6 address that leads to an IPv4 one."""


class AddressRefused(Exception):
    """The URL is none of ours to call, or its name leads where no delivery may go; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to dial, and what to say there."""

    addresses: tuple[str, ...]
    """In the order in which they are to be tried."""
    port: int
    host: str
    """Of the URL: for SNI and the certificate."""
    authority: bytes
    """For the `Host` header."""
    path: bytes
    is_tls: bool


class AddressGuard:
    """`allowed`: networks besides the public ones; only there may a URL be plain http."""

    def __init__(self, allowed: Sequence[IPNetwork] = ()) -> None:
        self._allowed = tuple(allowed)

    def check(self, url: str) -> SplitResult:
        """What can be said of a URL without looking its name up. Raises AddressRefused."""
        if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or any(c in url for c in ' "<>\\^`{|}'):
            raise AddressRefused(
                f"A URL has at most {LONGEST_URL} printable ASCII characters, quoted as RFC 3986 says."
            )
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
            (host or "").encode("idna")  # as whoever looks it up does: not every text is a name
        except ValueError as error:
            raise AddressRefused(f"Not a URL: {error}.") from error
        if parts.scheme != "https" and not (parts.scheme == "http" and self._allowed):
            raise AddressRefused("The URL must begin with https://.")
        if not host or parts.username is not None or parts.password is not None or "#" in url:
            raise AddressRefused("The URL needs a host, and has no user, password or fragment.")
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            return parts
        self._check_address(literal, parts.scheme)
        return parts

    async def resolve(self, url: str) -> Target:
        """Look the name up, once. Raises AddressRefused if any of its addresses is forbidden, OSError when it has none."""
        parts = self.check(url)
        host = parts.hostname or ""
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(where[0]) for *_, where in found]
        for address in addresses:
            self._check_address(address, parts.scheme)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(tuple(map(str, addresses)), port, host, parts.netloc.encode(), path.encode(), is_tls)

    def _check_address(self, address: IPAddress, scheme: str) -> None:
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if any(address in network for network in self._allowed):
            return
        if not _is_public(address):
            raise AddressRefused(f"{address} is not a public address.")
        if scheme != "https":
            raise AddressRefused("The URL must begin with https://.")


def _is_public(address: IPAddress) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return not address.is_site_local and not any(address in network for network in _TRANSLATED)
    return True
