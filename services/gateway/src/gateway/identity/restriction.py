"""API tokens that are for some programs and projects alone: there they may what their member may, and nowhere else anything.

What somebody may is narrowed before it goes into the internal token, so every service, list, event and stream decides by it as by anybody's
roles. A role in the whole organisation becomes the one in each place that lets do as much of it as a role in a place can.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from chassis.identity import Identity
from contracts.vocabulary import OrganizationRole, ProgramRole, ProjectRole
from gateway.identity.models import ApiToken

RoleT = TypeVar("RoleT", ProgramRole, ProjectRole)
IN_PROGRAMS = {
    OrganizationRole.ADMIN: ProgramRole.PROGRAM_MANAGER,
    OrganizationRole.PORTFOLIO_MANAGER: ProgramRole.PROGRAM_MANAGER,
    OrganizationRole.AUDITOR: ProgramRole.VIEWER,
}
IN_PROJECTS = {
    OrganizationRole.ADMIN: ProjectRole.PROJECT_MANAGER,
    OrganizationRole.PORTFOLIO_MANAGER: ProjectRole.VIEWER,
    OrganizationRole.AUDITOR: ProjectRole.VIEWER,
}
"""What a role in the whole organisation comes to in one place."""


def restricted(identity: Identity, token: ApiToken) -> Identity:
    """What the member may with this token."""
    if token.programs is None and token.projects is None:
        return identity
    return replace(
        identity,
        roles=frozenset(),
        programs=_held(list(ProgramRole), identity.programs, IN_PROGRAMS, identity.roles, token.programs or ()),
        projects=_held(list(ProjectRole), identity.projects, IN_PROJECTS, identity.roles, token.projects or ()),
        is_restricted=True,
    )


def _held(
    order: list[RoleT],
    granted: Mapping[UUID, RoleT],
    everywhere: Mapping[OrganizationRole, RoleT],
    roles: Collection[OrganizationRole],
    places: Collection[UUID],
) -> dict[UUID, RoleT]:
    """The highest role in each of the places in which there is one. order: roles, that which lets do most first."""
    found: dict[UUID, RoleT] = {}
    for place in places:
        held: list[RoleT] = [everywhere[role] for role in roles]
        if place in granted:
            held.append(granted[place])
        if held:
            found[place] = min(held, key=order.index)
    return found
