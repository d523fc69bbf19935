"""What can happen to organisations, members and API tokens. Each function works in the caller's transaction."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import enter_organization
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, invalid
from contracts.vocabulary import OrganizationRole
from gateway.identity.callers import Caller
from gateway.identity.descent import expiry, origin_of, revoke_with_descent
from gateway.identity.members import check_not_last_admin
from gateway.identity.models import ApiToken, Member, Organization, Scope, digest_of, has_address, new_secret
from gateway.identity.shapes import ApiTokenCreate
from gateway.invitations.withdrawal import withdraw_those_by
from gateway.tables import IDEMPOTENCY_KEYS, now

SHOW_ORGANIZATION = sa.text("SELECT set_config('interlock.organization_key', :key, true)")


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
    """The organisation's member with this address, created if new; with this role from now on, if one is given.

    Raises Conflict for one that has left and gets no role, LastAdmin.
    """
    member = (
        await session.execute(sa.select(Member).where(has_address(col(Member.email), email)))
    ).scalar_one_or_none()
    if member is None:
        member = Member(organization_id=organization_id, email=email, name=email.partition("@")[0], role=role)
        session.add(member)
    elif member.removed_at is not None and role is None:
        raise Conflict(f"{email} has left: say with which role it comes back.")
    elif role is not None and (member.role != role or member.removed_at is not None):
        if role is not OrganizationRole.ADMIN:
            await check_not_last_admin(session, member)
            await withdraw_those_by(session, member.id)
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
    """A new token and its secret. Raises Forbidden, InvalidRequest, Unauthenticated."""
    member_id = body.member_id or caller.member_id
    if member_id != caller.member_id:
        if not caller.is_admin:
            raise Forbidden("Only an admin makes tokens for other members.")
        await referenced_member(session, member_id)
    origin = await origin_of(session, caller)
    is_asked = "expires_at" in body.model_fields_set
    expires_at = expiry(body.expires_at, is_asked=is_asked, origin=origin, at=now())
    return await issue_api_token(
        session,
        caller.identity.organization_id,
        member_id,
        body.name,
        body.scope,
        expires_at,
        made_by=caller.member_id,
        made_with=None if origin is None else origin.id,
        programs=body.program_ids,
        projects=body.project_ids,
    )


async def issue_api_token(
    session: AsyncSession,
    organization_id: UUID,
    member_id: UUID,
    name: str,
    scope: Scope,
    expires_at: datetime | None,
    *,
    made_by: UUID | None = None,
    made_with: UUID | None = None,
    programs: list[UUID] | None = None,
    projects: list[UUID] | None = None,
) -> tuple[ApiToken, str]:
    """Store a new token, for these programs and projects or for all; its secret is answered and nowhere else."""
    secret = new_secret()
    token = ApiToken(
        organization_id=organization_id,
        member_id=member_id,
        name=name,
        scope=scope,
        digest=digest_of(secret),
        expires_at=expires_at,
        made_by=made_by,
        made_with=made_with,
        programs=programs,
        projects=projects,
    )
    session.add(token)
    await session.flush()
    return token, secret


async def revoke_api_token(session: AsyncSession, token: ApiToken) -> None:
    """Let nobody in from here on with the token, nor with what was made with it; done again it changes nothing."""
    await revoke_with_descent(session, sa.select(col(ApiToken.id)).where(col(ApiToken.id) == token.id), now())


def visible_api_tokens(caller: Caller) -> sa.Select[ApiToken]:
    """The tokens that the caller may see: an admin every one of the organisation, others their own; one for some places itself alone."""
    statement = sa.select(ApiToken)
    if caller.identity.is_restricted:
        return statement.where(col(ApiToken.id) == caller.credential_id)
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
