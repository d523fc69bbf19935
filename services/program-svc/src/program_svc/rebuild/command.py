"""`python -m program_svc rebuild`."""

import asyncio
from collections.abc import Callable

from chassis.bus import Bus
from chassis.keys import owner_of
from chassis.rebuilding import NotRebuilt, Rebuild
from chassis.settings import ServiceSettings
from chassis.sources import Source
from contracts.subjects import Stream
from program_svc.consumers import CONSUMER, replica_alone
from program_svc.rebuild.derived import Programs


async def rebuild(settings: ServiceSettings, source: Source, patience: float, say: Callable[[str], None]) -> None:
    """Make the replica and all that follows from it anew. Raises NotRebuilt; then nothing has changed."""
    bus = Bus(settings.nats_url, "program-svc rebuild", settings.nats_ca_file)
    owner = owner_of(Stream.PROJECT, settings, "program-svc")
    try:
        async with asyncio.timeout(patience):
            await bus.connected()
            work = Rebuild(
                CONSUMER, Stream.PROJECT, bus, settings.database_url, replica_alone(), Programs(), owner, say
            )
            await work.run(source)
    except TimeoutError:
        raise NotRebuilt(f"it was not done after {patience:.0f} s") from None
    finally:
        await bus.close()
        if owner is not None:
            await owner.close()
