"""What can happen to organisations, members and API tokens. Each function works in the caller's transaction."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import enter_organization
from chassis.problem import AlreadyExists, Forbidden, InvalidRequest, NotFound, invalid
from contracts.vocabulary import OrganizationRole
from gateway.identity.callers import Caller
from gateway.identity.models import ApiToken, Member, Organization, Scope, digest_of, new_secret
from gateway.identity.shapes import ApiTokenCreate
from gateway.tables import IDEMPOTENCY_KEYS, now

SHOW_ORGANIZATION = sa.text("SELECT set_config('interlock.organization_key', :key, true)")
LONGEST_LIFE = timedelta(days=366 * 10)


class OrganizationExists(AlreadyExists):
    """There is an organisation with this key."""

    slug, title = "organization-exists", "This organisation exists"


async def create_organization(session: AsyncSession, key: str, name: str) -> Organization:
    """Create a tenant and enter it. Raises OrganizationExists."""
    organization = Organization(key=key, name=name)
    await enter_organization(session, organization.id)
    session.add(organization)
    try:
        await session.flush()
    except sa.exc.IntegrityError as error:
        raise OrganizationExists(f"There is an organisation '{key}'.") from error
    return organization


async def enter_organization_by_key(session: AsyncSession, key: str) -> Organization | None:
    """Enter the organisation with this key, for an operator's command; None if there is none."""
    await session.execute(SHOW_ORGANIZATION, {"key": key})
    organization = (
        await session.execute(sa.select(Organization).where(col(Organization.key) == key))
    ).scalar_one_or_none()
    if organization is not None:
        await enter_organization(session, organization.id)
    return organization


async def member_with_email(
    session: AsyncSession, organization_id: UUID, email: str, role: OrganizationRole | None
) -> Member:
    """The organisation's member with this address, created if new, with this role from now on."""
    member = (await session.execute(sa.select(Member).where(col(Member.email) == email))).scalar_one_or_none()
    if member is None:
        member = Member(organization_id=organization_id, email=email, name=email.partition("@")[0], role=role)
        session.add(member)
    elif member.role != role or member.removed_at is not None:
        member.role, member.removed_at = role, None
        member.revision += 1
    await session.flush()
    return member


async def referenced_member(session: AsyncSession, member_id: UUID) -> Member:
    """The member that a body names. Raises InvalidRequest."""
    member = await session.get(Member, member_id)
    if member is None or member.removed_at is not None:
        raise invalid("/member_id", "reference", "There is no such member.")
    return member


async def create_api_token(session: AsyncSession, caller: Caller, body: ApiTokenCreate) -> tuple[ApiToken, str]:
    """A new token and its secret. Raises Forbidden, InvalidRequest."""
    member_id = body.member_id or caller.member_id
    if member_id != caller.member_id:
        if not caller.is_admin:
            raise Forbidden("Only an admin makes tokens for other members.")
        await referenced_member(session, member_id)
    check_expiry(body.expires_at, now())
    return await issue_api_token(
        session, caller.identity.organization_id, member_id, body.name, body.scope, body.expires_at
    )


def check_expiry(expires_at: datetime | None, at: datetime) -> None:
    """Raise InvalidRequest unless the expiry lies between now and ten years from now."""
    if expires_at is not None and not at < expires_at <= at + LONGEST_LIFE:
        raise _bad_expiry()


def _bad_expiry() -> InvalidRequest:
    return invalid("/expires_at", "expiry", "A token expires in the future, within ten years.")


async def issue_api_token(
    session: AsyncSession, organization_id: UUID, member_id: UUID, name: str, scope: Scope, expires_at: datetime | None
) -> tuple[ApiToken, str]:
    """Store a new token; its secret is answered and nowhere else."""
    secret = new_secret()
    token = ApiToken(
        organization_id=organization_id,
        member_id=member_id,
        name=name,
        scope=scope,
        digest=digest_of(secret),
        expires_at=expires_at,
    )
    session.add(token)
    await session.flush()
    return token, secret


def visible_api_tokens(caller: Caller) -> sa.Select[ApiToken]:
    """The tokens that the caller may see: an admin every one of the organisation, others their own."""
    statement = sa.select(ApiToken)
    return statement if caller.is_admin else statement.where(col(ApiToken.member_id) == caller.member_id)


async def find_api_token(session: AsyncSession, caller: Caller, token_id: UUID) -> ApiToken:
    """One of the tokens that the caller may see. Raises NotFound."""
    statement = visible_api_tokens(caller).where(col(ApiToken.id) == token_id)
    token = (await session.execute(statement)).scalar_one_or_none()
    if token is None:
        raise NotFound
    return token


async def forget_answered_keys(session: AsyncSession) -> None:
    """Remove the idempotency keys whose 24 hours are over."""
    table = IDEMPOTENCY_KEYS
    await session.execute(sa.delete(table).where(table.c.created_at < now() - timedelta(hours=24)))
