"""Why a computed date is where it is: the way from a task, along the links that hold the date, to what nothing else explains.

Early dates are led back along driving links, late dates and floats forward to what they are counted back from (docs/scheduling.md,
"Float, critical, driving"); a summary leads to the child that it has the date from. Plain Python over the whole network, for one question
of a person, not for every write.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from planning.efforts import named_by
from planning.laid import Laid
from planning.limits import NEVER, Limit, limit_of
from planning.network import FROM_START, TO_FINISH
from planning.passes import backward_bound
from planning.plan import Id, Imposed, Link, Plan, Project, Task, TaskKind
from planning.scheduled import Schedule, ScheduledTask


class DateField(StrEnum):
    """What the engine computes of a task."""

    EARLY_START = "early_start"
    EARLY_FINISH = "early_finish"
    LATE_START = "late_start"
    LATE_FINISH = "late_finish"
    SCHEDULED_START = "scheduled_start"
    SCHEDULED_FINISH = "scheduled_finish"
    TOTAL_FLOAT = "total_float"
    FREE_FLOAT = "free_float"


class Bound(StrEnum):
    """What holds a date. link: leads on to the link's other end; child: to the task below. All others end the way.

    successor: the early date of the task that follows, which floats are measured to. project_finish: the day on which all is done.
    """

    LINK = "link"
    CHILD = "child"
    SUCCESSOR = "successor"
    IMPOSED = "imposed"
    ACTUAL = "actual"
    CONSTRAINT = "constraint"
    DEADLINE = "deadline"
    PROJECT_START = "project_start"
    DATA_DATE = "data_date"
    PROJECT_DEADLINE = "project_deadline"
    PROJECT_FINISH = "project_finish"


@dataclass(frozen=True, slots=True)
class Step:
    """A task on the way, and what holds its date: a link or a date from outside where the bound is one. at: of what has happened, when."""

    task_id: Id
    bound: Bound
    by: Link | Imposed | None = None
    at: int | None = None


F = DateField
FLOATS = frozenset({F.TOTAL_FLOAT, F.FREE_FLOAT})
LATE = frozenset({F.LATE_START, F.LATE_FINISH, F.TOTAL_FLOAT})
STARTS = frozenset({F.EARLY_START, F.LATE_START, F.SCHEDULED_START})


class Explainer:
    """Answers questions about one schedule of one plan."""

    def __init__(self, plan: Plan, schedule: Schedule) -> None:
        self._plan = plan
        self._items = schedule.items
        self._tasks = {task.id: task for task in plan.tasks}
        self._homes = {project.id: project for project in plan.projects}

    def path(self, task_id: Id, field: DateField) -> list[Step]:
        """From a task to what bounds the field. Raises KeyError for a task that is not scheduled, and what scheduling raises."""
        return list(self.steps(task_id, field))

    def steps(self, task_id: Id, field: DateField) -> Iterator[Step]:
        """The same way, step by step: for those who may have seen enough before its end."""
        if field is F.FREE_FLOAT:
            return self._free(task_id)
        if field in LATE:
            return self._late(task_id, field)
        if field in {F.SCHEDULED_START, F.SCHEDULED_FINISH} and self._is_delayed(task_id):
            return self._delayed_path(task_id, field)
        return self._early(task_id, field)

    def _early(self, task_id: Id, field: DateField) -> Iterator[Step]:
        is_start = field in STARTS
        node: Id | None = task_id
        while node is not None:
            task, item = self._tasks[node], self._items[node]
            if (below := self._child(node, F.EARLY_START if is_start else F.EARLY_FINISH)) is not None:
                yield Step(node, Bound.CHILD)
                node = below
                continue
            link = self._effort_link(task, F.EARLY_START if is_start else F.EARLY_FINISH) or item.driving
            actual = task.actual_start if is_start else task.actual_finish
            if actual is not None:
                yield Step(node, Bound.ACTUAL, at=actual)
                return
            if isinstance(link, Link):
                yield Step(node, Bound.LINK, link)
                is_before = link.successor_id == node
                node = link.predecessor_id if is_before else link.successor_id
                is_start = link.type in FROM_START if is_before else link.type not in TO_FINISH
                continue
            yield Step(node, Bound.IMPOSED, link) if link is not None else self._floor(task)
            return

    def _floor(self, task: Task) -> Step:
        """What holds a task that nothing drives: a date of its own, or its project's."""
        home = self._homes[task.project_id]
        limit = self._limit(task, home)
        if task.constraint is not None:
            free = self._limit(replace(task, constraint=None), home)
            if limit.held or limit.floor > free.floor:
                return Step(task.id, Bound.CONSTRAINT)
        plain = self._limit(replace(task, constraint=None, actual_start=None), home)
        if limit.floor > plain.floor:
            return Step(task.id, Bound.ACTUAL, at=task.actual_start)
        after_data_date = home.data_date is not None and home.data_date > home.start
        return Step(task.id, Bound.DATA_DATE if after_data_date else Bound.PROJECT_START)

    def _limit(self, task: Task, home: Project) -> Limit:
        calendar = task.calendar or home.calendar
        resume = home.start if home.data_date is None else max(home.start, home.data_date)
        given = Limit(task.duration, calendar.worked(resume), resume)
        return limit_of(replace(task, imposed=()), calendar, given)

    def _child(self, task_id: Id, field: DateField) -> Id | None:
        """The child that a summary has a date from; None for a task without any."""
        below = self._children.get(task_id)
        if not below:
            return None
        if field in FLOATS:
            open_ones = [child for child in below if self._tasks[child].actual_finish is None]
            return min(open_ones or below, key=lambda child: int(getattr(self._items[child], field.value)))
        chosen = min if field in STARTS else max
        return chosen(below, key=lambda child: int(getattr(self._items[child], field.value)))

    @cached_property
    def _children(self) -> Mapping[Id, list[Id]]:
        below: dict[Id, list[Id]] = {}
        for task in self._plan.tasks:
            if task.parent_id is not None:
                below.setdefault(task.parent_id, []).append(task.id)
        return below

    def _effort_link(self, task: Task, field: DateField) -> Link | None:
        """The link that names this date of a level of effort, if one does."""
        if task.kind is not TaskKind.LEVEL_OF_EFFORT or task.actual_finish is not None:
            return None
        return named_by(self._plan, self._network.network, self._items, task, field.value)

    # Late dates: the network is laid out once somebody asks for one.

    @cached_property
    def _network(self) -> Laid:
        return Laid.of(self._plan)

    def _late(self, task_id: Id, field: DateField) -> Iterator[Step]:
        node = task_id
        while True:
            if (below := self._child(node, field)) is not None:
                yield Step(node, Bound.CHILD)
                node = below
                continue
            step = self._late_step(node, F.LATE_START if field is F.LATE_START else F.LATE_FINISH)
            yield step
            if not isinstance(step.by, Link):
                return
            node = step.by.successor_id if step.by.predecessor_id == node else step.by.predecessor_id

    def _late_step(self, task_id: Id, field: DateField) -> Step:
        task = self._tasks[task_id]
        if (named := self._effort_link(task, field)) is not None:
            return Step(task_id, Bound.LINK, named)
        laid = self._network
        place = laid.place.get(task_id)
        if place is None:
            return Step(task_id, Bound.PROJECT_START)
        limits, late = laid.network.limits, laid.late[place]
        if limits.done[place]:
            is_start = field is F.LATE_START and task.actual_start is not None
            return Step(task_id, Bound.ACTUAL, at=task.actual_start if is_start else task.actual_finish)
        if limits.pinned[place] != NEVER:
            return Step(task_id, Bound.CONSTRAINT)
        for link, after in laid.out[place]:
            start = laid.late[after] - limits.remaining[after]
            if backward_bound(laid.network, link, start, after) == late:
                return Step(task_id, Bound.LINK, laid.network.links[link])
        if limits.ceiling[place] == late:
            by_deadline = task.deadline is not None and laid.network.axes[place].calendar.worked(task.deadline) == late
            return Step(task_id, Bound.DEADLINE if by_deadline else Bound.CONSTRAINT)
        return Step(task_id, Bound.PROJECT_FINISH if laid.is_by_finish else Bound.PROJECT_DEADLINE)

    def _free(self, task_id: Id) -> Iterator[Step]:
        node = task_id
        while (below := self._child(node, F.FREE_FLOAT)) is not None:
            yield Step(node, Bound.CHILD)
            node = below
        if (named := self._effort_link(self._tasks[node], F.LATE_FINISH)) is not None:
            yield Step(node, Bound.LINK, named)
            return
        laid = self._network
        place = laid.place.get(node)
        if place is None or laid.network.limits.done[place]:
            yield self._late_step(node, F.LATE_FINISH)
            return
        yield from self._to_successor(node, laid.follower(place, laid.free, laid.early.start))

    def _to_successor(self, task_id: Id, link: Link | None) -> Iterator[Step]:
        if link is None:
            yield Step(task_id, Bound.PROJECT_FINISH)
        else:
            yield Step(task_id, Bound.LINK, link)
            yield Step(link.successor_id, Bound.SUCCESSOR)

    def _is_delayed(self, task_id: Id) -> bool:
        item: ScheduledTask = self._items[task_id]
        return (item.scheduled_start, item.scheduled_finish) != (item.early_start, item.early_finish)

    def _delayed_path(self, task_id: Id, field: DateField) -> Iterator[Step]:
        """As late as possible: up to the task that follows, which may give way itself, or to its latest finish."""
        node = task_id
        while (below := self._child(node, field)) is not None:
            yield Step(node, Bound.CHILD)
            node = below
        laid = self._network
        while self._is_delayed(node):
            place = laid.place[node]
            if laid.late[place] < laid.delayed[place]:
                yield from self._late(node, F.LATE_FINISH)
                return
            link = laid.follower(place, laid.delayed, laid.given_way)
            if link is None:
                yield Step(node, Bound.PROJECT_FINISH)
                return
            yield Step(node, Bound.LINK, link)
            node = link.successor_id
        if node != task_id:
            yield Step(node, Bound.SUCCESSOR)
        else:
            yield from self._early(node, field)
