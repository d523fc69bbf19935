"""A task: its table, what it becomes when its progress is told, and its shapes on the wire."""

from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field as ShapeField
from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlmodel import Field

from chassis.patch import unset
from contracts.project_events import Constraint, TaskState
from contracts.project_events.resources import WorkMode
from contracts.project_events.states import Assignees
from contracts.values import (
    MINUTES_PER_DAY,
    DayOrMoment,
    Duration,
    ExternalRef,
    Id,
    Label,
    Name,
    NonNegativeWrittenDuration,
    Percent,
    Shape,
    Text,
)
from contracts.vocabulary import ConstraintType, SchedulingMode, TaskKind, TaskStatus
from planning.written import held
from project_svc.calendars.models import hours_of
from project_svc.projects.models import check_step
from project_svc.records import INSTANT, MINUTES, NAMES, WRITTEN_DATE, ProjectRecord, words

WHOLE = Decimal(100)
SET_ASIDE = frozenset({TaskStatus.ON_HOLD, TaskStatus.CANCELLED})
"""States that progress does not decide."""
S = TaskStatus
STEPS: dict[TaskStatus, tuple[TaskStatus, ...]] = {
    S.NOT_STARTED: (S.IN_PROGRESS, S.COMPLETE, S.ON_HOLD, S.CANCELLED),
    S.IN_PROGRESS: (S.NOT_STARTED, S.COMPLETE, S.ON_HOLD, S.CANCELLED),
    S.COMPLETE: (S.NOT_STARTED, S.IN_PROGRESS, S.ON_HOLD),
    S.ON_HOLD: (S.NOT_STARTED, S.IN_PROGRESS, S.COMPLETE, S.CANCELLED),
    S.CANCELLED: (S.NOT_STARTED, S.IN_PROGRESS),
}
"""From each state, those that a client may send. Steps back take progress back; what is complete is not cancelled, its work was done."""
STEPS_OF_SUMMARIES: dict[TaskStatus, tuple[TaskStatus, ...]] = {
    S.NOT_STARTED: (S.ON_HOLD, S.CANCELLED),
    S.ON_HOLD: (S.NOT_STARTED, S.CANCELLED),
    S.CANCELLED: (S.NOT_STARTED,),
}
"""A summary has no progress of its own: it is set aside and taken up again."""
SCHEDULED_FROM = frozenset(
    {
        "parent_id",
        "kind",
        "duration",
        "remaining_duration",
        "calendar_id",
        "mode",
        "planned_start",
        "planned_finish",
        "constraint",
        "percent_complete",
        "actual_start",
        "actual_finish",
        "state",
    }
)
"""Fields that early dates are computed from; a deadline is not one: it acts on late dates alone."""
ACT_ON_LATE_DATES = frozenset({ConstraintType.SNLT, ConstraintType.FNLT, ConstraintType.MSO, ConstraintType.MFO})
LIMITS = frozenset({"deadline", "mode", "planned_start", "planned_finish", "constraint"})
"""Fields that late and scheduled dates are counted from."""


class Task(ProjectRecord, table=True):
    """An element of the work breakdown. Durations are working minutes; dates are kept as they were written."""

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("project_id", "id"),
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_tasks_external_ref"),
        ForeignKeyConstraint(["project_id", "parent_id"], ["tasks.project_id", "tasks.id"]),
        ForeignKeyConstraint(
            ["project_id", "calendar_id"], ["calendars.project_id", "calendars.id"], name="fk_tasks_calendar_id"
        ),
        Index("ix_tasks_calendar_id", "calendar_id", postgresql_where=text("calendar_id IS NOT NULL")),
        Index("uq_tasks_wbs_code", "project_id", "wbs_code", unique=True, postgresql_where=text("wbs_code <> ''")),
        Index("ix_tasks_project_id_parent_id_wbs_number", "project_id", "parent_id", "wbs_number"),
    )

    parent_id: UUID | None = None
    wbs_code: str
    wbs_number: int | None = None
    """What its code ends with, if it continues the parent's (`project_svc.tasks.wbs`)."""
    name: str
    description: str
    kind: TaskKind = Field(sa_type=words(TaskKind))
    duration: int = Field(sa_type=MINUTES)
    remaining_duration: int | None = Field(default=None, sa_type=MINUTES)
    calendar_id: UUID | None = None
    minutes_per_day: int = Field(default=MINUTES_PER_DAY, sa_type=MINUTES)
    """What `P1D` stands for in its durations: the day of its calendar (`project_svc.calendars.days`)."""
    mode: SchedulingMode = Field(sa_type=words(SchedulingMode))
    constraint_type: ConstraintType | None = Field(default=None, sa_type=words(ConstraintType))
    constraint_date: date | None = Field(default=None, sa_type=WRITTEN_DATE)
    deadline: date | None = Field(default=None, sa_type=WRITTEN_DATE)
    percent_complete: Decimal = Field(sa_type=Numeric)
    actual_start: date | None = Field(default=None, sa_type=WRITTEN_DATE)
    actual_finish: date | None = Field(default=None, sa_type=WRITTEN_DATE)
    state: TaskStatus = Field(sa_type=words(TaskStatus))
    quality_criteria: str = ""
    assignees: list[str] = Field(default_factory=list, sa_type=NAMES)
    work_mode: WorkMode = Field(default=WorkMode.FIXED_UNITS, sa_type=words(WorkMode))
    planned_start: date | None = Field(default=None, sa_type=WRITTEN_DATE)
    planned_finish: date | None = Field(default=None, sa_type=WRITTEN_DATE)
    updated_at: datetime = Field(sa_type=INSTANT)

    @property
    def is_limited(self) -> bool:
        """Whether something of its own says how late it may be."""
        return self.deadline is not None or self.held[0] in ACT_ON_LATE_DATES

    @property
    def held(self) -> tuple[str | None, date | None]:
        """The type and date of the constraint that its dates are computed with."""
        return held(self.mode, self.planned_start, self.planned_finish, self.constraint_type, self.constraint_date)

    def step(self, to: TaskStatus) -> None:
        """Go to another state, if progress allows it (`project_svc.tasks.rules`). Raises IllegalStep."""
        if self.kind is TaskKind.SUMMARY and self.state in STEPS_OF_SUMMARIES:
            check_step("a summary", self.state, to, STEPS_OF_SUMMARIES)
        else:
            check_step("a task", self.state, to, STEPS)
        self.state = to

    def follow_progress(self, told: AbstractSet[str]) -> None:
        """Bring state, percent complete and remaining duration in line with the actual dates, except where the client told them itself."""
        if self.kind is TaskKind.SUMMARY:
            return
        if "state" not in told and self.state not in SET_ASIDE:
            self.state = self._state_by_progress()
        if self.state is TaskStatus.COMPLETE:
            self.percent_complete = self.percent_complete if "percent_complete" in told else WHOLE
            self.remaining_duration = self.remaining_duration if "remaining_duration" in told else None

    def _state_by_progress(self) -> TaskStatus:
        if self.actual_finish is not None:
            return TaskStatus.COMPLETE
        if self.actual_start is not None or self.percent_complete > 0:
            return TaskStatus.IN_PROGRESS
        return TaskStatus.NOT_STARTED

    def wire(self) -> TaskState:
        """The task as events and answers show it."""
        return TaskState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            parent_id=self.parent_id,
            wbs_code=self.wbs_code,
            name=self.name,
            description=self.description,
            kind=self.kind,
            hours_per_day=hours_of(self.minutes_per_day),
            duration=Duration(self.duration, self.minutes_per_day),
            remaining_duration=None
            if self.remaining_duration is None
            else Duration(self.remaining_duration, self.minutes_per_day),
            calendar_id=self.calendar_id,
            mode=self.mode,
            constraint=self.constraint_type and Constraint(type=self.constraint_type, date=self.constraint_date),
            deadline=self.deadline,
            percent_complete=self.percent_complete,
            actual_start=self.actual_start,
            actual_finish=self.actual_finish,
            state=self.state,
            quality_criteria=self.quality_criteria,
            assignees=self.assignees,
            work_mode=self.work_mode,
            planned_start=self.planned_start,
            planned_finish=self.planned_finish,
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class ConstraintCreate(Shape):
    """A bound on a task's dates; every type but ASAP and ALAP has a date."""

    type: ConstraintType
    date: DayOrMoment | None = None


class ConstraintUpdate(Shape):
    """A change of the bound; what is left out stays."""

    type: ConstraintType = unset()
    date: DayOrMoment | None = unset()


class TaskCreate(Shape):
    """What a new task is made of. A task needs a duration; milestones and summaries have none of their own."""

    name: Name
    kind: TaskKind = TaskKind.TASK
    duration: NonNegativeWrittenDuration | None = None
    remaining_duration: NonNegativeWrittenDuration | None = None
    calendar_id: Id | None = None
    parent_id: Id | None = None
    wbs_code: Label = ""
    """Left out: computed from its place, `1.2` below `1`."""
    description: Text = ""
    mode: SchedulingMode = SchedulingMode.AUTO_ASAP
    constraint: ConstraintCreate | None = None
    deadline: DayOrMoment | None = None
    percent_complete: Percent = Decimal(0)
    actual_start: DayOrMoment | None = None
    actual_finish: DayOrMoment | None = None
    state: TaskStatus | None = None
    """Left out: what the actual dates and percent complete say."""
    quality_criteria: Text = ""
    assignees: Assignees = ShapeField(default_factory=list)
    work_mode: WorkMode = WorkMode.FIXED_UNITS
    planned_start: DayOrMoment | None = None
    """Holds a task whose mode is `manual`."""
    planned_finish: DayOrMoment | None = None
    """Holds one without a planned start."""
    external_ref: ExternalRef | None = None


class TaskUpdate(Shape):
    """What may change of a task: a JSON Merge Patch. State and percent complete follow the actual dates unless they are sent."""

    name: Name = unset()
    kind: TaskKind = unset()
    duration: NonNegativeWrittenDuration = unset()
    remaining_duration: NonNegativeWrittenDuration | None = unset()
    calendar_id: Id | None = unset()
    parent_id: Id | None = unset()
    """All that is below it goes along."""
    wbs_code: Label = unset()
    """Empty: computed anew. Computed codes below follow."""
    description: Text = unset()
    mode: SchedulingMode = unset()
    constraint: ConstraintUpdate | None = unset()
    deadline: DayOrMoment | None = unset()
    percent_complete: Percent = unset()
    actual_start: DayOrMoment | None = unset()
    actual_finish: DayOrMoment | None = unset()
    state: TaskStatus = unset()
    quality_criteria: Text = unset()
    assignees: Assignees = unset()
    work_mode: WorkMode = unset()
    planned_start: DayOrMoment | None = unset()
    planned_finish: DayOrMoment | None = unset()
