"""Every event of program-svc, one class per type and version."""

from typing import Annotated

from pydantic import Field

from contracts.events import Event, RecordEvent
from contracts.program_events.states import (
    AlignmentState,
    CheckInState,
    ComponentState,
    DependencyState,
    GoalState,
    KeyResultState,
    ProgramState,
)
from contracts.schedules import MOST_MOVES, ProgramMove, Recalculation
from contracts.subjects import BoundaryKind
from contracts.values import Id


class ProgramEvent(RecordEvent[ProgramState]):
    """About the program itself."""

    boundary = BoundaryKind.PROGRAM
    record = "program"
    path = "programs/{id}"


class ProgramCreated(ProgramEvent):
    """A program was created."""

    happened = "created"


class ProgramUpdated(ProgramEvent):
    """A program's own fields changed."""

    happened = "updated"


class ProgramDeleted(ProgramEvent):
    """The program is gone with its components and dependencies; no further event of it follows."""

    happened = "deleted"


class ComponentEvent(RecordEvent[ComponentState]):
    """About one project's membership in the program."""

    boundary = BoundaryKind.PROGRAM
    record = "component"
    path = "programs/{program_id}/components/{project_id}"


class ComponentAdded(ComponentEvent):
    """A project joined the program."""

    happened = "added"


class ComponentRemoved(ComponentEvent):
    """A project left the program; its dependencies dissolve in events of their own."""

    happened = "removed"


class DependencyEvent(RecordEvent[DependencyState]):
    """About one dependency."""

    boundary = BoundaryKind.PROGRAM
    record = "dependency"
    path = "programs/{program_id}/dependencies/{id}"


class DependencyProposed(DependencyEvent):
    """One task was proposed to depend on another project's task; it shapes no dates yet."""

    happened = "proposed"


class DependencyUpdated(DependencyEvent):
    """Agreed fields or an answer to a slip changed."""

    happened = "updated"


class DependencyCommitted(DependencyEvent):
    """One end, or the second of both, committed; `state` says whether the contract holds."""

    happened = "committed"


class DependencyRejected(DependencyEvent):
    """One end said no."""

    happened = "rejected"


class DependencyCancelled(DependencyEvent):
    """The dependency was called off."""

    happened = "cancelled"


class DependencyAtRisk(DependencyEvent):
    """The margin fell below the threshold."""

    happened = "at_risk"


class DependencyRecovered(DependencyEvent):
    """The margin is back; the dependency is committed as before."""

    happened = "recovered"


class DependencyBreached(DependencyEvent):
    """The forecast lies after the date needed."""

    happened = "breached"


class DependencyDissolved(DependencyEvent):
    """An end was deleted or cancelled, or its project left the program."""

    happened = "dissolved"


class DependencyForecastChanged(DependencyEvent):
    """Forecast, need, margin or imposed date moved, the state did not."""

    happened = "forecast_changed"


class DependencySuspended(DependencyEvent):
    """A link closed a cycle through the dependency, which is left out of the network until it is gone."""

    happened = "suspended"


class DependencyResumed(DependencyEvent):
    """The cycle is gone and the dependency shapes dates again."""

    happened = "resumed"


class ProgramRecalculation(Recalculation):
    """Moves of the program's schedule, in any of its projects."""

    program_id: Id
    moves: Annotated[list[ProgramMove], Field(max_length=MOST_MOVES)]


class ProgramScheduleRecalculated(Event):
    """A change in one of its projects, or to a dependency, moved dates of the program's schedule."""

    boundary = BoundaryKind.PROGRAM
    record = "schedule"
    happened = "recalculated"
    path = "programs/{program_id}/schedule"

    data: ProgramRecalculation


class GoalEvent(RecordEvent[GoalState]):
    """About one goal of the organisation."""

    boundary = BoundaryKind.STRATEGY
    record = "goal"
    path = "goals/{id}"


class GoalCreated(GoalEvent):
    """A goal was set."""

    happened = "created"


class GoalUpdated(GoalEvent):
    """A goal's own fields changed."""

    happened = "updated"


class GoalDeleted(GoalEvent):
    """A goal was removed."""

    happened = "deleted"


class KeyResultEvent(RecordEvent[KeyResultState]):
    """About one key result."""

    boundary = BoundaryKind.STRATEGY
    record = "key_result"
    path = "key-results/{id}"


class KeyResultCreated(KeyResultEvent):
    """A measure was added to a goal."""

    happened = "created"


class KeyResultUpdated(KeyResultEvent):
    """A key result's fields, or its actual value, changed."""

    happened = "updated"


class KeyResultDeleted(KeyResultEvent):
    """A measure was removed from its goal."""

    happened = "deleted"


class CheckInRecorded(RecordEvent[CheckInState]):
    """A key result was measured."""

    boundary = BoundaryKind.STRATEGY
    record = "check_in"
    happened = "recorded"
    path = "key-results/{key_result_id}/check-ins/{id}"


class AlignmentEvent(RecordEvent[AlignmentState]):
    """About what one project or benefit contributes to a goal."""

    boundary = BoundaryKind.STRATEGY
    record = "alignment"
    path = "alignments/{id}"


class AlignmentCreated(AlignmentEvent):
    """A project, a benefit or a risk was aligned with a goal."""

    happened = "created"


class AlignmentUpdated(AlignmentEvent):
    """An alignment's weight, milestone or kind of contribution changed."""

    happened = "updated"


class AlignmentDeleted(AlignmentEvent):
    """A project or a benefit no longer serves the goal, or a risk no longer threatens it."""

    happened = "deleted"


EVENTS: tuple[type[Event], ...] = (
    ProgramCreated,
    ProgramUpdated,
    ProgramDeleted,
    ComponentAdded,
    ComponentRemoved,
    DependencyProposed,
    DependencyUpdated,
    DependencyCommitted,
    DependencyRejected,
    DependencyCancelled,
    DependencyAtRisk,
    DependencyRecovered,
    DependencyBreached,
    DependencyDissolved,
    DependencyForecastChanged,
    DependencySuspended,
    DependencyResumed,
    ProgramScheduleRecalculated,
    GoalCreated,
    GoalUpdated,
    GoalDeleted,
    KeyResultCreated,
    KeyResultUpdated,
    KeyResultDeleted,
    CheckInRecorded,
    AlignmentCreated,
    AlignmentUpdated,
    AlignmentDeleted,
)
"""Every event version that program-svc publishes."""
