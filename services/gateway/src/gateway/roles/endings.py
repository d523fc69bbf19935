"""Roles end with what they were held in, as the worker reads from the streams that it was deleted."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.provenance import HEADER, Provenance
from gateway.audit.origins import OURSELVES
from gateway.audit.requests import attribute
from gateway.events.live_event import LiveEvent
from gateway.identity.models import RoleGrant, Within

DELETED = "deleted"
PLACES = frozenset(Within)


async def end_roles(session: AsyncSession, events: Sequence[LiveEvent]) -> None:
    """Take back the roles in every program and project that these events, of the session's organisation, say is deleted."""
    for event in events:
        if event.happened == DELETED and event.record in PLACES:
            came = Provenance.following(event.headers.get(HEADER), f"events/{event.envelope.id}")
            await attribute(session, OURSELVES, came)
            held = sa.delete(RoleGrant).where(
                col(RoleGrant.within) == Within(event.record), col(RoleGrant.boundary_id) == event.boundary_id
            )
            await session.execute(held)
