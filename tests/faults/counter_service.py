"""The made-up service as a process that answers HTTP, and dies at its first commit: `python counter_service.py KEY_FILE never|before|after`."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import APIRouter, FastAPI

from chassis.app import create_app
from chassis.commands import serve
from chassis.database import Database
from chassis.health import Health
from chassis.identity import Verifier
from chassis.seats import Seat
from chassis.settings import ServiceSettings, load
from chassis.unit_of_work import CurrentIdentity, Runtime, Session, TransactionRoute
from contracts.permissions import Permission, Who
from counting import count

router = APIRouter(route_class=TransactionRoute)


@router.post("/counters/{counter_id}", status_code=201)
async def count_on(counter_id: UUID, session: Session, caller: CurrentIdentity) -> dict[str, int]:
    """Count to the next number."""
    return {"revision": await count(session, counter_id, caller.organization_id)}


def application(settings: ServiceSettings, key: Ed25519PublicKey) -> FastAPI:
    """One route, on the database of the tests."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.runtime = Runtime(
            Database(settings.database_url),
            Verifier(key, "counters"),
            permissions=lambda method, _: Permission("counter", method, Who(any_member=True), changes=True),
        )
        yield

    return create_app(title="Counters", description="", routers=[router], lifespan=lifespan, health=Health())


def die_at_commit(moment: str) -> None:
    """Be killed just before or just after the first commit."""
    commit = Seat.commit

    async def commit_and_die(seat: Seat) -> None:
        if moment == "after":
            await commit(seat)
        os.kill(os.getpid(), signal.SIGKILL)

    if moment != "never":
        Seat.commit = commit_and_die  # type: ignore[method-assign]  (sabotage)


if __name__ == "__main__":
    public_key = load_pem_public_key(Path(sys.argv[1]).read_bytes())
    assert isinstance(public_key, Ed25519PublicKey)
    die_at_commit(sys.argv[2])
    told = load(ServiceSettings)
    serve(application(told, public_key), told)
