"""What can happen to roles in programs and projects. Each function works in the caller's transaction."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.identity import Identity
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, invalid
from contracts.vocabulary import OrganizationRole, ProgramRole, ProjectRole
from gateway.identity.actions import referenced_member
from gateway.identity.callers import Caller
from gateway.identity.models import RoleGrant, Within
from gateway.roles.shapes import ROLES, RoleCreate

MOST = 500
"""Of a member: all its roles travel with each of its requests. Who needs more has a role in the whole organisation."""
MANAGERS = {Within.PROGRAM: ProgramRole.PROGRAM_MANAGER, Within.PROJECT: ProjectRole.PROJECT_MANAGER}
GIVERS = frozenset({OrganizationRole.ADMIN, OrganizationRole.PORTFOLIO_MANAGER})


class TooManyRoles(Conflict):
    """The member has as many roles as a member may have; give it one in the whole organisation instead."""

    slug, title = "too-many-roles", "There are too many roles"


def check_gives(identity: Identity, within: Within, boundary_id: UUID) -> None:
    """Raise NotFound or Forbidden unless the caller may give and take roles there: its managers may, and who organises all."""
    if not identity.roles.isdisjoint(GIVERS):
        return
    held: Mapping[UUID, str] = identity.programs if within is Within.PROGRAM else identity.projects
    role = held.get(boundary_id)
    if role is None and not identity.sees_all:
        raise NotFound(f"There is no {within} {boundary_id}.")
    if role != MANAGERS[within]:
        raise Forbidden(f"Roles in a {within} are given by its manager, a portfolio manager or an admin.")


def visible_roles(identity: Identity) -> sa.Select[RoleGrant]:
    """The roles that the caller may see: its own, and all in the programs and projects that it sees."""
    statement = sa.select(RoleGrant)
    if identity.sees_all:
        return statement
    within, boundary = col(RoleGrant.within), col(RoleGrant.boundary_id)
    return statement.where(
        sa.or_(
            sa.and_(within == Within.PROGRAM, boundary.in_(list(identity.programs))),
            sa.and_(within == Within.PROJECT, boundary.in_(list(identity.projects))),
        )
    )


async def grant_role(session: AsyncSession, caller: Caller, body: RoleCreate) -> RoleGrant:
    """A new role for a member. Raises NotFound, Forbidden, InvalidRequest, AlreadyExists and TooManyRoles."""
    boundary_id = body.boundary_id
    check_gives(caller.identity, body.within, boundary_id)
    member = await referenced_member(session, body.member_id)
    # Behind the member's lock, so that two grants at once are counted one after the other.
    await session.refresh(member, with_for_update=True)
    theirs = list(await session.scalars(sa.select(RoleGrant).where(col(RoleGrant.member_id) == member.id)))
    if any(each.within is body.within and each.boundary_id == boundary_id for each in theirs):
        raise AlreadyExists("The member has a role there already: change that one.")
    if len(theirs) >= MOST:
        raise TooManyRoles(f"A member has at most {MOST} roles.")
    grant = RoleGrant(
        organization_id=caller.identity.organization_id,
        member_id=member.id,
        within=body.within,
        boundary_id=boundary_id,
        role=body.role,
        granted_by=caller.member_id,
    )
    session.add(grant)
    await session.flush()
    return grant


async def find_role(session: AsyncSession, identity: Identity, role_id: UUID, *, lock: bool = False) -> RoleGrant:
    """One of the roles that the caller may see. Raises NotFound."""
    statement = visible_roles(identity).where(col(RoleGrant.id) == role_id)
    grant = await session.scalar(statement.with_for_update() if lock else statement)
    if grant is None:
        raise NotFound
    return grant


async def update_role(session: AsyncSession, caller: Caller, grant: RoleGrant, role: str) -> None:
    """Another role in the same place, by somebody who gives roles there. Raises InvalidRequest."""
    offered = sorted(ROLES[grant.within])
    if role not in offered:
        raise invalid("/role", "role", f"In a {grant.within} the roles are: {', '.join(offered)}.")
    if role != grant.role:
        grant.role, grant.granted_by = role, caller.member_id
        grant.revision += 1
    await session.flush()


def check_revokes(caller: Caller, grant: RoleGrant) -> None:
    """Raise Forbidden unless the caller may take it back; everybody may give up a role of their own."""
    if grant.member_id != caller.member_id:
        check_gives(caller.identity, grant.within, grant.boundary_id)


async def revoke_role(session: AsyncSession, grant: RoleGrant) -> None:
    """Take it back."""
    await session.delete(grant)
    await session.flush()
