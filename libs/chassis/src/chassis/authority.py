"""May this caller do that? The table of permissions, put together with what the caller's token says it has.

What a caller may not see does not exist for it (404); what it may see but not do is forbidden (403).
"""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from chassis.identity import Identity
from chassis.problem import Forbidden, NotFound
from contracts.permissions import Permission
from contracts.subjects import BoundaryKind
from contracts.vocabulary import ProgramRole, ProjectRole

RoleT = TypeVar("RoleT", ProgramRole, ProjectRole)
NOWHERE = UUID(int=0)
READ_ONLY = "This token can only read."
RESTRICTED = "This token is for some programs and projects alone, and changes nothing else."


def check(identity: Identity, permission: Permission, place: Mapping[str, object]) -> None:
    """Raise NotFound or Forbidden unless the caller may do this there.

    place: a route's path parameters, `program_id` and `project_id` among them where it has them. Without either of them only roles in
    the organisation count, unless the record has ends (dependencies): then `check_ends` has the last word, once it was read.
    """
    who = permission.who
    if permission.changes and identity.is_read_only:
        _check_sight(identity, place)
        raise Forbidden(READ_ONLY)
    if identity.is_restricted and permission.changes and who.any_member:
        raise Forbidden(RESTRICTED)  # what every member may do is not bound to a place
    if who.any_member or who.anybody or not who.organization.isdisjoint(identity.roles):
        return
    if who.project and _is_one(identity.projects.get(_id(place, "project_id")), who.project):
        return
    if who.program and _is_one(identity.programs.get(_id(place, "program_id")), who.program):
        return
    if (who.provider or who.receiver) and "program_id" not in place:
        return
    _check_sight(identity, place)
    raise forbidden(permission)


def check_ends(
    identity: Identity, permission: Permission, *, program_id: UUID, provider_id: UUID, receiver_id: UUID
) -> None:
    """Raise NotFound or Forbidden unless the caller may do this to what joins two projects of a program."""
    who = permission.who
    program = identity.programs.get(program_id)
    provider, receiver = identity.projects.get(provider_id), identity.projects.get(receiver_id)
    if (
        not who.organization.isdisjoint(identity.roles)
        or _is_one(program, who.program)
        or _is_one(provider, who.provider)
        or _is_one(receiver, who.receiver)
    ):
        return
    if not identity.sees_all and program is None and provider is None and receiver is None:
        raise NotFound
    raise forbidden(permission)


def forbidden(permission: Permission) -> Forbidden:
    """The refusal, which says what it would take."""
    who = permission.who
    roles = sorted({*who.organization, *who.program, *who.project, *who.provider, *who.receiver})
    what = f"{permission.action.replace('_', ' ')} a {permission.record.replace('_', ' ')}"
    return Forbidden(f"To {what} takes one of these roles: {', '.join(roles)}.")


def sees_project(identity: Identity, project_id: UUID) -> bool:
    """Whether the caller sees the project."""
    return identity.sees_all or project_id in identity.projects


def sees_program(identity: Identity, program_id: UUID) -> bool:
    """Whether the caller sees the program."""
    return identity.sees_all or program_id in identity.programs


def sees_position(identity: Identity, kind: str, boundary_id: UUID) -> bool:
    """Whether the caller may wait for a revision, and so learn whether it is there: of a project that it sees, or may see by a program that it manages.

    Of a program everybody may: who commits an end of a dependency is told the program's revision, with or without a role in it.
    """
    is_seen = kind != BoundaryKind.PROJECT or sees_project(identity, boundary_id)
    return is_seen or ProgramRole.PROGRAM_MANAGER in identity.programs.values()


def _check_sight(identity: Identity, place: Mapping[str, object]) -> None:
    if identity.sees_all:
        return
    # Of a path with both, the first one contains the other: who does not see the program sees nothing in it.
    if "program_id" in place:
        if _id(place, "program_id") not in identity.programs:
            raise NotFound
    elif "project_id" in place and _id(place, "project_id") not in identity.projects:
        raise NotFound


def _is_one(role: RoleT | None, roles: frozenset[RoleT]) -> bool:
    return role is not None and role in roles


def _id(place: Mapping[str, object], name: str) -> UUID:
    """`NOWHERE` for what is no id at all: nobody has a role there, and the route says what is wrong with it to those who need none."""
    try:
        return UUID(str(place[name]))
    except (KeyError, ValueError):
        return NOWHERE
