"""What a request says of itself to the audit log: told to the database, whose triggers note what the gateway changes."""

from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Scope
from uuid_utils.compat import uuid7

from chassis.tracing import trace_id, traceparent
from contracts.provenance import Provenance
from gateway.audit.entries import append
from gateway.audit.origins import kind_of, origin_of
from gateway.finishing import request_id
from gateway.tables import now

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_AGENT = 256

_REQUEST = "gateway.audit.request"
_TELL = sa.text("SELECT set_config('interlock.request', :told, true)")


def provenance_of(scope: Scope) -> Provenance:
    """From where a request came to the gateway."""
    client = scope.get("client")
    agent: bytes | None = next((value for name, value in scope["headers"] if name == b"user-agent"), None)
    return Provenance(
        address=None if client is None else client[0],
        user_agent=None if agent is None else agent.decode("latin-1")[:LONGEST_AGENT],
        request_id=request_id(scope).decode(),
    )


async def attribute(session: AsyncSession, actor: str, provenance: Provenance | None = None) -> None:
    """What the transaction changes goes back to `actor`, who came with and from what `provenance` says."""
    origin = origin_of(kind_of(actor, provenance), provenance)
    credential = None if provenance is None else provenance.credential
    trace = trace_id() if traceparent() is not None else None
    request = {"actor": actor, "credential": credential, "origin": origin, "trace_id": trace}
    session.info[_REQUEST] = request
    await session.execute(_TELL, {"told": orjson.dumps(request).decode()})


async def note(
    session: AsyncSession, organization_id: UUID, action: str, record: str, record_id: UUID, **after: Any
) -> None:
    """Enter in the log what no trigger sees; in the name of whom the transaction was attributed to."""
    told = {
        "id": uuid7(),
        "occurred_at": now(),
        "action": action,
        "record": record,
        "record_id": record_id,
        "before": None,
        "after": after,
        "caused_by": None,
        "revision": None,
    }
    await append(session, organization_id, [orjson.dumps(told | session.info[_REQUEST], default=str).decode()])
