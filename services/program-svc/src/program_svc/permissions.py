"""What the table of permissions cannot tell from a route's path: who stands at the ends of a dependency, and whose project it is."""

from typing import Annotated

from fastapi import Depends

from chassis import authority
from chassis.unit_of_work import CurrentIdentity, Unit, UnitOfWork
from contracts.permissions import of_record
from contracts.values import Id
from contracts.vocabulary import DependencyEnd
from program_svc.dependencies.actions import the_dependency
from program_svc.dependencies.models import Dependency

Writer = CurrentIdentity
"""The caller, of whom the table has said that it may; named so in routes that change something."""


async def _may_act(dependency_id: Id, unit: Unit) -> Dependency:
    dependency = await the_dependency(unit.session, dependency_id)
    authority.check_ends(
        unit.identity,
        unit.permission,
        program_id=dependency.program_id,
        provider_id=dependency.provider_project_id,
        receiver_id=dependency.receiver_project_id,
    )
    return dependency


Permitted = Annotated[Dependency, Depends(_may_act)]
"""The dependency that the path names, to which the caller may do what the route does. Raises NotFound, Forbidden."""


def check_commits(unit: UnitOfWork, dependency: Dependency, end: DependencyEnd) -> None:
    """Raise Forbidden unless the caller speaks for this end."""
    authority.check_ends(
        unit.identity,
        of_record("dependency", f"commit_{end}"),
        program_id=dependency.program_id,
        provider_id=dependency.provider_project_id,
        receiver_id=dependency.receiver_project_id,
    )
