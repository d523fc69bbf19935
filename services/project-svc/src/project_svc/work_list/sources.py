"""Where work waits: for each kind of record, which of them are open, whose they are and when they are due."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Interval,
    Select,
    String,
    Table,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.selectable import Subquery

from contracts.project_events.change_requests import ChangeRequestStatus
from contracts.project_events.comments import CommentStatus
from contracts.project_events.control import GateStatus, PhaseStatus
from contracts.project_events.exceptions import ExceptionStatus
from contracts.project_events.log import ActionStatus, AssumptionStatus, DecisionStatus, IssueStatus
from contracts.project_events.people import Cadence, DeliverableStatus
from contracts.project_events.resources import ResourceKind
from contracts.vocabulary import RiskStatus, TaskKind, TaskStatus
from project_svc.assignments.models import Assignment
from project_svc.change_requests.models import CHANGE_REQUESTS
from project_svc.comments.models import COMMENTS
from project_svc.projects.models import Project
from project_svc.records import table_of
from project_svc.registers import ACTIONS, ASSUMPTIONS, DECISIONS, DELIVERABLES, GATES, ISSUES, PHASES, STAKEHOLDERS
from project_svc.resources.models import Resource
from project_svc.risks.models import OVER, Risk
from project_svc.schedule.models import ScheduledTask
from project_svc.tasks.models import Task
from project_svc.tolerances.models import EXCEPTIONS
from project_svc.work_list.models import WorkKind

TITLE = 200
"""Letters of a comment that are shown."""
MINUTES_PER_DAY = 1440
EPOCH = literal_column("DATE '1970-01-01'", Date)
PROJECTS, TASKS, DATES, RISKS = table_of(Project), table_of(Task), table_of(ScheduledTask), table_of(Risk)
ASSIGNMENTS, RESOURCES = table_of(Assignment), table_of(Resource)


@dataclass(frozen=True, slots=True)
class Source:
    """A table whose records somebody answers for. title, who, starts, due: columns."""

    kind: WorkKind
    table: Table
    open: tuple[str, ...]
    title: str = "title"
    who: str = "owner"
    due: str | None = "due_on"
    starts: str | None = None
    is_managed: bool = False
    """Whether it is the manager's of the project as long as it is nobody else's."""

    def rows(self) -> Select[Any]:
        """Its open records, as every source shows them."""
        at = self.table.c
        return _shown(
            self.table,
            self.kind,
            title=at[self.title],
            starts=_day(None if self.starts is None else at[self.starts]),
            forecast=_day(None),
            due=_day(None if self.due is None else at[self.due]),
            people=self._people(),
        ).where(at.state.in_(self.open))

    def _people(self) -> ColumnElement[Any]:
        at = self.table.c
        if self.kind is WorkKind.COMMENT:
            return literal_column("ARRAY(SELECT jsonb_array_elements_text(comments.mentions))", ARRAY(String))
        whose: ColumnElement[Any] = at[self.who]
        if self.is_managed:
            manager = select(PROJECTS.c.manager).where(PROJECTS.c.id == at.project_id).scalar_subquery()
            whose = func.coalesce(func.nullif(whose, ""), manager)
        return func.array_remove(array([whose]), "")


WAITING = (ChangeRequestStatus.SUBMITTED, ChangeRequestStatus.ASSESSED, ChangeRequestStatus.APPROVED)
"""States in which a change request waits for its assessment, its decision, or to be carried out."""
EVERY = {
    Cadence.DAILY: "1 day",
    Cadence.WEEKLY: "7 days",
    Cadence.FORTNIGHTLY: "14 days",
    Cadence.MONTHLY: "1 month",
    Cadence.QUARTERLY: "3 months",
}
"""After how long a stakeholder hears of the project again; on events, nobody knows when."""
OPEN_TASKS = (TaskStatus.NOT_STARTED, TaskStatus.IN_PROGRESS, TaskStatus.ON_HOLD)
SOURCES = (
    Source(WorkKind.ACTION, ACTIONS.table, (ActionStatus.OPEN,)),
    Source(WorkKind.ISSUE, ISSUES.table, (IssueStatus.OPEN, IssueStatus.IN_PROGRESS, IssueStatus.RESOLVED)),
    Source(WorkKind.DECISION, DECISIONS.table, (DecisionStatus.PROPOSED,), who="decided_by"),
    Source(WorkKind.ASSUMPTION, ASSUMPTIONS.table, (AssumptionStatus.OPEN,), due="validate_by"),
    Source(
        WorkKind.DELIVERABLE,
        DELIVERABLES.table,
        (DeliverableStatus.PLANNED, DeliverableStatus.DELIVERED, DeliverableStatus.REJECTED),
        title="name",
    ),
    Source(
        WorkKind.PHASE,
        PHASES.table,
        (PhaseStatus.PLANNED, PhaseStatus.ACTIVE),
        "name",
        starts="planned_start",
        due="planned_finish",
    ),
    Source(WorkKind.RISK, RISKS, tuple(state for state in RiskStatus if state not in OVER), due="review_on"),
    Source(WorkKind.EXCEPTION, EXCEPTIONS.table, (ExceptionStatus.OPEN,), due=None),
    Source(WorkKind.GATE, GATES.table, (GateStatus.OPEN,), "name", due="planned_on", is_managed=True),
    Source(WorkKind.CHANGE_REQUEST, CHANGE_REQUESTS.table, WAITING, who="decided_by", due=None, is_managed=True),
    Source(WorkKind.COMMENT, COMMENTS.table, (CommentStatus.OPEN,), "body", due=None),
)


def all_work() -> Subquery:
    """Everything that waits, whoever it waits for: one row a record, with its project and its days."""
    return union_all(_tasks(), _stakeholders(), *(source.rows() for source in SOURCES)).subquery("work")


def _tasks() -> Select[Any]:
    """Tasks that are not over, on the days that they are computed to be worked on."""
    at_work = (
        select(func.array_agg(RESOURCES.c.name).op("||")(func.array_agg(RESOURCES.c.email)))
        .join_from(ASSIGNMENTS, RESOURCES, RESOURCES.c.id == ASSIGNMENTS.c.resource_id)
        .where(ASSIGNMENTS.c.task_id == TASKS.c.id, RESOURCES.c.kind == ResourceKind.WORK)
        .scalar_subquery()
    )
    people = func.array_remove(TASKS.c.assignees.op("||")(func.coalesce(at_work, cast([], ARRAY(String)))), "")
    forecast = EPOCH + cast(func.floor((DATES.c.early_finish - 1) / MINUTES_PER_DAY), Integer)
    deadline = cast(func.left(type_coerce(TASKS.c.deadline, String), 10), Date)
    return (
        _shown(
            TASKS,
            WorkKind.TASK,
            title=TASKS.c.name,
            starts=EPOCH + cast(func.floor(DATES.c.early_start / MINUTES_PER_DAY), Integer),
            forecast=forecast,
            due=func.coalesce(deadline, forecast),
            people=people,
        )
        .join_from(TASKS, DATES, DATES.c.task_id == TASKS.c.id, isouter=True)
        .where(TASKS.c.state.in_(OPEN_TASKS), TASKS.c.kind != TaskKind.SUMMARY)
    )


def _stakeholders() -> Select[Any]:
    """Those whom somebody looks after, on the day on which they are to hear of the project: so long after the last time, or after they were named."""
    at = STAKEHOLDERS.table.c
    since = func.coalesce(at.last_contact_on, cast(func.timezone("UTC", at.created_at), Date))
    due = cast(since + case(*((at.cadence == each, _interval(told)) for each, told in EVERY.items())), Date)
    return _shown(
        STAKEHOLDERS.table,
        WorkKind.STAKEHOLDER,
        title=at.name,
        state=at.engagement,
        starts=due,
        forecast=_day(None),
        due=due,
        people=func.array_remove(array([at.owner]), ""),
    ).where(at.cadence.in_(tuple(EVERY)), at.owner != "")


def _interval(told: str) -> ColumnElement[Any]:
    return literal_column(f"INTERVAL '{told}'", Interval)


def _shown(table: Table, kind: WorkKind, **columns: ColumnElement[Any]) -> Select[Any]:
    title = func.left(columns.pop("title"), TITLE)
    state = columns.pop("state", None)
    return select(
        table.c.project_id,
        literal(kind.value, String).label("kind"),
        table.c.id,
        title.label("title"),
        type_coerce(table.c.state if state is None else state, String).label("state"),
        *(column.label(name) for name, column in columns.items()),
    )


def _day(column: ColumnElement[Any] | None) -> ColumnElement[Any]:
    return cast(null() if column is None else column, Date)
