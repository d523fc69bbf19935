"""The gateway's worker process: turns the streams into webhook deliveries, and delivers them."""

import sys

from chassis import commands, settings
from chassis.bus import Bus
from chassis.database import Database
from chassis.schema import check_at_head
from chassis.settings import PREFIX
from chassis.worker import run_parts
from contracts.subjects import Stream
from gateway.settings import WorkerSettings
from gateway.webhooks.dispatch import Dispatcher
from gateway.webhooks.fanout import Fanout
from gateway.webhooks.sender import Sender
from gateway.webhooks.tools import tools_of


def run() -> None:
    """Work until SIGTERM."""
    told = settings.load(WorkerSettings)
    commands.configure("gateway", told)
    found = tools_of(told).found
    if found is None:
        sys.stderr.write(f"settings: {PREFIX}WEBHOOK_KEY_FILE: a worker needs it\n")
        raise SystemExit(2)
    database = Database(told.database_url, pool=told.database_pool, application="gateway worker")
    overview = Database(told.relay_database_url, pool=2, application="gateway worker overview")
    bus = Bus(told.nats_url, "gateway worker", told.nats_ca_file)
    dispatcher = Dispatcher(database, overview, found.seal, Sender(found.guard))
    fanouts = [Fanout(stream, database, bus, dispatcher.wake) for stream in Stream]

    async def at_head() -> None:
        await check_at_head(database, "gateway")

    run_parts(
        [*fanouts, dispatcher],
        probes={"database": at_head, "nats": bus.check},
        closing=[bus, database, overview],
        host=told.host,
        port=told.health_port,
    )
