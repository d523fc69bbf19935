"""A plan as arrays in topological order: what the passes run over.

Everything is an integer: task indices, positions on the task's own calendar, working minutes. A link leaves from an *end*:
2·i is the start of task i, 2·i+1 its finish. So all four link types are one addition on the way forward (`ends[source] + offset`
bounds the successor's start) and one on the way back (`late start + reach` bounds the predecessor's finish).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from planning.axis import Axis
from planning.calendar import ROUND_THE_CLOCK, WorkCalendar
from planning.crossing import Crossing
from planning.cycle import closed_path, topological_order
from planning.errors import (
    DuplicateLink,
    DuplicateProject,
    DuplicateTask,
    NetworkCycle,
    PlanError,
    SummaryLinked,
    UnknownProject,
    UnknownTask,
)
from planning.limits import NEVER, UNBOUNDED, Limits, check_whole, limits_of
from planning.plan import Id, LagCalendar, Link, LinkType, Plan, Progress, Project, Task, TaskKind

FROM_START = frozenset({LinkType.SS, LinkType.SF})
TO_FINISH = frozenset({LinkType.FF, LinkType.SF})


@dataclass(frozen=True, slots=True)
class Network:
    """tasks, axes, limits: an entry per task, predecessors before successors. Summaries are not in it.

    rank: where in these each of the plan's tasks is, in the plan's order without summaries.
    first: the links into task j are first[j] … first[j+1]-1. links, source, offset, reach, binding: an entry per link in that
    order. binding: whether the link bounds late dates and free float; a complete task takes none and gives none, nor does a
    start that has happened. A link of a level of effort bounds nothing, nor does, with progress override, one into a start that has
    happened: its offset is below every position. crossings: the links between calendars; their offset applies before, their reach after
    crossing back.
    """

    tasks: list[Task]
    rank: list[int]
    axes: list[Axis]
    limits: Limits
    first: list[int]
    links: list[Link]
    source: list[int]
    offset: list[int]
    reach: list[int]
    binding: list[bool]
    crossings: dict[int, Crossing]


def network_of(plan: Plan) -> Network:
    """The plan's network. Raises a PlanError that names what is wrong: cycle, unknown ids, a link on a summary, a task's own values."""
    members = [task for task in plan.tasks if task.kind is not TaskKind.SUMMARY]
    index = {task.id: place for place, task in enumerate(members)}
    if len(index) < len(members):
        raise DuplicateTask(next(task.id for place, task in enumerate(members) if index[task.id] != place))
    try:
        pairs = [(index[link.predecessor_id], index[link.successor_id]) for link in plan.links]
    except KeyError:
        raise _wrong_end(plan, index) from None
    _check_given(plan)
    order = topological_order(len(members), pairs)
    if len(order) < len(members):
        raise NetworkCycle([members[place].id for place in closed_path(len(members), pairs, order)])
    tasks = [members[place] for place in order]
    homes = _homes(tasks, plan.projects)
    axes = _Axes()
    own = [axes.of(task.calendar or home.calendar) for task, home in zip(tasks, homes, strict=True)]
    rank = [0] * len(order)
    for place, node in enumerate(order):
        rank[node] = place
    ranked = [(rank[before], rank[after]) for before, after in pairs]
    lags = [_lag_axis(link, axes, own, homes, pair) for link, pair in zip(plan.links, ranked, strict=True)]
    limits = limits_of(tasks, homes, own)
    overrides = [home.progress is Progress.OVERRIDE for home in homes]
    return _linked(tasks, rank, own, lags, limits, plan.links, ranked, overrides)


def _check_given(plan: Plan) -> None:
    """Raises DuplicateLink, DuplicateProject, InvalidValue."""
    links = Counter(link.id for link in plan.links)
    if len(links) < len(plan.links):
        raise DuplicateLink(links.most_common(1)[0][0])
    projects = Counter(project.id for project in plan.projects)
    if len(projects) < len(plan.projects):
        raise DuplicateProject(projects.most_common(1)[0][0])
    for link in plan.links:
        check_whole(link.id, "lag", link.lag)


def _homes(tasks: Sequence[Task], projects: Sequence[Project]) -> list[Project]:
    """The project of each task."""
    known = {project.id: project for project in projects}
    if len(known) == 1:
        (only,) = known.values()
        if all(task.project_id is only.id or task.project_id == only.id for task in tasks):
            return [only] * len(tasks)
    try:
        return [known[task.project_id] for task in tasks]
    except KeyError:
        stray = next(task for task in tasks if task.project_id not in known)
        raise UnknownProject(stray.project_id, stray.id) from None


class _Axes:
    """One axis for all equal calendars, so that the passes compare by identity."""

    def __init__(self) -> None:
        self._of_object: dict[int, Axis] = {}
        self._of_definition: dict[WorkCalendar, Axis] = {}

    def of(self, calendar: WorkCalendar) -> Axis:
        """The calendar has to live as long as this object: it is looked up by identity first."""
        axis = self._of_object.get(id(calendar))
        if axis is None:
            axis = self._of_definition.setdefault(calendar, Axis(calendar))
            self._of_object[id(calendar)] = axis
        return axis


def _lag_axis(link: Link, axes: _Axes, own: Sequence[Axis], homes: Sequence[Project], ends: tuple[int, int]) -> Axis:
    before, after = ends
    match link.lag_calendar:
        case LagCalendar.PROJECT:
            return axes.of(homes[after].calendar)
        case LagCalendar.PREDECESSOR:
            return own[before]
        case LagCalendar.SUCCESSOR:
            return own[after]
        case LagCalendar.ROUND_THE_CLOCK:
            return axes.of(ROUND_THE_CLOCK)


def _linked(
    tasks: list[Task],
    rank: list[int],
    axes: list[Axis],
    lag_axes: Sequence[Axis],
    limits: Limits,
    links: Sequence[Link],
    pairs: Sequence[tuple[int, int]],
    overrides: Sequence[bool],
) -> Network:
    """Lay the links out, grouped by successor and in the plan's order within a group. overrides: per task, as its project says."""
    into: list[list[int]] = [[] for _ in tasks]
    for number, (_, after) in enumerate(pairs):
        into[after].append(number)
    laid = [number for numbers in into for number in numbers]
    offset, reach, source, binding = [0] * len(laid), [0] * len(laid), [0] * len(laid), [True] * len(laid)
    crossings: dict[int, Crossing] = {}
    remaining, begun, done = limits.remaining, limits.begun, limits.done
    for place, number in enumerate(laid):
        before, after = pairs[number]
        kind, lag = links[number].type, links[number].lag
        axis, lag_axis = axes[after], lag_axes[number]
        from_start = kind in FROM_START
        tail = remaining[after] if kind in TO_FINISH else 0
        head = remaining[before] if from_start else 0
        source[place] = 2 * before + (not from_start)
        if (overrides[after] and begun[after] != NEVER and kind not in TO_FINISH) or (
            TaskKind.LEVEL_OF_EFFORT in (tasks[before].kind, tasks[after].kind)
        ):
            offset[place] = -UNBOUNDED
            binding[place] = False
            continue
        if axes[before] is axis and (lag_axis is axis or not lag):
            offset[place] = lag - tail
            reach[place] = head + tail - lag
        else:
            crossings[place] = Crossing(axes[before].calendar, axis.calendar, lag_axis.calendar, lag)
            offset[place] = -tail
            reach[place] = head
        if done[before] or done[after] or (from_start and begun[before] != NEVER):
            binding[place] = False
    first = [0, *accumulate(map(len, into))]
    laid_links = [links[number] for number in laid]
    return Network(tasks, rank, axes, limits, first, laid_links, source, offset, reach, binding, crossings)


def _wrong_end(plan: Plan, index: Mapping[Id, int]) -> PlanError:
    summaries = {task.id for task in plan.tasks if task.kind is TaskKind.SUMMARY}
    link, end = next(
        (link, end) for link in plan.links for end in (link.predecessor_id, link.successor_id) if end not in index
    )
    return SummaryLinked(link.id, end) if end in summaries else UnknownTask(end, link.id)
