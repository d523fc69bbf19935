"""The one NATS connection of a process: never gives up, never buffers what it cannot send, closes without waiting."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from string import whitespace

import structlog
from nats import errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.protocol.command import hpub_cmd, pub_cmd
from nats.protocol.parser import PERMISSIONS_ERR

REQUEST_TIMEOUT = 2.0
DENIED_FOR = 15.0
"""Seconds for which a refusal of the server counts. What is refused is tried again at least every few seconds, so it is said as long as it lasts."""

log = structlog.stdlib.get_logger(__name__)


class PlainClient(Client):
    """nats-py's client, with shorter ways for what is done thousands of times a second."""

    async def publish_plain(self, subject: str, payload: bytes, headers: Mapping[str, str], reply: str = "") -> None:
        """As `publish`, and without a buffer for when the server is away, for headers of the form that `Message` asks for.

        Cleaning headers takes the library most of its time.
        """
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if lines.count("\n") != len(headers) or lines.count("\r") != len(headers) or not self.is_connected:
            await self.publish(subject, payload, reply, dict(headers))  # cleans them, or says what is wrong
            return
        if len(payload) > self.max_payload:
            raise errors.MaxPayloadError
        await self._send_command(hpub_cmd(subject, reply, f"NATS/1.0\r\n{lines}\r\n".encode(), payload))
        if self._flush_queue is not None and self._flush_queue.empty():
            await self._flush_pending()

    async def acknowledge(self, messages: Iterable[Msg]) -> None:
        """As `ack` of each, in one piece. Raises errors.ConnectionClosedError when the server is away."""
        if not self.is_connected:
            raise errors.ConnectionClosedError
        await self._send_command(b"".join([pub_cmd(message.reply, "", b"") for message in messages]))
        if self._flush_queue is not None and self._flush_queue.empty():
            await self._flush_pending()

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        """As the library's, which looks at every character of every name, for a third of the time that reading an event takes."""
        headers: dict[str, str] = {}
        for line in raw.decode(errors="replace").split("\r\n"):
            written, colon, value = line.partition(":")
            if colon and (name := _name(written)):
                headers[name] = value.strip(whitespace)
        return headers


@lru_cache(maxsize=256)  # the same few names come thousands of times a second
def _name(written: str) -> str:
    """A header's name; empty for what can be none."""
    name = written.strip(whitespace)
    return name if name.isascii() and not any(character.isspace() for character in name) else ""


class Bus:
    """A NATS connection that is made in the background, so that a process starts whether or not the server is there."""

    def __init__(self, url: str, name: str, ca_file: Path | None = None) -> None:
        self.url = url
        self.name = name
        self._denied = ("", float("-inf"))
        self._tls = None if ca_file is None else ssl.create_default_context(cafile=ca_file)
        self.client = PlainClient()
        self._connecting: asyncio.Task[None] | None = None
        self._online = asyncio.Event()

    @property
    def jetstream(self) -> JetStreamContext:
        """JetStream's API over this connection; a request fails after 2 s."""
        return self.client.jetstream(timeout=REQUEST_TIMEOUT)

    def start(self) -> None:
        """Connect in the background, and keep trying until `close`."""
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect(), name=f"connect {self.name}")

    async def connected(self) -> None:
        """Wait until the connection is there, for the first time or again."""
        self.start()
        await self._online.wait()

    async def check(self) -> None:
        """One round trip to the server. Raises an error of `nats.errors` or TimeoutError when it is away, PermissionError when it has
        lately refused what this process has to do: its permissions are not those that were declared.
        """
        if not self.client.is_connected:
            raise errors.ConnectionClosedError
        await self.client.flush(2)
        refusal, at = self._denied
        if asyncio.get_running_loop().time() - at < DENIED_FOR:
            raise PermissionError(refusal)

    async def close(self, within: int = 2) -> None:
        """Flush and close. Not `drain`: it waits its whole timeout when a pull has been idle."""
        if self._connecting is None:
            return
        if not self._connecting.done():
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
            return  # nats-py cannot close what was never open
        with suppress(errors.Error, TimeoutError):
            await self.client.flush(within)
        with suppress(errors.Error, OSError):
            await self.client.close()

    async def _connect(self) -> None:
        await self.client.connect(
            self.url,
            name=self.name,
            tls=self._tls,
            max_reconnect_attempts=-1,  # the default closes the connection for good after 60
            reconnect_time_wait=1,
            connect_timeout=2,
            ping_interval=10,
            max_outstanding_pings=2,
            pending_size=0,  # a publish that was buffered through an outage would be stored once for each retry
            error_cb=self._told,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._reconnected,
        )
        self._online.set()

    async def _disconnected(self) -> None:
        self._online.clear()
        log.warning("nats disconnected", connection=self.name)

    async def _reconnected(self) -> None:
        self._online.set()
        log.info("nats reconnected", connection=self.name)

    async def _told(self, error: Exception) -> None:
        reason = str(error) or type(error).__name__
        log.warning("nats error", connection=self.name, error=reason)
        if PERMISSIONS_ERR in reason:
            self._denied = (reason, asyncio.get_running_loop().time())
