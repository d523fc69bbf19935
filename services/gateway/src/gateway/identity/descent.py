"""Tokens that were made with tokens: none is good for longer than the one that it came from."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.problem import InvalidRequest, Unauthenticated, invalid
from gateway.identity.callers import Caller
from gateway.identity.models import ApiToken

USUAL_LIFE = timedelta(days=90)
"""Of a token of which it is not said how long it is to be good."""
LONGEST_LIFE = timedelta(days=366 * 10)


async def origin_of(session: AsyncSession, caller: Caller) -> ApiToken | None:
    """The API token that the caller came with, which stays as it is until the transaction ends; None for who came with an access token.

    Raises Unauthenticated for one that was revoked a moment ago.
    """
    if caller.person is not None:
        return None
    token = await session.get_one(ApiToken, caller.credential_id, with_for_update={"read": True})
    if token.revoked_at is not None:
        raise Unauthenticated
    return token


def expiry(asked: datetime | None, *, is_asked: bool, origin: ApiToken | None, at: datetime) -> datetime | None:
    """When a new token expires; None for never. is_asked: whether it was said, be it never.

    Only a token that never expires makes one that never expires. Raises InvalidRequest.
    """
    latest = at + LONGEST_LIFE if origin is None or origin.expires_at is None else origin.expires_at
    if not is_asked:
        return min(at + USUAL_LIFE, latest)
    if asked is None:
        if origin is None or origin.expires_at is not None:
            raise _bad_expiry("Only a token that never expires makes one that never expires: say when.")
        return None
    if not at < asked <= latest:
        raise _bad_expiry(
            "A token expires in the future, within ten years, and no later than the token that it is made with."
        )
    return asked


def _bad_expiry(message: str) -> InvalidRequest:
    return invalid("/expires_at", "expiry", message)


async def revoke_with_descent(session: AsyncSession, which: sa.Select[UUID], at: datetime) -> None:
    """Let nobody in from here on with these tokens (by id), nor with any that was made with one of them, or with one of those."""
    made = which.cte("made", recursive=True)
    made = made.union(sa.select(col(ApiToken.id)).where(col(ApiToken.made_with) == made.c.id))
    revoked = sa.update(ApiToken).where(col(ApiToken.id).in_(sa.select(made.c.id)), col(ApiToken.revoked_at).is_(None))
    await session.execute(revoked.values(revoked_at=at, revision=col(ApiToken.revision) + 1))
