"""A plan as arrays in topological order: what the passes run over.

Everything is an integer: task indices, positions on the task's own calendar, working minutes. A link leaves from an *end*:
2·i is the start of task i, 2·i+1 its finish. So all four link types are one addition on the way forward (`ends[source] + offset`
bounds the successor's start) and one on the way back (`late start + reach` bounds the predecessor's finish).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planning.axis import Axis
from planning.calendar import WorkCalendar
from planning.crossing import Crossing
from planning.cycle import closed_path, topological_order
from planning.errors import DuplicateTask, NetworkCycle, PlanError, SummaryLinked, UnknownProject, UnknownTask
from planning.limits import NEVER, Limits, limits_of
from planning.plan import Id, Link, LinkType, Plan, Project, Task, TaskKind

FROM_START = frozenset({LinkType.SS, LinkType.SF})
TO_FINISH = frozenset({LinkType.FF, LinkType.SF})


@dataclass(frozen=True, slots=True)
class Network:
    """tasks, axes, limits: an entry per task, predecessors before successors. Summaries are not in it.

    first: the links into task j are first[j] … first[j+1]-1. links, source, offset, reach, binding: an entry per link in that
    order. binding: whether the link bounds late dates and free float; a complete task takes none and gives none, nor does a
    start that has happened. crossings: the links between calendars; their offset applies before, their reach after crossing back.
    """

    tasks: list[Task]
    axes: list[Axis]
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
    lag_axes, axes = _axes(tasks, projects)
    network = Network(tasks, axes, limits_of(tasks, axes, projects))
    rank = [0] * len(order)
    for place, node in enumerate(order):
        rank[node] = place
    _lay_links(network, plan.links, [(rank[before], rank[after]) for before, after in pairs], lag_axes)
    return network


def _axes(tasks: Sequence[Task], projects: Mapping[Id, Project]) -> tuple[list[Axis], list[Axis]]:
    """Per task the axis of its project and its own. Equal calendars share one, so that the passes compare by identity."""
    one: dict[WorkCalendar, Axis] = {}

    def axis_of(calendar: WorkCalendar) -> Axis:
        if calendar not in one:
            one[calendar] = Axis(calendar)
        return one[calendar]

    of_project = {key: axis_of(project.calendar) for key, project in projects.items()}
    try:
        theirs = [of_project[task.project_id] for task in tasks]
    except KeyError:
        stray = next(task for task in tasks if task.project_id not in projects)
        raise UnknownProject(stray.project_id, stray.id) from None
    own = [
        default if task.calendar is None else axis_of(task.calendar)
        for task, default in zip(tasks, theirs, strict=True)
    ]
    return theirs, own


def _lay_links(
    network: Network, links: Sequence[Link], pairs: Sequence[tuple[int, int]], lag_axes: Sequence[Axis]
) -> None:
    """Fill the link arrays, grouped by successor and in the plan's order within a group."""
    into: list[list[int]] = [[] for _ in network.tasks]
    for number, (_, after) in enumerate(pairs):
        into[after].append(number)
    axes, remaining, begun, done = network.axes, network.limits.remaining, network.limits.begun, network.limits.done
    for after, numbers in enumerate(into):
        axis, lag_axis = axes[after], lag_axes[after]
        for number in numbers:
            link, before = links[number], pairs[number][0]
            kind, lag = link.type, link.lag
            from_start = kind in FROM_START
            tail = remaining[after] if kind in TO_FINISH else 0
            head = remaining[before] if from_start else 0
            if axes[before] is axis and (lag_axis is axis or not lag):
                network.offset.append(lag - tail)
                network.reach.append(head + tail - lag)
            else:
                calendars = axes[before].calendar, axis.calendar, lag_axis.calendar
                network.crossings[len(network.links)] = Crossing(*calendars, lag)
                network.offset.append(-tail)
                network.reach.append(head)
            network.links.append(link)
            network.source.append(2 * before + (not from_start))
            happened = done[before] or (from_start and begun[before] != NEVER)
            network.binding.append(not (happened or done[after]))
        network.first.append(len(network.links))


def _wrong_end(plan: Plan, index: Mapping[Id, int]) -> PlanError:
    summaries = {task.id for task in plan.tasks if task.kind is TaskKind.SUMMARY}
    link, end = next(
        (link, end) for link in plan.links for end in (link.predecessor_id, link.successor_id) if end not in index
    )
    return SummaryLinked(link.id, end) if end in summaries else UnknownTask(end, link.id)
