"""A nudge from the processes that write to the relay that publishes: only ever a hint, the relay polls as well."""

from collections.abc import Callable
from contextlib import suppress

from nats import errors
from nats.aio.msg import Msg

from chassis.bus import Bus


class Poke:
    """Core NATS message `interlock.poke.<service>`, sent after a commit that wrote outbox rows."""

    def __init__(self, service: str, bus: Bus) -> None:
        self.subject = f"interlock.poke.{service}"
        self.bus = bus

    async def send(self) -> None:
        """Wake the relay; when NATS is away, do nothing: its next poll finds the rows."""
        if self.bus.client.is_connected:
            with suppress(errors.Error, OSError):
                await self.bus.client.publish(self.subject)

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` for every poke from now on, reconnects included. Waits for the first connection."""

        async def poked(_: Msg) -> None:
            wake()

        await self.bus.connected()
        await self.bus.client.subscribe(self.subject, cb=poked)
