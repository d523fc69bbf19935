"""Streams stay as they are declared: what has drifted fails readiness, with a line that says what, until it is corrected."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from nats.js.api import StreamConfig
from nats.js.errors import APIError, NotFoundError
from prometheus_client import Gauge

from chassis.bus import Bus
from chassis.health import Health
from chassis.streams import drifted

LOOK_EVERY = 5.0

DRIFTED = Gauge("interlock_stream_drifted", "1 while the stream's configuration is not as it must be", ["stream"])

log = structlog.stdlib.get_logger(__name__)


class Declared:
    """A part of the worker: looks at the streams that its service writes, corrects what drifted, and looks again before it says that all is well."""

    name = "declared streams"

    def __init__(self, bus: Bus, configs: Sequence[StreamConfig]) -> None:
        self._bus = bus
        self._configs = configs
        self._stopping = asyncio.Event()

    async def run(self, health: Health) -> None:
        """Look until `stop`."""
        while not self._stopping.is_set():
            health.beat(self.name)
            for config in self._configs if self._bus.client.is_connected else ():
                try:
                    await self._look(config, health)
                except Exception as error:  # noqa: BLE001  (whatever it is, the next look may know; that the server is away is said elsewhere)
                    log.warning("stream not looked at", stream=config.name, reason=str(error) or repr(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._stopping.wait()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    async def _look(self, config: StreamConfig, health: Health) -> None:
        condition = f"stream {config.name}"
        try:
            present = await self._bus.jetstream.stream_info(str(config.name))
        except NotFoundError:
            return  # its relay makes it
        drift = drifted(config, present.config)
        DRIFTED.labels(config.name).set(drift is not None)
        if drift is None:
            health.recover(condition)
            return
        health.fail(condition, drift)
        try:
            await self._bus.jetstream.update_stream(config)
        except APIError as error:
            health.fail(condition, f"{drift}; the server refuses to correct it: {error.description}")
