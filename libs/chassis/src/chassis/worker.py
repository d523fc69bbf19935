"""The worker process of a service: publishes its outbox, follows the streams it needs, and ends in order within 5 seconds."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from chassis import streams
from chassis.arrivals import arrival_poke
from chassis.bus import Bus
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.declared import Declared
from chassis.health import Health, health_routes
from chassis.housekeeping import Housekeeping
from chassis.keys import owner_of
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.quarantine import dead_letter_stream
from chassis.relay import Relay, dead_letter_relay
from chassis.routes import routes_of
from chassis.schema import check_at_head
from chassis.settings import PREFIX, ServiceSettings
from chassis.work_queue import Work, WorkQueue, work_config, work_relay, work_stream
from contracts.subjects import Stream

PARTS_GRACE = 3.0  # for all of them together,
LEAST_GRACE = 0.5  # but for each of them at least this, whatever the others took
CLOSING_GRACE = 0.5

log = structlog.stdlib.get_logger(__name__)


class Part(Protocol):
    """A loop of the process. It beats `health` while it really runs, and survives whatever can be survived."""

    name: str

    async def run(self, health: Health) -> None:
        """Run until `stop`."""
        ...

    def stop(self) -> None:
        """Begin nothing new; `run` returns when what is in hand is finished."""
        ...


class Closing(Protocol):
    """Something to close at the very end."""

    async def close(self) -> None:
        """Close it; called once."""
        ...


def run_service(
    package: str,
    settings: ServiceSettings,
    *,
    writes: Stream,
    follows: Mapping[Stream, Projection],
    work: Callable[[Database], Work] | None = None,
    also: Callable[[Database], Sequence[Part]] | None = None,
) -> None:
    """Be the worker of `package` until SIGTERM or SIGINT: relay its outbox to the stream it writes, follow the streams it reads, do its work.

    work: what makes, of the database, that which does the pieces of work that the service asks for (`chassis.work_queue`).
    also: what makes, of the database, parts that only this service has.
    """
    if settings.relay_database_url is None:
        sys.stderr.write(f"settings: {PREFIX}RELAY_DATABASE_URL: a worker needs it\n")
        raise SystemExit(2)
    if settings.database_pooling != "session":
        sys.stderr.write(
            f"settings: {PREFIX}DATABASE_POOLING: a worker holds locks of a session, so it goes past poolers\n"
        )
        raise SystemExit(2)
    name = package.replace("_", "-")
    database = Database(settings.database_url, pool=settings.database_pool, application=f"{name} worker")
    bus = Bus(settings.nats_url, f"{name} worker", settings.nats_ca_file)
    kept = streams.stream_config(writes, replicas=settings.stream_replicas)
    relay = Relay(settings.relay_database_url, bus, writes, Poke(name, bus), kept)
    letters = dead_letter_relay(settings.relay_database_url, bus, name, replicas=settings.stream_replicas)
    overview = Database(settings.relay_database_url, pool=1, application=f"{name} worker overview")
    owners = {stream: owner_of(stream, settings, name) for stream in follows}

    def wake() -> None:
        relay.wake()
        letters.wake()

    working: list[Part] = [] if also is None else [*also(database)]
    configs = [kept, streams.dead_letter_config(name, replicas=settings.stream_replicas)]
    if work is not None:
        copies = settings.stream_replicas
        working.append(WorkQueue(bus, name, work(database), replicas=copies))
        working.append(work_relay(settings.relay_database_url, bus, name, replicas=copies))
        configs.append(work_config(name, replicas=copies))

    others = [dead_letter_stream(name), *([] if work is None else [work_stream(name)])]
    consumers = [
        Consumer(
            f"{name}-{stream.token}",
            stream,
            database,
            bus,
            projection,
            wake=wake,
            owner=owners[stream],
            overview=overview,
            arrived=arrival_poke(name, bus),
        )
        for stream, projection in follows.items()
    ]
    closing: list[Closing] = [*(owner for owner in owners.values() if owner is not None), bus, database, overview]

    async def at_head() -> None:
        await check_at_head(database, package)

    run_parts(
        [*working, *consumers, relay, letters, Housekeeping(overview, writes, others), Declared(bus, configs)],
        probes={"database": at_head, "nats": bus.check},
        closing=closing,
        host=settings.host,
        port=settings.health_port,
    )


def run_parts(
    parts: Sequence[Part],
    *,
    probes: Mapping[str, Callable[[], Awaitable[None]]],
    closing: Sequence[Closing],
    host: str,
    port: int,
) -> None:
    """Be a worker made of these parts until SIGTERM or SIGINT; on `port`, unless it is 0, it says how it is. Exit code 1 if a part failed."""
    health = Health()
    server = _Server(health, host, port) if port else None

    async def main() -> bool:
        gc.freeze()  # what was imported stays for good: collecting need not go through it again, which takes 50 ms and more
        watching = [asyncio.create_task(health.watch(what, check)) for what, check in probes.items()]
        try:
            return await run(parts, health=health, closing=closing, server=server)
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    if not uvloop.run(main()):
        raise SystemExit(1)


async def run(
    parts: Sequence[Part], *, health: Health, closing: Sequence[Closing] = (), server: "_Server | None" = None
) -> bool:
    """Run the parts until a signal; then stop them one after the other, and close what is to be closed, both in the order given.

    Returns False when a part ended by itself or did not end in time: the process should then say so with its exit code.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)  # also later, while ending: a second signal changes nothing
    probes = asyncio.create_task(server.serve()) if server else None
    tasks = {part.name: asyncio.create_task(part.run(health), name=part.name) for part in parts}
    health.started()
    signalled = asyncio.create_task(stop.wait())
    await asyncio.wait([signalled, *tasks.values()], return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    health.stopping()
    in_order = not _ended(tasks)
    deadline = loop.time() + PARTS_GRACE
    for part in parts:
        part.stop()
        in_order &= await _finish(tasks[part.name], deadline)
    for resource in closing:
        try:
            async with asyncio.timeout(CLOSING_GRACE):
                await resource.close()
        except Exception as error:  # noqa: BLE001  (the process ends anyway; say what would not close, close the rest)
            log.warning(
                "did not close in order", resource=type(resource).__name__, error=str(error) or type(error).__name__
            )
    if server is not None and probes is not None:
        server.should_exit = True
        await probes
    return in_order


def _ended(tasks: Mapping[str, "asyncio.Task[None]"]) -> list[str]:
    """The parts that ended though nobody asked them to."""
    ended = [name for name, task in tasks.items() if task.done()]
    for name in ended:
        log.critical("a part of the worker has ended", part=name, exc_info=tasks[name].exception())
    return ended


async def _finish(task: "asyncio.Task[None]", deadline: float) -> bool:
    """Wait for a part to end; cancel it at the deadline."""
    await asyncio.wait([task], timeout=max(deadline - asyncio.get_running_loop().time(), LEAST_GRACE))
    if task.done():
        return task.exception() is None
    log.warning("a part of the worker did not finish in time", part=task.get_name())
    task.cancel()
    await asyncio.wait([task])
    return False


class _Server(uvicorn.Server):
    """Probes and metrics of a worker. Signals are the worker's own business."""

    def __init__(self, health: Health, host: str, port: int) -> None:
        app = FastAPI(openapi_url=None)
        app.router.routes += routes_of([health_routes(health)])
        super().__init__(uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off"))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
