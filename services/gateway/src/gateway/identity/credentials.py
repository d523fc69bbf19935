"""From the digest of an API token, or a member, to what the member may."""

import re
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import enter_organization
from chassis.identity import Identity
from gateway.identity.models import (
    ApiToken,
    Member,
    Organization,
    RoleGrant,
    Scope,
    digest_of,
    programs_of,
    projects_of,
)
from gateway.identity.restriction import restricted
from gateway.tables import now

BEARER = re.compile(r"Bearer +(ilk_[A-Za-z0-9_-]{43}) *", re.IGNORECASE)
PRESENT_DIGEST = sa.text("SELECT set_config('interlock.token_digest', :digest, true)")
NOTE_USE = (
    sa.update(ApiToken)
    .where(
        sa.or_(
            col(ApiToken.last_used_at).is_(None),
            col(ApiToken.last_used_at) < sa.func.now() - sa.text("interval '1 minute'"),
        )
    )
    .values(last_used_at=sa.func.now())
    .execution_options(synchronize_session=False)
)

Found: TypeAlias = tuple[Identity, UUID, UUID, datetime | None, str]
"""Who it is, the member's id, the credential's id, when it expires, and the organisation's key."""


def api_token_digest(authorization: str | None) -> bytes | None:
    """The digest of the API token in an `Authorization` header; None where there is none."""
    match = BEARER.fullmatch(authorization or "")
    return None if match is None else digest_of(match[1])


async def caller_with(session: AsyncSession, digest: bytes) -> Found | None:
    """Whose the API token is; None for one that lets nobody in."""
    # Row-level security shows the one token whose digest the transaction presents; the rest only after entering its organisation.
    await session.execute(PRESENT_DIGEST, {"digest": digest.hex()})
    token = (await session.execute(sa.select(ApiToken).where(col(ApiToken.digest) == digest))).scalar_one_or_none()
    if token is None or not token.is_valid(now()):
        return None
    await enter_organization(session, token.organization_id)
    member = await session.get_one(Member, token.member_id)
    if member.removed_at is not None:
        return None
    await session.execute(NOTE_USE.where(col(ApiToken.id) == token.id))
    organization = await session.get_one(Organization, token.organization_id)
    is_read_only = token.scope is Scope.READ
    identity = await identity_of(session, member, f"api-tokens/{token.id}", is_read_only=is_read_only)
    return restricted(identity, token), member.id, token.id, token.expires_at, organization.key


async def identity_of(session: AsyncSession, member: Member, credential: str, *, is_read_only: bool) -> Identity:
    """What a member may, in the organisation that the session has entered."""
    grants = list(await session.scalars(sa.select(RoleGrant).where(col(RoleGrant.member_id) == member.id)))
    return Identity(
        subject=f"members/{member.id}",
        organization_id=member.organization_id,
        roles=frozenset() if member.role is None else frozenset({member.role}),
        programs=programs_of(grants),
        projects=projects_of(grants),
        is_read_only=is_read_only,
        credential=credential,
    )
