"""The made-up service's worker as a process, and the run without any fault that every other one is compared with."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from uuid import UUID

from sqlalchemy import text
from waiting import eventually

import counting
from chassis.database import Database
from counting import PICTURE, Written, canonical, count

WITHIN = 60.0
"""Seconds in which a worker that nobody disturbs has certainly told and drawn everything."""

WORKER = """
    import asyncio, os, signal, sys, time
    from counting import Counted, see
    from chassis import backlog, consumer, streams, worker
    from chassis.projection import Projection
    from chassis.settings import ServiceSettings, load
    from contracts.subjects import Stream

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    {sabotage}
    follows = {{Stream.PROJECT: Projection({{Counted.event_type(): see}})}}
    worker.run_service("messaging_svc", load(ServiceSettings), writes=Stream.PROJECT, follows=follows)
"""

_APPLIED = text("SELECT id, revision FROM boundary_positions WHERE position = positions AND id = ANY(:ids)")
_DRAWN = text(f"{PICTURE} WHERE id = ANY(:ids) ORDER BY id")


class NotUndisturbed(Exception):
    """The run without any fault does not come to its end: nothing can be compared with it."""


def start_worker(database_url: str, relay_url: str, nats_url: str, sabotage: str = "") -> subprocess.Popen[bytes]:
    """Start the worker; `sabotage` is done before it begins."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(counting.__file__).parent),
        "INTERLOCK_DATABASE_URL": database_url,
        "INTERLOCK_RELAY_DATABASE_URL": relay_url,
        "INTERLOCK_NATS_URL": nats_url,
        "INTERLOCK_AUTH_PUBLIC_KEY_FILE": "unused",
    }
    script = dedent(WORKER).format(sabotage=dedent(sabotage))
    return subprocess.Popen([sys.executable, "-c", script], env=environment)


class Undisturbed:
    """Lives through the histories of other services, each boundary once."""

    def __init__(self, url: str, owner_url: str) -> None:
        self._url, self._owner_url = url, owner_url
        self._reached: dict[UUID, int] = {}

    async def live_through(self, history: Sequence[Written]) -> bytes:
        """Write what is new of it, and wait until all is told and drawn. Returns the picture of its boundaries. Raises NotUndisturbed."""
        new = [each for each in history if each.revision > self._reached.get(each.boundary_id, 0)]
        async with _connected(self._url) as database:
            for organization_id in {each.organization_id for each in new}:
                async with database.transaction(organization_id) as session:
                    for boundary_id, whose, revision, numbers, filling in new:
                        if whose == organization_id:
                            written = await count(session, boundary_id, whose, numbers, filling=filling)
                            assert written == revision, "the history has a gap"
        self._reached |= {each.boundary_id: each.revision for each in history}
        last = {each.boundary_id: each.revision for each in history}
        async with _connected(self._owner_url) as owner:

            async def has_applied() -> bool:
                async with owner.transaction() as session:
                    rows = await session.execute(_APPLIED, {"ids": list(last)})
                    return {row.id: row.revision for row in rows} == last

            try:
                await eventually(has_applied, within=WITHIN)
            except TimeoutError:
                raise NotUndisturbed(f"{len(last)} boundaries were not told and drawn within {WITHIN:g} s") from None
            async with owner.transaction() as session:
                return canonical([tuple(row) for row in await session.execute(_DRAWN, {"ids": list(last)})])


@asynccontextmanager
async def _connected(url: str):
    """Anew each time: a fault may have cut the connections of the time before."""
    database = Database(url, pool=1)
    try:
        yield database
    finally:
        await database.close()
