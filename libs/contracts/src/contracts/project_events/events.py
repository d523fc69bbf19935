"""Every event of project-svc, one class per type and version."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, PrivateAttr
from pydantic_core import to_json

from contracts.events import Event, RecordEvent
from contracts.project_events.money import ActualState, ActualStateV2, BudgetLineState, CommitmentState
from contracts.project_events.states import (
    CalendarState,
    LinkState,
    ProjectState,
    RiskState,
    TaskState,
)
from contracts.schedules import MOST_MOVES, Move, Recalculation
from contracts.subjects import BoundaryKind
from contracts.values import Id


class ProjectEvent(RecordEvent[ProjectState]):
    """About the project itself."""

    boundary = BoundaryKind.PROJECT
    record = "project"
    path = "projects/{id}"


class ProjectCreated(ProjectEvent):
    """A project was created."""

    happened = "created"


class ProjectUpdated(ProjectEvent):
    """A project's own fields changed."""

    happened = "updated"


class ProjectDeleted(ProjectEvent):
    """The project is gone with all that belongs to it; no further event of it follows."""

    happened = "deleted"


class CalendarEvent(RecordEvent[CalendarState]):
    """About one calendar."""

    boundary = BoundaryKind.PROJECT
    record = "calendar"
    path = "projects/{project_id}/calendars/{id}"


class CalendarCreated(CalendarEvent):
    """A calendar was added; nothing is planned on it yet."""

    happened = "created"


class CalendarUpdated(CalendarEvent):
    """A calendar changed; what that moved is in a recalculation of the same revision."""

    happened = "updated"


class CalendarDeleted(CalendarEvent):
    """A calendar that nothing was planned on was removed."""

    happened = "deleted"


class TaskEvent(RecordEvent[TaskState]):
    """About one task."""

    boundary = BoundaryKind.PROJECT
    record = "task"
    path = "projects/{project_id}/tasks/{id}"


class TaskCreated(TaskEvent):
    """A task was added to the work breakdown."""

    happened = "created"


class TaskUpdated(TaskEvent):
    """A task's own fields changed; moved dates alone are a recalculation."""

    happened = "updated"


class TaskDeleted(TaskEvent):
    """A task was removed; its links, children and budget lines say so in events of their own."""

    happened = "deleted"


class LinkEvent(RecordEvent[LinkState]):
    """About one link."""

    boundary = BoundaryKind.PROJECT
    record = "link"
    path = "projects/{project_id}/links/{id}"


class LinkCreated(LinkEvent):
    """Two tasks of the project were linked."""

    happened = "created"


class LinkUpdated(LinkEvent):
    """A link's type or lag changed."""

    happened = "updated"


class LinkDeleted(LinkEvent):
    """A link was removed."""

    happened = "deleted"


class BudgetLineEvent(RecordEvent[BudgetLineState]):
    """About one budget line."""

    boundary = BoundaryKind.PROJECT
    record = "budget_line"
    path = "projects/{project_id}/budget/lines/{id}"


class BudgetLineCreated(BudgetLineEvent):
    """An amount was planned."""

    happened = "created"


class BudgetLineUpdated(BudgetLineEvent):
    """A planned amount, or what it is for, changed."""

    happened = "updated"


class BudgetLineDeleted(BudgetLineEvent):
    """A planned amount was removed."""

    happened = "deleted"


class ActualRecorded(RecordEvent[ActualState]):
    """A cost was incurred, or an earlier entry corrected by a new one."""

    boundary = BoundaryKind.PROJECT
    record = "actual"
    happened = "recorded"
    path = "projects/{project_id}/budget/actuals/{id}"
    beside = 2


class ActualRecordedV2(RecordEvent[ActualStateV2]):
    """The same; the document behind the cost is null where none is known."""

    boundary = BoundaryKind.PROJECT
    record = "actual"
    happened = "recorded"
    path = "projects/{project_id}/budget/actuals/{id}"
    version = 2
    beside = 1


class CommitmentRecorded(RecordEvent[CommitmentState]):
    """Money was promised, or an earlier entry corrected by a new one."""

    boundary = BoundaryKind.PROJECT
    record = "commitment"
    happened = "recorded"
    path = "projects/{project_id}/budget/commitments/{id}"


class RiskEvent(RecordEvent[RiskState]):
    """About one risk."""

    boundary = BoundaryKind.PROJECT
    record = "risk"
    path = "projects/{project_id}/risks/{id}"


class RiskCreated(RiskEvent):
    """A risk was identified."""

    happened = "created"


class RiskUpdated(RiskEvent):
    """A risk's assessment, response or state changed."""

    happened = "updated"


class RiskDeleted(RiskEvent):
    """A risk was removed, as one that was never real."""

    happened = "deleted"


class ProjectRecalculation(Recalculation):
    """Moves of one project's own schedule."""

    project_id: Id
    moves: Annotated[list[Move], Field(max_length=MOST_MOVES)]


class ProjectScheduleRecalculated(Event):
    """A change moved dates of the project's own schedule: every moved task, with the root cause."""

    boundary = BoundaryKind.PROJECT
    record = "schedule"
    happened = "recalculated"
    path = "projects/{project_id}/schedule"

    data: ProjectRecalculation
    _moves: Sequence[Mapping[str, object]] | None = PrivateAttr(default=None)

    @classmethod
    def written(cls, head: ProjectRecalculation, moves: Sequence[Mapping[str, object]]) -> Self:
        """The same, its moves given in the form that `Move` has as JSON, at most MOST_MOVES: a thousand shapes take fifteen times as long.

        `data` holds none of them, only the payload does. Raises ValueError for too many.
        """
        if len(moves) > MOST_MOVES:
            raise ValueError(f"A part has at most {MOST_MOVES} moves")
        event = cls(data=head)
        event._moves = moves
        return event

    def data_json(self) -> bytes:
        """The payload, see Event.data_json."""
        if self._moves is None:
            return super().data_json()
        return to_json(self.data.model_dump(mode="json") | {"moves": self._moves})


EVENTS: tuple[type[Event], ...] = (
    ProjectCreated,
    ProjectUpdated,
    ProjectDeleted,
    CalendarCreated,
    CalendarUpdated,
    CalendarDeleted,
    TaskCreated,
    TaskUpdated,
    TaskDeleted,
    LinkCreated,
    LinkUpdated,
    LinkDeleted,
    BudgetLineCreated,
    BudgetLineUpdated,
    BudgetLineDeleted,
    ActualRecorded,
    ActualRecordedV2,
    CommitmentRecorded,
    RiskCreated,
    RiskUpdated,
    RiskDeleted,
    ProjectScheduleRecalculated,
)
"""Every event version that project-svc publishes."""
