"""From facts to the program's network: its dates, with what they mean for each dependency. Pure; nothing is read or written."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

import planning
from contracts.vocabulary import DependencyPolicy
from program_svc.dependencies.models import Dependency
from program_svc.network.facts import Facts, is_linkable, planning_projects
from program_svc.network.standings import Standing, forecast_of, standing_of

EARLIEST = datetime.min.replace(tzinfo=UTC)


class Scheduled(Protocol):
    """A program's network with its schedule, in whichever form. Of one in columns the facts have no links."""

    @property
    def facts(self) -> Facts:
        """What it was computed from."""
        ...

    @property
    def schedule(self) -> planning.Schedule:
        """What came of it."""
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """A program's network with its schedule."""

    facts: Facts
    schedule: planning.Schedule
    standings: Mapping[UUID, Standing]
    judged: Sequence[Dependency]
    """Those of the dependencies whose standing may be another than before."""


def compute(facts: Facts, *, also: Dependency | None = None, project_float: bool = False) -> Network:
    """The network that these facts make; with ``also``, as if that dependency were agreed. ``project_float``: see planning.schedule.

    Raises a planning.PlanError, such as NetworkCycle when the links inside one project close a cycle.
    """
    held = shaping(facts, also)
    suspended: dict[UUID, tuple[UUID, ...]] = {}
    try:
        schedule = _schedule(facts, held, project_float)
    except planning.NetworkCycle:  # rarely: to look for one each time takes half as long again
        held, suspended = without_cycles(facts, held)
        schedule = _schedule(facts, held, project_float)
    return standing(facts, schedule, held, suspended)


def _schedule(facts: Facts, held: Sequence[Dependency], project_float: bool) -> planning.Schedule:
    return settled(
        held, lambda capped: planning.schedule(capped_plan(facts, held, capped), project_float=project_float)
    )


def plan_as_scheduled(network: Network) -> planning.Plan:
    """The plan that the network's schedule is of."""
    held, _ = without_cycles(network.facts, shaping(network.facts))
    capped = {each.id for each in held if exceeds_accepted(each, forecast_of(network.schedule, each))}
    return capped_plan(network.facts, held, capped)


def shaping(facts: Facts, also: Dependency | None = None) -> list[Dependency]:
    """The dependencies that are to hold the network's dates, as far as it has both their ends."""
    agreed = [each for each in facts.dependencies if each.shapes_dates or (also is not None and each.id == also.id)]
    return [each for each in agreed if has_both_ends(facts, each)]


def standing(
    facts: Facts,
    schedule: planning.Schedule,
    held: Collection[Dependency],
    suspended: Mapping[UUID, tuple[UUID, ...]],
    known: Mapping[UUID, Standing] = MappingProxyType({}),
) -> Network:
    """The network with this schedule, and what it means for each dependency; ``known`` is what it is known to mean for some."""
    effective = {dependency.id for dependency in held}
    judged = [each for each in facts.dependencies if each.id not in known]
    standings = {
        each.id: standing_of(facts, schedule, each, each.id in effective, suspended.get(each.id)) for each in judged
    }
    return Network(facts, schedule, {**known, **standings}, judged)


def has_both_ends(facts: Facts, dependency: Dependency) -> bool:
    """Whether both ends are tasks of the network. While events are on their way, an end may not be known yet."""
    return is_linkable(facts.tasks, dependency.provider_task_id) and is_linkable(
        facts.tasks, dependency.receiver_task_id
    )


def without_cycles(
    facts: Facts, dependencies: Sequence[Dependency]
) -> tuple[list[Dependency], dict[UUID, tuple[UUID, ...]]]:
    """The dependencies that can hold together with the projects' links, and the others, each with the cycle that it would close.

    A link added inside a project may close a cycle through dependencies agreed before it. Of those on the cycle, the one
    agreed last gives way until the cycle is gone.
    """
    held = list(dependencies)
    suspended: dict[UUID, tuple[UUID, ...]] = {}
    while (path := planning.find_cycle(facts.tasks.values(), [*facts.links, *map(as_link, held)])) is not None:
        steps = set(pairwise(path))
        on_cycle = [each for each in held if (each.provider_task_id, each.receiver_task_id) in steps]
        if not on_cycle:
            raise planning.NetworkCycle(path)
        last = max(on_cycle, key=lambda each: (each.committed_at or EARLIEST, each.id))
        suspended[last.id] = tuple(path)
        held.remove(last)
    return held, suspended


def as_link(dependency: Dependency) -> planning.Link:
    """The dependency as a link of the network."""
    return planning.Link(
        id=dependency.id,
        predecessor_id=dependency.provider_task_id,
        successor_id=dependency.receiver_task_id,
        type=planning.LinkType(dependency.type),
        lag=dependency.lag,
        is_dependency=True,
    )


def plan_of(
    facts: Facts, links: Iterable[planning.Link], tasks: Iterable[planning.Task] | None = None
) -> planning.Plan:
    """The plan of the whole program, its dependencies given as links."""
    return planning.Plan(
        projects=planning_projects(facts.projects, facts.calendars),
        tasks=list(facts.tasks.values() if tasks is None else tasks),
        links=[*facts.links, *links],
        deadline=facts.deadline,
    )


def settled(
    held: Sequence[Dependency],
    scheduled: Callable[[frozenset[UUID]], planning.Schedule],
    capped: frozenset[UUID] = frozenset(),
) -> planning.Schedule:
    """The schedule in which a soft dependency passes its provider's forecast on only as far as the receiver accepted it.

    ``scheduled`` gives the schedule in which these dependencies are capped. Which soft dependencies exceed what was accepted depends on
    the dates, and these on which exceed it. Each round settles at least one more of them along the acyclic network, so there is one
    answer, wherever the search begins, found in as many rounds as they are deep.

    One thing runs against the network: a level of effort takes dates from the work behind it, so as a provider it may be too late just
    because it is not capped. Where rounds do not end for that reason, what has once been too late stays capped.
    """
    soft = [each for each in held if each.policy is DependencyPolicy.SOFT]

    def exceeding(schedule: planning.Schedule) -> frozenset[UUID]:
        return frozenset(each.id for each in soft if exceeds_accepted(each, forecast_of(schedule, each)))

    for _ in range(len(soft) + 1):
        schedule = scheduled(capped)
        found = exceeding(schedule)
        if found == capped:
            return schedule
        capped = found
    capped = frozenset()
    while True:
        schedule = scheduled(capped)
        found = capped | exceeding(schedule)
        if found == capped:
            return schedule
        capped = found


def exceeds_accepted(dependency: Dependency, forecast: int | None) -> bool:
    """Whether a soft dependency's forecast is later than what its receiver accepted."""
    if dependency.policy is not DependencyPolicy.SOFT or dependency.accepted is None or forecast is None:
        return False
    return forecast > dependency.accepted


def capped_plan(facts: Facts, held: Sequence[Dependency], capped: Collection[UUID]) -> planning.Plan:
    """The plan in which these dependencies hold; of a capped one the receiver is held to what was accepted."""
    links = [as_link(dependency) for dependency in held if dependency.id not in capped]
    imposed = imposed_by(held, capped, lambda each: facts.calendar_of_project(each.receiver_project_id))
    if not imposed:
        return plan_of(facts, links)
    tasks = [replace(task, imposed=imposed[task.id]) if task.id in imposed else task for task in facts.tasks.values()]
    return plan_of(facts, links, tasks)


def imposed_by(
    held: Sequence[Dependency], capped: Collection[UUID], lag_calendar: Callable[[Dependency], planning.WorkCalendar]
) -> dict[UUID, tuple[planning.Imposed, ...]]:
    """Per receiving task what the capped dependencies hold it to: what was accepted, and no later."""
    imposed: dict[UUID, tuple[planning.Imposed, ...]] = {}
    for dependency in held:
        if dependency.id in capped and dependency.accepted is not None:
            at = lag_calendar(dependency).add(dependency.accepted, dependency.lag)
            one = planning.Imposed(dependency.id, at, dependency.receiver_side.value)
            imposed[dependency.receiver_task_id] = (*imposed.get(dependency.receiver_task_id, ()), one)
    return imposed
