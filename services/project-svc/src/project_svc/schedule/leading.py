"""Which of several changes is behind a date that is not an early one: the way that `planning.explaining` finds, led to what was changed."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from uuid import UUID

from contracts.schedules import Cause
from planning import Imposed, Link, Plan, Schedule
from planning.engine import Dates
from planning.engine.objects import plan_of
from planning.explaining import LATE, Bound, DateField, Explainer, Step
from project_svc.schedule.columns import PlanColumns

OF_THE_PROJECT = frozenset({Bound.PROJECT_START, Bound.DATA_DATE, Bound.PROJECT_DEADLINE})


def scheduled(plan: PlanColumns, dates: Dates) -> tuple[Plan, Schedule]:
    """A plan in columns and its dates, as objects."""
    from planning.engine.scheduling import schedule_of  # its kernels load for plans, not at a start

    objects = plan_of(plan.columns)
    return objects, schedule_of(objects, dates)


def everywhere(changes: Iterable[Cause]) -> int:
    """Which of some changes is behind what no way leads to: the first one of a calendar, since that acts on all that goes by it, else the first."""
    return next((number for number, each in enumerate(changes) if each.calendar_id is not None), 0)


class Leading:
    """Causes among some changes, by their ids. plans: with their schedules, where the way is looked for in the first place and in the
    second. early: the cause of a task's early dates, if they moved; left out, it is looked for in the same way.
    """

    def __init__(
        self,
        plans: Iterable[tuple[Plan, Schedule]],
        changes: Mapping[UUID, Cause],
        early: Callable[[UUID], Cause | None] | None = None,
    ) -> None:
        self._plans = plans
        self._changes = changes
        self._early = self._early_cause if early is None else early

    def cause(self, task_id: UUID, field: DateField) -> Cause:
        """The first change met on the way to what holds the date now, else on the way to what held it before, else what acts on all at once."""
        changes = [*self._changes.values()]
        if len(changes) == 1:
            return changes[0]
        return self.met(task_id, field) or changes[everywhere(changes)]

    def met(self, task_id: UUID, field: DateField) -> Cause | None:
        """The same; None where no change is met."""
        return next((found for way in self._ways if (found := way.cause(task_id, field)) is not None), None)

    def _early_cause(self, task_id: UUID) -> Cause | None:
        return self.met(task_id, DateField.EARLY_FINISH)

    @cached_property
    def _ways(self) -> "list[_Ways]":
        return [_Ways(plan, schedule, self._changes, self._early) for plan, schedule in self._plans]


class _Ways:
    """The ways through one schedule. Those that late dates are counted back along meet, and none is walked twice from there."""

    def __init__(
        self, plan: Plan, schedule: Schedule, changes: Mapping[UUID, Cause], early: Callable[[UUID], Cause | None]
    ) -> None:
        self._schedule = schedule
        self._explainer = Explainer(plan, schedule)
        self._project_id = plan.projects[0].id
        self._changes = changes
        self._early = early
        self._known: dict[tuple[DateField, UUID], Cause | None] = {}

    def cause(self, task_id: UUID, field: DateField) -> Cause | None:
        """The first change met; None for a task that is not in this schedule, and where the way leads to none."""
        if task_id not in self._schedule.items:
            return None
        passed: list[UUID] = []
        found = None
        for step in self._explainer.steps(task_id, field):
            if (field, step.task_id) in self._known:
                found = self._known[field, step.task_id]
                break
            passed.append(step.task_id)
            if (found := self._met(step)) is not None:
                break
        if field in LATE:
            self._known |= {(field, each): found for each in passed}
        return found

    def _met(self, step: Step) -> Cause | None:
        own = self._changes.get(step.task_id)
        if own is not None or step.bound is Bound.CHILD:
            return own
        match step.by:
            case Link(id=changed) | Imposed(source_id=changed):
                return self._changes.get(changed)
        if step.bound in OF_THE_PROJECT:
            return self._changes.get(self._project_id)
        if step.bound is Bound.SUCCESSOR:
            return self._early(step.task_id)
        if step.bound is Bound.PROJECT_FINISH and self._schedule.longest_path:
            return self._early(self._schedule.longest_path[-1])
        return None
