"""Told when the picture has moved on: whoever waits for it looks again at once, instead of every few milliseconds."""

import asyncio
from contextlib import suppress

from chassis.bus import Bus
from chassis.poke import Poke

POLL = 0.010
SELDOM = 0.050
"""Seconds between two looks where a poke should come first: one may get lost."""


def arrival_poke(service: str, bus: Bus) -> Poke:
    """What the consumers of a service send after each commit."""
    return Poke(f"{service}.arrivals", bus)


class Arrivals:
    """`run` listens while others `wait`."""

    def __init__(self, service: str, bus: Bus) -> None:
        self._poke = arrival_poke(service, bus)
        self._next = asyncio.Event()
        self._is_listening = False

    async def run(self) -> None:
        """Begin to listen, as soon as the bus is there."""
        await self._poke.listen(self._arrived)
        self._is_listening = True

    @property
    def next(self) -> asyncio.Event:
        """Set by the next arrival. Take it before you look, or you may miss what comes in between."""
        return self._next

    @property
    def patience(self) -> float:
        """Seconds after which to look again whatever has been heard."""
        return SELDOM if self._is_listening and self._poke.bus.client.is_connected else POLL

    async def wait(self, arrival: asyncio.Event, at_most: float) -> None:
        """Return at this arrival, or when it is time to look again; after `at_most` seconds in any case."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(self.patience, at_most)):
                await arrival.wait()

    def _arrived(self) -> None:
        self._next.set()
        self._next = asyncio.Event()
