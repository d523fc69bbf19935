"""`Idempotency-Key` on the gateway's own POSTs; what is secret in an answer is never kept."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency
from gateway.identity.actions import forget_answered_keys
from gateway.identity.callers import Caller

Make = Callable[[], Awaitable[tuple[Response, Response]]]
"""Does the work; returns the answer, and the answer as it may be kept."""


async def once(session: AsyncSession, caller: Caller, request: Request, make: Make) -> Response:
    """The answer of the work, or the one that was kept under the request's key. Raises IdempotencyKeyReused, and what `make` raises."""
    key = idempotency.key_of(request)
    organization_id = caller.identity.organization_id
    if key is not None:
        await forget_answered_keys(session)
        claim = await idempotency.claim(session, caller.identity, request, key)
        if claim.answer is not None:
            return claim.answer
    answer, kept = await make()
    if key is not None:
        await idempotency.keep(session, organization_id, key, kept)
    return answer
