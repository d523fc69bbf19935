"""The program's network, read."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import planning
from chassis.problem import Conflict
from program_svc.dependencies.models import Dependency
from program_svc.network.compute import Network, as_link, compute, has_both_ends, without_cycles
from program_svc.network.facts import Facts, facts_of
from program_svc.programs.models import Program


class Unschedulable(Conflict):
    """The projects' tasks and links make no network: a date is beyond the calendar, or the links of one project close a cycle.

    `task_id`, `path` and the like name what it is about.
    """

    slug, title = "unschedulable", "The program cannot be scheduled"

    @classmethod
    def because(cls, error: planning.PlanError) -> "Unschedulable":
        """The problem behind an error of the planning library, with the ids that the error names."""
        return cls(str(error), **error.named)


async def network_of(session: AsyncSession, program: Program) -> Network:
    """The program's network as this transaction sees its facts, with the floats within its projects. Raises Unschedulable."""
    return computed(await facts_of(session, program), project_float=True)


def computed(facts: Facts, *, also: Dependency | None = None, project_float: bool = False) -> Network:
    """The network of these facts; see `compute`. Raises Unschedulable."""
    try:
        return compute(facts, also=also, project_float=project_float)
    except planning.PlanError as error:
        raise Unschedulable.because(error) from error


def cycle_closed_by(facts: Facts, dependencies: Sequence[Dependency], candidate: Dependency) -> list[UUID] | None:
    """The cycle that the candidate would close through the projects' links and these dependencies, first id = last id; or none.

    Dependencies that a cycle keeps out already do not count. Raises Unschedulable.
    """
    present = [each for each in dependencies if has_both_ends(facts, each) and each.id != candidate.id]
    tasks, closing = facts.tasks.values(), [as_link(candidate)]
    try:
        if planning.find_cycle(tasks, [*facts.links, *map(as_link, present)], closing) is None:
            return None
        held, _ = without_cycles(facts, present)
        return planning.find_cycle(tasks, [*facts.links, *map(as_link, held)], closing)
    except planning.PlanError as error:
        raise Unschedulable.because(error) from error
