"""Why a date differs from the one in a baseline: the variance of every task on the way back, and where it comes in."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.problem import NotFound
from contracts.project_events.baselines import BaselineState
from contracts.schedules import Driving
from contracts.values import DayOrMoment, Duration, Id, Shape
from planning.explaining import Bound, DateField, Step
from project_svc.baselines.comparison import Comparison, DateDifference
from project_svc.baselines.picture import Picture, present_picture
from project_svc.baselines.queries import picture_of
from project_svc.projects.reading import ReadProject
from project_svc.schedule.explained import LastMove
from project_svc.schedule.explaining import Explaining
from project_svc.schedule.last_moves import last_move
from project_svc.schedule.queries import driving


class VarianceQuery(BaseModel):
    """Of which date."""

    model_config = ConfigDict(extra="forbid")

    task_id: Id | None = Field(default=None, description="left out: the project's own")
    field: Literal["start", "finish"] = "finish"


class VarianceStep(Shape):
    """A task on the way back, then and now. Null where it was not in the baseline."""

    task_id: Id
    from_: Annotated[DayOrMoment | None, Field(alias="from")]
    to: DayOrMoment | None
    variance: Duration | None
    """Working time of its own calendar: positive is late."""
    bound: Bound
    driven_by: Driving | None


class VarianceRoot(Shape):
    """Where the variance comes in: the first task, from the beginning of the path, that is not where it was."""

    task_id: Id
    why: Literal["added", "duration"] | Bound
    """It was not there, it takes another time, or what holds it now."""
    last_move: LastMove | None
    """What moved it last: the change at the root and the shift."""


class VarianceRead(Shape):
    """Why a task, or the project, is not where a baseline has it."""

    baseline_id: Id
    task_id: Id
    """The task; for the project's own dates, the one that sets them."""
    field: Literal["start", "finish"]
    from_: Annotated[DayOrMoment | None, Field(alias="from")]
    to: DayOrMoment | None
    variance: Duration | None
    path: list[VarianceStep]
    """From the task back along what drives it."""
    root: VarianceRoot | None
    """Null where nothing on the path has moved."""


async def variance_of(project: ReadProject, baseline: BaselineState, query: VarianceQuery) -> VarianceRead:
    """Where a variance comes from. Raises NotFound for a task that is not in the present plan, and what scheduling raises."""
    explaining = await Explaining.of(project)
    before, after = await picture_of(project.session, baseline), await present_picture(project, explaining.planned)
    comparison = Comparison(before, after, explaining.planned, project.row.currency, project.row.granularity)
    is_start = query.field == "start"
    task_id = query.task_id
    if task_id is None and after.tasks:
        task_id = explaining.first_task() if is_start else explaining.last_task()
    if task_id is None or task_id not in after.tasks:
        raise NotFound("There is no such task in the schedule.")
    path = await explaining.path(task_id, DateField.EARLY_START if is_start else DateField.EARLY_FINISH)
    own = [_dates(comparison, step.task_id, is_start=is_start and not place) for place, step in enumerate(path)]
    whole = own[0]
    if query.task_id is None:
        ends = (before.start, after.start) if is_start else (before.finish, after.finish)
        whole = (comparison.start if is_start else comparison.finish)(*ends)
    return VarianceRead.model_validate(
        {
            "baseline_id": baseline.id,
            "task_id": task_id,
            "field": query.field,
            **_told(whole),
            "path": [
                {"task_id": step.task_id, **_told(dates), "bound": step.bound, "driven_by": driving(step.by)}
                for step, dates in zip(path, own, strict=True)
            ],
            "root": await _root(explaining, path, own, before, after),
        }
    )


def _dates(comparison: Comparison, task_id: UUID, *, is_start: bool) -> DateDifference:
    """Of the field that is asked about for the first step; the rest hand their finish on, or what they have instead."""
    then, now = comparison.before.tasks.get(task_id), comparison.after.tasks[task_id]
    if is_start:
        return comparison.start(None if then is None else then.scheduled_start, now.scheduled_start, task_id)
    return comparison.finish(None if then is None else then.scheduled_finish, now.scheduled_finish, task_id)


def _told(dates: DateDifference) -> dict[str, object]:
    return {"from": dates.from_, "to": dates.to, "variance": dates.variance}


async def _root(
    explaining: Explaining, path: Sequence[Step], own: Sequence[DateDifference], before: Picture, after: Picture
) -> VarianceRoot | None:
    differing = [step for step, dates in zip(path, own, strict=True) if dates.variance is None or dates.variance]
    if not differing:
        return None
    root = differing[-1]
    then, now = before.tasks.get(root.task_id), after.tasks[root.task_id]
    why: Literal["added", "duration"] | Bound = root.bound
    if then is None:
        why = "added"
    elif then.duration != now.duration and root.bound is not Bound.CHILD:
        why = "duration"
    return VarianceRoot(task_id=root.task_id, why=why, last_move=await last_move(explaining, root.task_id))
