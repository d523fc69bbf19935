"""A plan as arrays in topological order: what the passes run over.

Everything is an integer: task indices, positions on the task's own calendar, working minutes. A link leaves from an *end*:
2·i is the start of task i, 2·i+1 its finish. So all four link types are one addition on the way forward (`ends[source] + offset`
bounds the successor's start) and one on the way back (`late start + reach` bounds the predecessor's finish).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planning.calendar import WorkCalendar
from planning.crossing import Crossing
from planning.cycle import closed_path, topological_order
from planning.errors import DuplicateTask, NetworkCycle, PlanError, SummaryLinked, UnknownProject, UnknownTask
from planning.limits import Limits, limits_of
from planning.plan import Id, Link, LinkType, Plan, Project, Task, TaskKind

FROM_START = (LinkType.SS, LinkType.SF)
TO_FINISH = (LinkType.FF, LinkType.SF)


@dataclass(frozen=True, slots=True)
class Network:
    """tasks, calendars, limits: an entry per task, predecessors before successors. Summaries are not in it.

    first: the links into task j are first[j] … first[j+1]-1. links, source, offset, reach, binding: an entry per link in that
    order. binding: whether the link bounds late dates and free float; a complete task takes none and gives none, nor does a
    start that has happened. crossings: the links between calendars; their offset applies before, their reach after crossing back.
    """

    tasks: list[Task]
    calendars: list[WorkCalendar]
    limits: Limits
    first: list[int] = field(default_factory=lambda: [0])
    links: list[Link] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    offset: list[int] = field(default_factory=list)
    reach: list[int] = field(default_factory=list)
    binding: list[bool] = field(default_factory=list)
    crossings: dict[int, Crossing] = field(default_factory=dict)


def network_of(plan: Plan) -> Network:
    """The plan's network. Raises a PlanError that names what is wrong: cycle, unknown ids, a link on a summary, a task's own values."""
    projects = {project.id: project for project in plan.projects}
    members = [task for task in plan.tasks if task.kind is not TaskKind.SUMMARY]
    index = {task.id: place for place, task in enumerate(members)}
    if len(index) < len(members):
        raise DuplicateTask(next(task.id for place, task in enumerate(members) if index[task.id] != place))
    try:
        pairs = [(index[link.predecessor_id], index[link.successor_id]) for link in plan.links]
    except KeyError:
        raise _wrong_end(plan, index) from None
    order = topological_order(len(members), pairs)
    if len(order) < len(members):
        raise NetworkCycle([members[place].id for place in closed_path(len(members), pairs, order)])
    tasks = [members[place] for place in order]
    lag_calendars, calendars = _calendars(tasks, projects)
    network = Network(tasks, calendars, limits_of(tasks, calendars, projects))
    rank = [0] * len(order)
    for place, node in enumerate(order):
        rank[node] = place
    _lay_links(network, plan.links, [(rank[before], rank[after]) for before, after in pairs], lag_calendars)
    return network


def _calendars(tasks: Sequence[Task], projects: Mapping[Id, Project]) -> tuple[list[WorkCalendar], list[WorkCalendar]]:
    """Per task the calendar of its project and its own. Equal calendars become one object, so that the passes compare by identity."""
    one: dict[WorkCalendar, WorkCalendar] = {}
    of_project = {key: one.setdefault(project.calendar, project.calendar) for key, project in projects.items()}
    try:
        theirs = [of_project[task.project_id] for task in tasks]
    except KeyError:
        stray = next(task for task in tasks if task.project_id not in projects)
        raise UnknownProject(stray.project_id, stray.id) from None
    own = [
        default if task.calendar is None else one.setdefault(task.calendar, task.calendar)
        for task, default in zip(tasks, theirs, strict=True)
    ]
    return theirs, own


def _lay_links(
    network: Network, links: Sequence[Link], pairs: Sequence[tuple[int, int]], lag_calendars: Sequence[WorkCalendar]
) -> None:
    """Fill the link arrays, grouped by successor and in the plan's order within a group."""
    into: list[list[int]] = [[] for _ in network.tasks]
    for number, (_, after) in enumerate(pairs):
        into[after].append(number)
    calendars, limits = network.calendars, network.limits
    for after, numbers in enumerate(into):
        calendar, lag_calendar = calendars[after], lag_calendars[after]
        for number in numbers:
            link, before = links[number], pairs[number][0]
            from_start = link.type in FROM_START
            tail = limits.remaining[after] if link.type in TO_FINISH else 0
            head = limits.remaining[before] if from_start else 0
            if calendars[before] is calendar and (not link.lag or lag_calendar is calendar):
                network.offset.append(link.lag - tail)
                network.reach.append(head + tail - link.lag)
            else:
                network.crossings[len(network.links)] = Crossing(calendars[before], calendar, lag_calendar, link.lag)
                network.offset.append(-tail)
                network.reach.append(head)
            network.links.append(link)
            network.source.append(2 * before + (not from_start))
            happened = limits.done[before] or (from_start and limits.begun[before] >= 0)
            network.binding.append(not (happened or limits.done[after]))
        network.first.append(len(network.links))


def _wrong_end(plan: Plan, index: Mapping[Id, int]) -> PlanError:
    summaries = {task.id for task in plan.tasks if task.kind is TaskKind.SUMMARY}
    link, end = next(
        (link, end) for link in plan.links for end in (link.predecessor_id, link.successor_id) if end not in index
    )
    return SummaryLinked(link.id, end) if end in summaries else UnknownTask(end, link.id)
