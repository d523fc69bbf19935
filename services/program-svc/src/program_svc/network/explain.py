"""Why is this date where it is, and why did it move? Answered across the projects of a program."""

from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

import planning
from chassis.problem import NotFound
from contracts.schedules import Cause, Driving
from contracts.values import DayOrMoment, Duration, Id, Shape
from contracts.vocabulary import TaskSide
from program_svc.network.compute import Scheduled
from program_svc.network.instants import worked, written
from program_svc.network.models import ProgramScheduleRow
from program_svc.network.moves import driver_of
from program_svc.network.shapes import driving_of
from program_svc.programs.models import Program


class ExplainedTask(Shape):
    """One task on the way, and what holds it where it is; the last one is held by nothing but its own dates."""

    project_id: Id
    task_id: Id
    early_start: DayOrMoment
    early_finish: DayOrMoment
    driving: Driving | None


class LastMove(Shape):
    """The last time the task moved: at which revision of the program, from when to when, and the root change behind it."""

    revision: int
    from_: DayOrMoment = Field(serialization_alias="from")
    to: DayOrMoment
    shift: Duration
    cause: Cause


class ExplanationRead(ExplainedTask):
    """A task's dates, the path that drives them, nearest first, and its last move (of its early finish), if it ever moved."""

    path: list[ExplainedTask]
    last_move: LastMove | None


async def explain(session: AsyncSession, program: Program, network: Scheduled, task_id: UUID) -> ExplanationRead:
    """Explain one task. Raises NotFound if it is not in the program's network."""
    if task_id not in network.schedule.items:
        raise NotFound(f"There is no task {task_id} in this program.")
    path = [_explained(network, step) for step in driving_path(network, task_id)]
    row = await session.get(ProgramScheduleRow, (program.id, task_id))
    head = {name: getattr(path[0], name) for name in ExplainedTask.model_fields}
    return ExplanationRead(**head, path=path, last_move=_last_move(row, network, task_id))


def driving_path(network: Scheduled, task_id: UUID) -> list[UUID]:
    """The task, the one that drives it, and so on; across a soft dependency that holds it to what was accepted as well."""
    providers = {dependency.id: dependency.provider_task_id for dependency in network.facts.dependencies}
    path: list[UUID] = []
    here: UUID | None = task_id
    while here is not None and here not in path:
        path.append(here)
        match network.schedule.items[here].driving:
            case planning.Link(predecessor_id=predecessor):
                here = predecessor
            case planning.Imposed(source_id=dependency_id):
                here = providers[dependency_id]
            case _:
                here = None
    return path


def _explained(network: Scheduled, task_id: UUID) -> ExplainedTask:
    item, granularity = network.schedule.items[task_id], network.facts.granularity_of(task_id)
    return ExplainedTask(
        project_id=network.facts.tasks[task_id].project_id,
        task_id=task_id,
        early_start=written(item.early_start, TaskSide.START, granularity),
        early_finish=written(item.early_finish, TaskSide.FINISH, granularity),
        driving=driving_of(driver_of(item)),
    )


def _last_move(row: ProgramScheduleRow | None, network: Scheduled, task_id: UUID) -> LastMove | None:
    if row is None or row.moved_revision is None or row.previous_early_finish is None:
        return None
    calendar, granularity = network.facts.calendar_of(task_id), network.facts.granularity_of(task_id)
    return LastMove(
        revision=row.moved_revision,
        from_=written(row.previous_early_finish, TaskSide.FINISH, granularity),
        to=written(row.early_finish, TaskSide.FINISH, granularity),
        shift=worked(calendar, row.previous_early_finish, row.early_finish),
        cause=Cause.model_validate(row.cause),
    )
