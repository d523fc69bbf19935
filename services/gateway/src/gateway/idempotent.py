"""`Idempotency-Key` on the gateway's own POSTs; what is secret in an answer is never kept."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency
from chassis.idempotency import Claim
from chassis.identity import Identity
from gateway.identity.actions import forget_answered_keys
from gateway.identity.callers import Caller

Make = Callable[[], Awaitable[tuple[Response, Response]]]
"""Does the work; returns the answer, and the answer as it may be kept."""


async def once(session: AsyncSession, caller: Caller, request: Request, make: Make) -> Response:
    """The answer of the work, or the one that was kept under the request's key. Raises IdempotencyKeyReused, and what `make` raises."""
    claim = await claimed(session, caller.identity, request)
    if claim is not None and claim.answer is not None:
        return claim.answer
    answer, kept = await make()
    if claim is not None:
        await idempotency.keep(session, caller.identity.organization_id, claim.key, kept)
    return answer


async def claimed(session: AsyncSession, identity: Identity, request: Request) -> Claim | None:
    """The request's key, claimed for this caller; None for a request without one. Raises IdempotencyKeyReused."""
    key = idempotency.key_of(request)
    if key is None:
        return None
    await forget_answered_keys(session)
    return await idempotency.claim(session, identity, request, key)
