"""What the routes for live events run on, opened and closed with the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chassis.bus import Bus
from chassis.problem import Unavailable
from gateway.events.event_stream import StreamSettings
from gateway.events.hub import Hub, stopped
from gateway.events.limits import StreamLimits
from gateway.events.listener import CloseReason
from gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class LiveEvents:
    """`runtime.live`."""

    limits: StreamLimits
    told: StreamSettings
    connected_hub: Hub | None = None

    @property
    def hub(self) -> Hub:
        """The hub. Raises Unavailable in a gateway that was told of no NATS."""
        if self.connected_hub is None:
            raise Unavailable("This gateway has no connection to the event streams.")
        return self.connected_hub


@asynccontextmanager
async def following(settings: GatewaySettings) -> AsyncIterator[LiveEvents]:
    """Follow the streams until the block ends."""
    limits = StreamLimits(per_token=settings.streams_per_token, per_organization=settings.streams_per_organization)
    told = StreamSettings(
        heartbeat=settings.stream_heartbeat, most_age=settings.stream_age, send_timeout=settings.stream_send_timeout
    )
    if settings.nats_url is None:
        yield LiveEvents(limits, told)
        return
    bus = Bus(settings.nats_url, "gateway http", settings.nats_ca_file)
    hub = Hub(bus)
    bus.start()
    running = asyncio.create_task(hub.run())
    try:
        yield LiveEvents(limits, told, hub)
    finally:
        hub.close_all(CloseReason.SHUTDOWN)
        await stopped(running)
        await bus.close()
