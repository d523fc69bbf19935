"""Levelling: what is asked for, what comes of it, and what is taken over."""

from typing import Annotated

from pydantic import Field, StrictInt

from chassis.problem import Conflict
from contracts.values import DayOrMoment, Duration, Id, Shape

MOST_EVALUATIONS = 1_000_000
MOST_SECONDS = 300


class CannotLevel(Conflict):
    """No levelling can meet these demands; `ids` are the tasks or resources."""

    slug, title = "cannot-level", "This cannot be levelled"


class NotLevelled(Conflict):
    """The job is no levelling of this project, or has not succeeded."""

    slug, title = "not-levelled", "There is nothing to take over"


class StaleLevelling(Conflict):
    """The project has changed since it was levelled: ask again."""

    slug, title = "stale-levelling", "The project has changed since"


class LevellingAsk(Shape):
    """How long to look for a better schedule. The same seed and evaluations give the same answer, if the time suffices."""

    seed: Annotated[StrictInt, Field(ge=0, le=2**53 - 1)] = 0
    evaluations: Annotated[StrictInt, Field(ge=1, le=MOST_EVALUATIONS)] = 20_000
    seconds: Annotated[StrictInt, Field(ge=1, le=MOST_SECONDS)] = 30


class LevelledTask(Shape):
    """When the work that is left of a task is done."""

    task_id: Id
    start: DayOrMoment
    finish: DayOrMoment
    delay: Duration
    """Behind where it would be with resources in plenty."""
    is_takeable: bool
    """Whether a date can hold it there: not where it is held by a constraint of another kind already."""


class LevellingRead(Shape):
    """A schedule in which nobody is asked for more than there is: the job's `result`."""

    project_id: Id
    revision: int
    """The project's, as it was levelled."""
    seed: int
    evaluations: int
    unlevelled_finish: DayOrMoment
    finish: DayOrMoment
    is_shortest: bool
    """Nothing shorter exists."""
    moved: list[LevelledTask]
    """The tasks that are delayed; the others stay."""
    understaffed: list[Id] = Field(default_factory=list)
    """The tasks that go on while somebody assigned to them is away: they are held to their dates, or there is no time, within two years
    of all others, in which nobody of them is away for as long as the task lasts. Give such a task the calendar of who does it."""


class LevellingTaken(Shape):
    """Which levelling to take over."""

    job_id: Id


class Taken(Shape):
    """What was taken over."""

    revision: int
    held: list[Id]
    """Tasks that now start no earlier than their levelled start."""
    left: list[Id]
    """Tasks that another constraint holds already."""
