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
    """The program's network as this transaction sees its facts. Raises Unschedulable."""
    return computed(await facts_of(session, program))


def computed(facts: Facts, *, also: Dependency | None = None) -> Network:
    """The network of these facts; with ``also``, as if that dependency were agreed. Raises Unschedulable."""
    try:
        return compute(facts, also=also)
    except planning.PlanError as error:
        raise Unschedulable.because(error) from error


def cycle_closed_by(facts: Facts, dependencies: Sequence[Dependency], candidate: Dependency) -> list[UUID] | None:
    """The cycle that the candidate would close through the projects' links and these dependencies, first id = last id; or none.

    Dependencies that a cycle keeps out already do not count. Raises Unschedulable.
    """
    present = [each for each in dependencies if has_both_ends(facts, each) and each.id != candidate.id]
    try:
        held, _ = without_cycles(facts, present)
        return planning.find_cycle(facts.tasks.values(), [*facts.links, *map(as_link, held)], [as_link(candidate)])
    except planning.PlanError as error:
        raise Unschedulable.because(error) from error
