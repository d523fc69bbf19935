"""What can happen to members. Each function works in the caller's transaction."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.patch import changes_of
from chassis.problem import AlreadyExists, Conflict, NotFound
from contracts.vocabulary import OrganizationRole
from gateway.identity.descent import revoke_with_descent
from gateway.identity.models import ApiToken, Member, Organization, RoleGrant, has_address
from gateway.identity.shapes import MemberCreate, MemberUpdate
from gateway.invitations.withdrawal import withdraw_those_by, withdraw_those_to
from gateway.tables import now
from gateway.webhooks.endings import end_deliveries_for


class LastAdmin(Conflict):
    """The organisation would be without an admin: make somebody else one first."""

    slug, title = "last-admin", "This is the last admin"


async def create_member(session: AsyncSession, organization_id: UUID, body: MemberCreate) -> Member:
    """Someone new, or someone who comes back. Raises AlreadyExists."""
    member = (
        await session.execute(sa.select(Member).where(has_address(col(Member.email), body.email)))
    ).scalar_one_or_none()
    if member is not None and member.removed_at is None:
        raise AlreadyExists(f"{body.email} is a member already.")
    if member is None:
        member = Member(organization_id=organization_id, email=body.email, name=body.name, role=body.role)
        session.add(member)
    else:
        member.name, member.role, member.removed_at = body.name, body.role, None
        member.revision += 1
    await session.flush()
    await withdraw_those_to(session, member.email)
    return member


async def find_member(session: AsyncSession, member_id: UUID, *, lock: bool = False) -> Member:
    """A member who has not left. Raises NotFound."""
    statement = sa.select(Member).where(col(Member.id) == member_id, col(Member.removed_at).is_(None))
    member = await session.scalar(statement.with_for_update() if lock else statement)
    if member is None:
        raise NotFound
    return member


async def update_member(session: AsyncSession, member: Member, body: MemberUpdate) -> None:
    """Change a name, a role in the organisation, or whose tokens let it in. Who is no admin any more has asked nobody in.

    Raises LastAdmin, and IntegrityError for a subject that is another member's.
    """
    changes = changes_of(body)
    if "role" in changes and changes["role"] is not OrganizationRole.ADMIN:
        await check_not_last_admin(session, member)
        await withdraw_those_by(session, member.id)
    before = (member.name, member.role, member.subject)
    for name, value in changes.items():
        setattr(member, name, value)
    if (member.name, member.role, member.subject) != before:
        member.revision += 1
    await session.flush()


async def remove_member(session: AsyncSession, member: Member) -> None:
    """The member leaves: its roles end, its tokens and what was made with them open nothing, nor do invitations to it and by it.

    Webhooks with its eyes get nothing more. Raises LastAdmin.
    """
    await check_not_last_admin(session, member)
    at = now()
    member.removed_at, member.role, member.subject = at, None, None
    member.revision += 1
    await session.execute(sa.delete(RoleGrant).where(col(RoleGrant.member_id) == member.id))
    theirs = sa.select(col(ApiToken.id)).where(col(ApiToken.member_id) == member.id)
    await revoke_with_descent(session, theirs, at)
    await withdraw_those_to(session, member.email)
    await withdraw_those_by(session, member.id)
    await end_deliveries_for(session, member.id)
    await session.flush()


async def check_not_last_admin(session: AsyncSession, member: Member) -> None:
    """Raise LastAdmin unless the organisation has another admin, or the member is none."""
    if member.role is not OrganizationRole.ADMIN:
        return
    # Behind the organisation's lock, so that two admins cannot take the role from each other at once.
    await session.execute(sa.select(Organization).with_for_update())
    others = sa.select(sa.func.count()).where(
        col(Member.role) == OrganizationRole.ADMIN, col(Member.removed_at).is_(None), col(Member.id) != member.id
    )
    if not await session.scalar(others):
        raise LastAdmin("Make another member an admin first.")
