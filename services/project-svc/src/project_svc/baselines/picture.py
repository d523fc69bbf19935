"""Scope, schedule and cost of a project at one moment: what a baseline copies, and what it is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from contracts.vocabulary import TaskKind
from planning.books import Agreed
from planning.planned_value import Spread
from project_svc.budgets.models import BudgetLine
from project_svc.projects.reading import ReadProject
from project_svc.records import table_of
from project_svc.schedule.queries import Planned, schedule_of
from project_svc.tasks.models import Task

TASKS = table_of(Task)
LINES = table_of(BudgetLine)


@dataclass(frozen=True, slots=True)
class PicturedTask:
    """A task and its dates (instants). duration: working minutes. cost: the sum of its budget lines."""

    task_id: UUID
    parent_id: UUID | None
    wbs_code: str
    name: str
    kind: TaskKind
    duration: int
    minutes_per_day: int
    early_start: int
    early_finish: int
    scheduled_start: int
    scheduled_finish: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class PicturedLine:
    """A budget line, in the project's currency."""

    line_id: UUID
    name: str
    amount: Decimal
    task_id: UUID | None
    contingency: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The plan at one revision. Cancelled tasks are not in it, their budget lines are."""

    revision: int
    scope: str
    start: int
    finish: int
    tasks: Mapping[UUID, PicturedTask]
    lines: Mapping[UUID, PicturedLine]

    @property
    def bac(self) -> Decimal:
        """Budget at completion."""
        return sum((line.amount for line in self.lines.values()), Decimal(0))

    @property
    def contingency(self) -> Decimal:
        """What of it is set aside for known risks."""
        return sum((line.amount for line in self.lines.values() if line.contingency), Decimal(0))

    @property
    def unassigned(self) -> Decimal:
        """What of it belongs to no task of the picture."""
        return sum((line.amount for line in self.lines.values() if line.task_id not in self.tasks), Decimal(0))

    def agreed(self) -> Agreed:
        """The dates that the budget lines are spread over."""
        dates = {task.task_id: (task.scheduled_start, task.scheduled_finish) for task in self.tasks.values()}
        return Agreed(dates, self.start, self.finish)

    def spreads(self, planned: Planned) -> list[Spread]:
        """The budget lines over time, by the calendars of the present plan."""
        return [
            Spread(line.amount, *self._span(line.task_id), planned.calendar_of(line.task_id))
            for line in self.lines.values()
            if line.task_id is None or line.task_id in self.tasks
        ]

    def _span(self, task_id: UUID | None) -> tuple[int, int]:
        if task_id is None:
            return self.start, self.finish
        return self.tasks[task_id].scheduled_start, self.tasks[task_id].scheduled_finish


async def present_picture(project: ReadProject, planned: Planned | None = None) -> Picture:
    """The plan as this transaction sees it. planned: its dates, where they are known. Raises Cycle, OutsideTime, Unschedulable (409)."""
    await project.session.flush()
    schedule = (planned or await schedule_of(project)).schedule
    found = await project.session.execute(select(LINES).where(LINES.c.project_id == project.id).order_by(LINES.c.id))
    lines = {row.id: PicturedLine(row.id, row.name, row.amount, row.task_id, row.contingency) for row in found}
    costs: dict[UUID, Decimal] = {}
    for line in lines.values():
        if line.task_id is not None:
            costs[line.task_id] = costs.get(line.task_id, Decimal(0)) + line.amount
    columns = (
        TASKS.c.id,
        TASKS.c.parent_id,
        TASKS.c.wbs_code,
        TASKS.c.name,
        TASKS.c.kind,
        TASKS.c.duration,
        TASKS.c.minutes_per_day,
    )
    rows = await project.session.execute(select(*columns).where(TASKS.c.project_id == project.id).order_by(TASKS.c.id))
    tasks = {}
    for row in rows:
        if (item := schedule.items.get(row.id)) is not None:
            tasks[row.id] = PicturedTask(
                *row,
                early_start=item.early_start,
                early_finish=item.early_finish,
                scheduled_start=item.scheduled_start,
                scheduled_finish=item.scheduled_finish,
                cost=costs.get(row.id, Decimal(0)),
            )
    return Picture(project.row.revision, project.row.scope, schedule.start, schedule.finish, tasks, lines)
