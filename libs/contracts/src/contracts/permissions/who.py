"""Groups of roles, as the table names them."""

from dataclasses import dataclass

from contracts.vocabulary import OrganizationRole, ProgramRole, ProjectRole

ADMIN, PORTFOLIO_MANAGER, AUDITOR = (
    OrganizationRole.ADMIN,
    OrganizationRole.PORTFOLIO_MANAGER,
    OrganizationRole.AUDITOR,
)
SEES_ALL = frozenset(OrganizationRole)
"""Roles in the organisation with which every program and project is seen."""


@dataclass(frozen=True, slots=True)
class Who:
    """Any one of these is enough. A program's or project's role counts on the program or project that the request is about.

    `provider` and `receiver` are roles in the project at that end of a dependency.
    """

    organization: frozenset[OrganizationRole] = frozenset()
    program: frozenset[ProgramRole] = frozenset()
    project: frozenset[ProjectRole] = frozenset()
    provider: frozenset[ProjectRole] = frozenset()
    receiver: frozenset[ProjectRole] = frozenset()
    any_member: bool = False
    """Everybody in the organisation; of a collection, what each may see."""
    anybody: bool = False
    """Also without a token."""


def who(*roles: OrganizationRole | ProgramRole | ProjectRole, ends: str = "") -> Who:
    """Those with one of the roles. `ends`, of a dependency: at which of them project roles count, `provider`, `receiver` or both."""
    of_projects = frozenset(role for role in roles if isinstance(role, ProjectRole))
    return Who(
        organization=frozenset(role for role in roles if isinstance(role, OrganizationRole)),
        program=frozenset(role for role in roles if isinstance(role, ProgramRole)),
        project=frozenset() if ends else of_projects,
        provider=of_projects if "provider" in ends else frozenset(),
        receiver=of_projects if "receiver" in ends else frozenset(),
    )


ANYBODY = Who(anybody=True)
MEMBERS = Who(any_member=True)
ADMINS = who(ADMIN)
INSPECTORS = who(ADMIN, AUDITOR)
OVERSEERS = who(*SEES_ALL)
ORGANIZERS = who(ADMIN, PORTFOLIO_MANAGER)

PROGRAM_READERS = who(*SEES_ALL, *ProgramRole)
PROGRAM_WRITERS = who(ADMIN, PORTFOLIO_MANAGER, ProgramRole.PROGRAM_MANAGER, ProgramRole.PROGRAM_MEMBER)
PROGRAM_MANAGERS = who(ADMIN, PORTFOLIO_MANAGER, ProgramRole.PROGRAM_MANAGER)

PROJECT_READERS = who(*SEES_ALL, *ProjectRole)
PROJECT_WRITERS = who(ADMIN, ProjectRole.PROJECT_MANAGER, ProjectRole.PROJECT_MEMBER)
PROJECT_MANAGERS = who(ADMIN, ProjectRole.PROJECT_MANAGER)
PROJECT_REVIEWERS = who(ADMIN, PORTFOLIO_MANAGER, ProjectRole.PROJECT_MANAGER)

BOTH = "provider receiver"
PARTIES = who(*SEES_ALL, *ProgramRole, *ProjectRole, ends=BOTH)
PROVIDER = who(ADMIN, ProjectRole.PROJECT_MANAGER, ends="provider")
RECEIVER = who(ADMIN, ProjectRole.PROJECT_MANAGER, ends="receiver")
EITHER_END = who(ADMIN, ProjectRole.PROJECT_MANAGER, ends=BOTH)
EITHER_END_OR_PROGRAM = who(
    ADMIN, PORTFOLIO_MANAGER, ProgramRole.PROGRAM_MANAGER, ProjectRole.PROJECT_MANAGER, ends=BOTH
)
