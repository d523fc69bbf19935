"""What can happen to an alignment."""

from uuid import UUID

from sqlalchemy import select as select_rows
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.etag import check_if_match
from chassis.patch import changes_of
from chassis.problem import AlreadyExists, NotFound
from contracts.program_events import AlignmentCreated, AlignmentDeleted, AlignmentUpdated
from program_svc.alignments.models import Alignment, AlignmentCreate, AlignmentUpdate, state_of
from program_svc.alignments.targets import check_one_target, project_of
from program_svc.boundaries import lock_strategy
from program_svc.goals.queries import the_goal
from program_svc.replica.arrival import arrived
from program_svc.replica.models import TASKS


async def the_alignment(session: AsyncSession, alignment_id: UUID) -> Alignment:
    """The alignment. Raises NotFound."""
    alignment = await session.get(Alignment, alignment_id)
    if alignment is None:
        raise NotFound(f"There is no alignment {alignment_id}.")
    return alignment


async def create_alignment(session: AsyncSession, organization_id: UUID, body: AlignmentCreate) -> Alignment:
    """A project or a benefit is to serve a goal, or a risk threatens it. Raises NotFound, InvalidRequest and AlreadyExists."""
    project_id = await project_of(session, body)
    await _check_milestone(session, project_id, body.milestone_task_id)
    locked = await lock_strategy(session, organization_id)
    await the_goal(session, body.goal_id)
    await _check_only_one(session, body.goal_id, project_id, body.milestone_task_id, body.risk_id, body.benefit_id)
    reference = body.external_ref
    alignment = Alignment(
        organization_id=organization_id,
        revision=locked.revision,
        goal_id=body.goal_id,
        project_id=project_id,
        milestone_task_id=body.milestone_task_id,
        risk_id=body.risk_id,
        benefit_id=body.benefit_id,
        weight=body.weight,
        contribution=body.contribution,
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )
    session.add(alignment)
    await session.flush()
    locked.record(AlignmentCreated.of(state_of(alignment)))
    return alignment


async def update_alignment(
    session: AsyncSession, organization_id: UUID, alignment_id: UUID, body: AlignmentUpdate, if_match: str | None
) -> Alignment:
    """Change weight, contribution or milestone. Raises NotFound, InvalidRequest, StaleRevision and AlreadyExists."""
    changes = changes_of(body)
    if (milestone := changes.get("milestone_task_id")) is not None:
        known = await the_alignment(session, alignment_id)
        check_one_target(milestone, known.benefit_id)
        await _check_milestone(session, known.project_id, milestone)
    locked = await lock_strategy(session, organization_id)
    alignment = await the_alignment(session, alignment_id)
    check_if_match(if_match, alignment)
    if changes.get("milestone_task_id", alignment.milestone_task_id) != alignment.milestone_task_id:
        await _check_only_one(
            session, alignment.goal_id, alignment.project_id, changes["milestone_task_id"], alignment.risk_id, None
        )
    before = state_of(alignment)
    for name, value in changes.items():
        setattr(alignment, name, value)
    if state_of(alignment) != before:
        locked.touch(alignment)
        locked.record(AlignmentUpdated.between(before, state_of(alignment)))
    return alignment


async def delete_alignment(
    session: AsyncSession, organization_id: UUID, alignment_id: UUID, if_match: str | None
) -> None:
    """What it names no longer serves the goal, or threatens it. Raises NotFound and StaleRevision."""
    locked = await lock_strategy(session, organization_id)
    alignment = await the_alignment(session, alignment_id)
    check_if_match(if_match, alignment)
    locked.touch(alignment)
    locked.record(AlignmentDeleted.of(state_of(alignment)))
    await session.flush()
    await session.delete(alignment)


async def _check_milestone(session: AsyncSession, project_id: UUID, task_id: UUID | None) -> None:
    if task_id is None:
        return
    await arrived(session, TASKS, [task_id])
    found = await session.scalar(select_rows(TASKS.c.project_id).where(TASKS.c.id == task_id))
    if found != project_id:
        raise NotFound(f"There is no task {task_id} in the project {project_id}.")


async def _check_only_one(
    session: AsyncSession,
    goal_id: UUID,
    project_id: UUID,
    milestone_task_id: UUID | None,
    risk_id: UUID | None,
    benefit_id: UUID | None,
) -> None:
    """A benefit serves a goal once, through whichever project."""
    through = col(Alignment.project_id) == project_id
    same = select(col(Alignment.id)).where(
        col(Alignment.goal_id) == goal_id,
        col(Alignment.benefit_id) == benefit_id if benefit_id else col(Alignment.benefit_id).is_(None) & through,
        col(Alignment.milestone_task_id).is_not_distinct_from(milestone_task_id),
        col(Alignment.risk_id).is_not_distinct_from(risk_id),
    )
    if (other := await session.scalar(same)) is not None:
        raise AlreadyExists(f"The alignment {other} already says so.", alignment_id=str(other))
