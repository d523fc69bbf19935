"""What the gateway's requests run on, opened and closed with the process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chassis.database import Database
from chassis.identity import Signer
from contracts.tokens import PROGRAM_SERVICE, PROJECT_SERVICE
from gateway.events.hub import stopped
from gateway.events.live_events import LiveEvents, following
from gateway.gcra import Rate
from gateway.identity.announcements import listen
from gateway.identity.callers import Callers
from gateway.oidc.issuer import Issuer
from gateway.rates import Rates
from gateway.settings import GatewaySettings
from gateway.strangers import Strangers
from gateway.transfers import Transfers
from gateway.upstreams import Upstream
from gateway.webhooks.tools import Webhooks, tools_of

PROJECT_SEGMENTS = ("projects", "calendars", "jobs", "imports", "work-list")
PROGRAM_SEGMENTS = (
    *("programs", "portfolios", "dependencies", "proposals"),
    *("goals", "key-results", "alignments", "alignment"),
)


@dataclass(frozen=True, slots=True)
class Runtime:
    """`app.state.runtime`."""

    database: Database
    callers: Callers
    project: Upstream
    program: Upstream
    table: Mapping[str, Upstream]
    """The first path segment after `/v1/` → the service that has it."""
    rates: Rates
    strangers: Strangers
    transfers: Transfers
    live: LiveEvents
    webhooks: Webhooks


@asynccontextmanager
async def running(settings: GatewaySettings, signer: Signer) -> AsyncIterator[Runtime]:
    """Connections to the database and the upstreams, until the block ends."""
    database = Database(settings.database_url, pool=settings.database_pool, application="gateway")
    connections, deadline = settings.upstream_connections, settings.deadline
    project = Upstream(PROJECT_SERVICE, settings.project_url, connections=connections, deadline=deadline)
    program = Upstream(PROGRAM_SERVICE, settings.program_url, connections=connections, deadline=deadline)
    table = dict.fromkeys(PROJECT_SEGMENTS, project) | dict.fromkeys(PROGRAM_SEGMENTS, program)
    issuer = Issuer.of(settings)
    callers = Callers(database, signer, issuer)
    rates = Rates(
        database,
        Rate(settings.token_rate, settings.token_burst),
        Rate(settings.organization_rate, settings.organization_burst),
    )
    strangers = Strangers(Rate(settings.stranger_rate, settings.stranger_burst))
    transfers = Transfers(per_token=settings.transfers_per_token, per_upstream=max(1, connections * 3 // 4))
    listening = asyncio.create_task(listen(settings.database_url, callers), name="listen for changes of authority")
    try:
        async with following(settings) as live:
            yield Runtime(
                database, callers, project, program, table, rates, strangers, transfers, live, tools_of(settings)
            )
    finally:
        await stopped(listening)
        if issuer is not None:
            await issuer.close()
        project.close()
        program.close()
        await database.close()
