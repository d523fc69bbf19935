"""What records of a program may name beyond each other: its projects, their tasks, the organisation's goals."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from chassis.problem import FieldError, NotFound
from contracts.program_events.states import DependencyTask
from program_svc.boundaries import LockedProgram
from program_svc.components.models import Component
from program_svc.goals.models import Goal
from program_svc.replica.models import TASKS


def missing(pointer: str, message: str) -> NotFound:
    """The problem of a field that names what is not there."""
    return NotFound(
        message, errors=[FieldError(location="body", pointer=pointer, rule="unknown_record", message=message)]
    )


async def components_among(locked: LockedProgram, project_ids: Collection[UUID]) -> set[UUID]:
    """Which of these projects are in the program."""
    components = select(col(Component.project_id)).where(
        col(Component.program_id) == locked.program.id, col(Component.project_id).in_(project_ids)
    )
    return set(await locked.session.scalars(components))


async def check_task(locked: LockedProgram, named: DependencyTask, pointer: str) -> None:
    """Raises NotFound for what is no task of that project, or a project that is not in the program."""
    task = select(TASKS.c.id).where(TASKS.c.id == named.task_id, TASKS.c.project_id == named.project_id)
    known = await components_among(locked, [named.project_id])
    if not known or await locked.session.scalar(task) is None:
        raise missing(pointer, f"This program has no task {named.task_id}.")


async def check_goal(locked: LockedProgram, goal_id: UUID, pointer: str = "/goal_id") -> None:
    """Raises NotFound. The goal is held until the record is written, so that nobody deletes it meanwhile."""
    if await locked.session.get(Goal, goal_id, with_for_update={"read": True, "key_share": True}) is None:
        raise missing(pointer, f"There is no goal {goal_id}.")
