"""Lists of a hundred records and single reads of project-svc in this process, request by request in turns with the same by hand on the same database.

Both answer the same JSON, or nothing is measured. The service's answers are whole: authority, routes, transaction, ETag.
"""

import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from bench.events.database import Prepared, prepared
from bench.project.asked import Client
from bench.project.by_hand import ByHand, connect
from bench.project.records import KINDS, RECORDS, Made, make
from bench.result import Result, compared
from bench.stack import Stack
from chassis.app import create_app
from chassis.health import Health
from chassis.identity import Identity, Signer, Verifier
from chassis.unit_of_work import Runtime
from contracts.vocabulary import OrganizationRole
from project_svc.application import PACKAGE, ROUTERS
from project_svc.conflicts import CONFLICTS

AUDIENCE = "project-svc"
LISTS, READS = 50, 100
"""Requests of each side. Other work on the machine comes and goes: what lies between two requests is the same for both, what lies between two rounds is not."""
RECORDS_READ = 10
WARM_UP = 4
MOST = 1.5
"""Times what the same takes by hand, and no more."""
TOP = {"project": "/projects", "shared_calendar": "/calendars", "job": "/jobs"}
"""Collections of the organisation."""
COPIES = {"baseline_task": "tasks", "baseline_line": "budget-lines"}
"""Lists inside a baseline."""
LISTED_ALONE = {*COPIES, "imposed_date"}
"""Kinds that no route reads one by one."""
COLLECTIONS = {kind.name: kind.collection for kind in KINDS} | {
    "outside_link": "outside-links",
    "imposed_date": "imposed-dates",
}
TABLES = (
    {"project": "projects", "shared_calendar": "shared_calendars", "job": "jobs"}
    | {name: collection.rpartition("/")[2].replace("-", "_") for name, collection in COLLECTIONS.items()}
    | {"budget_line": "budget_lines", "baseline_task": "baseline_tasks", "baseline_line": "baseline_lines"}
)

Answer = Callable[[int], Awaitable[bytes]]


class Different(Exception):
    """Both sides do not answer the same: there is nothing to compare then."""


async def measure(stack: Stack) -> list[Result]:
    """Milliseconds of wall time for one request, the processor's beside it in the note. Raises Different, Refused."""
    async with prepared(stack, PACKAGE) as service, _client(service) as (client, organization_id):
        made = await make(client, service, organization_id)
        pool = await connect(_plain(service))
        inside = dict.fromkeys(COPIES, UUID(made.ids["baseline"][0]))
        by_hand = ByHand(pool, organization_id, UUID(made.project_id), TABLES, await _fields(client, made), inside)
        await by_hand.prepare()
        pairs = [_list(kind, client, made, by_hand) for kind in TABLES]
        pairs += [_read(kind, client, made, by_hand) for kind in TABLES if kind not in LISTED_ALONE]
        different = [told for pair in pairs if (told := await _difference(pair))]
        if different:
            raise Different("\n".join(different))
        gc.collect()
        gc.freeze()  # what is there by now is there for good: to look at it before each round took longer than the rounds
        results = [await _compared(pair) for pair in pairs]
        gc.unfreeze()
        await pool.close()
    return results


def _plain(service: Prepared) -> str:
    """The URL that the service itself connects to, for the driver alone."""
    return service.application.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@asynccontextmanager
async def _client(service: Prepared) -> AsyncIterator[tuple[Client, UUID]]:
    """An admin of an organisation, at the service's application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_app(
        title="bench", description="", routers=ROUTERS, lifespan=lifespan, health=Health(), conflicts=CONFLICTS
    )
    key, organization_id = Ed25519PrivateKey.generate(), uuid7()
    app.state.runtime = Runtime(service.application, Verifier(key.public_key(), AUDIENCE))
    identity = Identity("bench", organization_id, frozenset({OrganizationRole.ADMIN}))
    token = Signer(key).issue(identity, AUDIENCE, lifetime=3600)
    yield Client(app, {"Authorization": f"Bearer {token}"}), organization_id


def _path(kind: str, made: Made) -> str:
    if kind in COPIES:
        return f"{made.path}/baselines/{made.ids['baseline'][0]}/{COPIES[kind]}"
    return TOP.get(kind) or f"{made.path}/{COLLECTIONS[kind]}"


async def _fields(client: Client, made: Made) -> dict[str, tuple[str, ...]]:
    found = {}
    for kind in TABLES:
        [record] = orjson.loads(await client.send("GET", _path(kind, made), query="limit=1"))["items"]
        found[kind] = tuple(record)
    return found


@dataclass(frozen=True)
class Pair:
    """The same question to both sides. times: how often it is asked."""

    name: str
    service: Answer
    by_hand: Answer
    times: int


def _list(kind: str, client: Client, made: Made, by_hand: ByHand) -> Pair:
    path = _path(kind, made)

    async def service(_: int) -> bytes:
        return await client.send("GET", path, query=f"limit={RECORDS}")

    async def beside(_: int) -> bytes:
        return await by_hand.page(kind)

    return Pair(f"project.list100.{kind}", service, beside, LISTS)


def _read(kind: str, client: Client, made: Made, by_hand: ByHand) -> Pair:
    path, ids = _path(kind, made), made.ids[kind]
    parsed = [UUID(each) for each in ids]

    async def service(number: int) -> bytes:
        return await client.send("GET", f"{path}/{ids[number]}")

    async def beside(number: int) -> bytes:
        return await by_hand.read(kind, parsed[number])

    return Pair(f"project.read.{kind}", service, beside, READS)


async def _difference(pair: Pair) -> str | None:
    """What the two sides do not say alike."""
    ours, theirs = orjson.loads(await pair.service(1)), orjson.loads(await pair.by_hand(1))
    if ours == theirs:
        return None
    if "items" in ours:
        ours, theirs = ours["items"][0], theirs["items"][0]
    names = [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)]
    return f"{pair.name}: {[(name, ours.get(name), theirs.get(name)) for name in names]}"


async def _compared(pair: Pair) -> Result:
    values: list[tuple[float, float]] = []
    references: list[tuple[float, float]] = []
    sides = [(pair.service, values), (pair.by_hand, references)]
    gc.collect()
    gc.disable()
    for number in range(-WARM_UP, pair.times):
        for answer, samples in sides if number % 2 else sides[::-1]:
            spent = await _spent(answer, number % RECORDS_READ)
            if number >= 0:
                samples.append(spent)
    gc.enable()
    cpu = median(value[1] for value in values), median(reference[1] for reference in references)
    note = f"the process's own time: {cpu[0]:.2f} beside {cpu[1]:.2f} ms, {cpu[0] / cpu[1]:.2f} x"
    return compared(
        pair.name, "ms", [value[0] for value in values], [reference[0] for reference in references], note, MOST
    )


async def _spent(answer: Answer, number: int) -> tuple[float, float]:
    """Milliseconds of wall time and of this process for one request."""
    wall, cpu = time.perf_counter(), time.process_time()
    await answer(number)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
