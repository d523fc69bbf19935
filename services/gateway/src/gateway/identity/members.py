"""What can happen to members. Each function works in the caller's transaction."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.patch import changes_of
from chassis.problem import AlreadyExists, Conflict, NotFound
from contracts.vocabulary import OrganizationRole
from gateway.identity.models import ApiToken, Member, Organization, RoleGrant
from gateway.identity.shapes import MemberCreate, MemberUpdate
from gateway.tables import now


class LastAdmin(Conflict):
    """The organisation would be without an admin: make somebody else one first."""

    slug, title = "last-admin", "This is the last admin"


async def create_member(session: AsyncSession, organization_id: UUID, body: MemberCreate) -> Member:
    """Someone new, or someone who comes back. Raises AlreadyExists."""
    member = (await session.execute(sa.select(Member).where(col(Member.email) == body.email))).scalar_one_or_none()
    if member is not None and member.removed_at is None:
        raise AlreadyExists(f"{body.email} is a member already.")
    if member is None:
        member = Member(organization_id=organization_id, email=body.email, name=body.name, role=body.role)
        session.add(member)
    else:
        member.name, member.role, member.removed_at = body.name, body.role, None
        member.revision += 1
    await session.flush()
    return member


async def find_member(session: AsyncSession, member_id: UUID, *, lock: bool = False) -> Member:
    """A member who has not left. Raises NotFound."""
    statement = sa.select(Member).where(col(Member.id) == member_id, col(Member.removed_at).is_(None))
    member = await session.scalar(statement.with_for_update() if lock else statement)
    if member is None:
        raise NotFound
    return member


async def update_member(session: AsyncSession, member: Member, body: MemberUpdate) -> None:
    """Change a name or a role in the organisation. Raises LastAdmin."""
    changes = changes_of(body)
    if "role" in changes and changes["role"] is not OrganizationRole.ADMIN:
        await _check_not_last_admin(session, member)
    before = (member.name, member.role)
    for name, value in changes.items():
        setattr(member, name, value)
    if (member.name, member.role) != before:
        member.revision += 1
    await session.flush()


async def remove_member(session: AsyncSession, member: Member) -> None:
    """The member leaves: its roles end, its tokens open nothing. Raises LastAdmin."""
    await _check_not_last_admin(session, member)
    at = now()
    member.removed_at, member.role, member.subject = at, None, None
    member.revision += 1
    await session.execute(sa.delete(RoleGrant).where(col(RoleGrant.member_id) == member.id))
    open_tokens = sa.update(ApiToken).where(col(ApiToken.member_id) == member.id, col(ApiToken.revoked_at).is_(None))
    await session.execute(open_tokens.values(revoked_at=at, revision=col(ApiToken.revision) + 1))
    await session.flush()


async def _check_not_last_admin(session: AsyncSession, member: Member) -> None:
    if member.role is not OrganizationRole.ADMIN:
        return
    # Behind the organisation's lock, so that two admins cannot take the role from each other at once.
    await session.execute(sa.select(Organization).with_for_update())
    others = sa.select(sa.func.count()).where(
        col(Member.role) == OrganizationRole.ADMIN, col(Member.removed_at).is_(None), col(Member.id) != member.id
    )
    if not await session.scalar(others):
        raise LastAdmin("Make another member an admin first.")
