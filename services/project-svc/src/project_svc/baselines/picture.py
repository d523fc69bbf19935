"""Scope, schedule and cost of a project at one moment: what a baseline copies, and what it is compared with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from contracts.vocabulary import TaskKind
from planning import WorkCalendar
from planning.books import Agreed, Line, Span
from planning.planned_value import Spread
from planning.written import at_finish, at_start
from project_svc.baselines.scope import Scope, present_scope
from project_svc.budgets.models import BudgetLine
from project_svc.projects.reading import ReadProject
from project_svc.records import table_of
from project_svc.schedule.queries import Planned, schedule_of
from project_svc.tasks.models import Task

TASKS = table_of(Task)
LINES = table_of(BudgetLine)
COPIED = ("id", "parent_id", "wbs_code", "name", "kind", "duration", "minutes_per_day", "calendar_id")
HELD_BY = ("mode", "constraint_type", "constraint_date", "planned_start", "planned_finish")
"""Columns of tasks."""


class Dated(Protocol):
    """A task and its early dates (instants), in whatever row they are."""

    @property
    def kind(self) -> TaskKind: ...
    @property
    def early_start(self) -> int: ...
    @property
    def early_finish(self) -> int: ...


def ends_of(tasks: Collection[Dated], nothing: int = 0) -> tuple[int, int]:
    """When a plan starts and finishes, by the tasks that say so (`planning.reference.counting`). nothing: when one without tasks does."""
    own = [task for task in tasks if task.kind is not TaskKind.SUMMARY]
    counted = [task for task in own if task.kind is not TaskKind.LEVEL_OF_EFFORT] or own or tasks
    starts, finishes = ((task.early_start for task in counted), (task.early_finish for task in counted))
    return min(starts, default=nothing), max(finishes, default=nothing)


@dataclass(frozen=True, slots=True)
class PicturedTask:
    """A task and its dates (instants). duration: working minutes. cost: the sum of its budget lines.

    held: what people hold its dates by: its mode, then its constraint and its planned dates where it has any; None where nobody kept it.
    """

    task_id: UUID
    parent_id: UUID | None
    wbs_code: str
    name: str
    kind: TaskKind
    duration: int
    minutes_per_day: int
    calendar_id: UUID | None
    early_start: int
    early_finish: int
    scheduled_start: int
    scheduled_finish: int
    cost: Decimal
    held: str | None = None


@dataclass(frozen=True, slots=True)
class PicturedLine:
    """A budget line, in the project's currency."""

    line_id: UUID
    name: str
    amount: Decimal
    task_id: UUID | None
    contingency: bool
    starts_on: date | None = None
    ends_on: date | None = None

    def span(self, calendar: WorkCalendar) -> Span | None:
        """The period that it is planned in; None where it has none of its own."""
        if self.starts_on is None or self.ends_on is None:
            return None
        return at_start(self.starts_on, calendar), at_finish(self.ends_on, calendar)


@dataclass(frozen=True, slots=True)
class Picture:
    """The plan at one revision. Cancelled tasks are not in it, their budget lines are."""

    revision: int
    scope: str
    start: int
    finish: int
    tasks: Mapping[UUID, PicturedTask]
    lines: Mapping[UUID, PicturedLine]
    calendar: WorkCalendar | None = None
    """What the project worked by; None where nobody kept it: then by the present one."""
    calendars: Mapping[UUID, WorkCalendar] = field(default_factory=dict)
    """What tasks worked by that had a calendar of their own, by its id."""
    more: Scope | None = None
    """The scope beside its words; None where nobody kept it."""
    project_start: date | None = None
    """Before which no task could start; None where nobody kept it."""

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

    @property
    def kept_calendars(self) -> list[WorkCalendar]:
        """Every calendar that the plan was made by, as far as it was kept."""
        return [*self.calendars.values(), *([] if self.calendar is None else [self.calendar])]

    def agreed(self) -> Agreed:
        """The dates that the budget lines are spread over."""
        dates = {task.task_id: (task.scheduled_start, task.scheduled_finish) for task in self.tasks.values()}
        return Agreed(dates, self.start, self.finish, self._calendars(), self.calendar)

    def booked(self, calendar: WorkCalendar) -> list[Line]:
        """The lines as they are spread. calendar: the project's present one."""
        own = self._calendars()
        project = self.calendar or calendar
        return [
            Line(
                line.task_id,
                line.amount,
                line.span(project if line.task_id is None else own.get(line.task_id, project)),
            )
            for line in self.lines.values()
        ]

    def _calendars(self) -> dict[UUID, WorkCalendar]:
        """What each task worked by, as far as it was kept."""
        if self.calendar is None:
            return {}
        return {
            task.task_id: self.calendar if task.calendar_id is None else self.calendars[task.calendar_id]
            for task in self.tasks.values()
        }

    def spreads(self, planned: Planned) -> list[Spread]:
        """The budget lines over time, by the calendars of the present plan."""
        return [
            Spread(line.amount, *self._span(line, planned), planned.calendar_of(line.task_id))
            for line in self.lines.values()
            if line.task_id is None or line.task_id in self.tasks
        ]

    def _span(self, line: PicturedLine, planned: Planned) -> Span:
        task_id = line.task_id
        own = line.span(planned.calendar_of(task_id))
        if own is not None:
            return own
        if task_id is None:
            return self.start, self.finish
        return self.tasks[task_id].scheduled_start, self.tasks[task_id].scheduled_finish


async def present_picture(project: ReadProject, planned: Planned | None = None) -> Picture:
    """The plan as this transaction sees it. planned: its dates, where they are known. Raises Cycle, OutsideTime, Unschedulable (409)."""
    await project.session.flush()
    schedule = (planned or await schedule_of(project)).schedule
    found = await project.session.execute(select(LINES).where(LINES.c.project_id == project.id).order_by(LINES.c.id))
    lines = {
        row.id: PicturedLine(row.id, row.name, row.amount, row.task_id, row.contingency, row.starts_on, row.ends_on)
        for row in found
    }
    costs: dict[UUID, Decimal] = {}
    for line in lines.values():
        if line.task_id is not None:
            costs[line.task_id] = costs.get(line.task_id, Decimal(0)) + line.amount
    columns = [TASKS.c[name] for name in (*COPIED, *HELD_BY)]
    rows = await project.session.execute(select(*columns).where(TASKS.c.project_id == project.id).order_by(TASKS.c.id))
    tasks = {}
    for row in rows.mappings():
        if (item := schedule.items.get(row["id"])) is not None:
            tasks[row["id"]] = PicturedTask(
                task_id=row["id"],
                **{name: row[name] for name in COPIED[1:]},
                early_start=item.early_start,
                early_finish=item.early_finish,
                scheduled_start=item.scheduled_start,
                scheduled_finish=item.scheduled_finish,
                cost=costs.get(row["id"], Decimal(0)),
                held=" ".join(str(row[name]) for name in HELD_BY if row[name] is not None),
            )
    more = await present_scope(project.session, project.id, project.row.success_criteria)
    own, ends = project.row, (schedule.start, schedule.finish)
    return Picture(own.revision, own.scope, *ends, tasks, lines, more=more, project_start=own.start)
