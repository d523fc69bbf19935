"""Why a derived date is where it is, as it goes over the wire: the path that leads to it, where that begins, and what moved it."""

from typing import Annotated

from pydantic import Field as ShapeField

from contracts.schedules import Cause, Driving
from contracts.values import DayOrMoment, Duration, Id, Instant, Shape
from planning.explaining import Bound, DateField


class ExplainedTask(Shape):
    """A step on the way from a task to what holds its date."""

    task_id: Id
    early_start: DayOrMoment
    early_finish: DayOrMoment
    late_start: DayOrMoment
    late_finish: DayOrMoment
    bound: Bound
    """What holds the date of this step. A link leads to the next step, as a child does of a summary."""
    driven_by: Driving | None
    """The link (its other end is the next step), or the dependency on another project."""


class Root(Shape):
    """Where the path begins: what nothing in the plan explains further."""

    task_id: Id | None
    """Null where the project itself holds it, and nothing in it."""
    kind: Bound
    on: DayOrMoment | None
    """The date that holds it: of the constraint, the deadline, the actual, the project; null for the end of other work."""
    dependency_id: Id | None


class MovedDates(Shape):
    """A task's early dates."""

    early_start: DayOrMoment
    early_finish: DayOrMoment


class LastMove(Shape):
    """The last time a task's early dates changed."""

    task_id: Id
    revision: int
    moved_at: Instant
    from_: Annotated[MovedDates, ShapeField(alias="from")]
    to: MovedDates
    shift: Duration
    """Working time by which the finish moved; the start, where that is what is explained."""
    cause: Cause
    """The root change: of a task, a link, a dependency, a calendar or the project."""


class ValueMove(Shape):
    """The last time a date or a float of a task changed that is not kept, or one side of its early dates alone."""

    task_id: Id
    field: DateField
    revision: int
    moved_at: Instant
    from_: Annotated[DayOrMoment | Duration, ShapeField(alias="from")]
    to: DayOrMoment | Duration
    shift: Duration
    """Working time by which the date moved, or by which the float grew."""
    cause: Cause
    """The root change: of a task, a link, a dependency, a calendar or the project; also of one that is gone."""


class ProjectMove(Shape):
    """The last time the project's start or finish changed, where another task sets it now than before."""

    revision: int
    moved_at: Instant
    from_: Annotated[DayOrMoment, ShapeField(alias="from")]
    to: DayOrMoment
    shift: Duration
    """Working time of the project's calendar."""
    cause: Cause


class Explanation(Shape):
    """Why a task's date lies where it lies, and what moved it there."""

    task_id: Id
    field: DateField
    value: DayOrMoment | Duration
    early_start: DayOrMoment
    early_finish: DayOrMoment
    path: list[ExplainedTask]
    """From the task to what holds the date."""
    root: Root
    last_move: LastMove | ValueMove | None
    """Null when it never moved since the task was there, or longer ago than events are kept or looked through."""


class ProjectDate(Shape):
    """Why a project starts or finishes when it does."""

    field: str
    value: DayOrMoment
    path: list[ExplainedTask]
    """From the task that sets the date to what holds that; empty without tasks."""
    root: Root
    last_move: LastMove | ProjectMove | None
    """Of the task that sets the date, if it was that one's move."""
