"""What can happen to a goal. Every action locks the organisation's strategy first, so the tree is a tree whoever writes at once."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.etag import check_if_match
from chassis.patch import changes_of
from chassis.problem import NotFound
from contracts.program_events import AlignmentDeleted, GoalCreated, GoalDeleted, GoalUpdated, KeyResultDeleted
from program_svc.alignments.models import Alignment
from program_svc.alignments.models import state_of as alignment_state
from program_svc.benefits.models import BENEFITS
from program_svc.boundaries import lock_strategy
from program_svc.goals.models import (
    Goal,
    GoalCreate,
    GoalCycle,
    GoalNotEmpty,
    GoalUpdate,
    PeriodReversed,
    state_of,
)
from program_svc.goals.queries import goal_tree, the_goal
from program_svc.key_results.models import KeyResult
from program_svc.key_results.models import state_of as key_result_state
from program_svc.programs.models import Program
from program_svc.registers.risks import RISKS


async def create_goal(session: AsyncSession, organization_id: UUID, body: GoalCreate) -> Goal:
    """A new goal. Raises NotFound for an unknown parent or program, and PeriodReversed."""
    locked = await lock_strategy(session, organization_id)
    if body.parent_id is not None:
        await the_goal(session, body.parent_id)
    await _check_program(session, body.program_id)
    _check_period(body.starts, body.due)
    reference = body.external_ref
    goal = Goal(
        organization_id=organization_id,
        revision=locked.revision,
        name=body.name,
        description=body.description,
        owner=body.owner,
        parent_id=body.parent_id,
        weight=body.weight,
        due=body.due,
        starts=body.starts,
        program_id=body.program_id,
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )
    session.add(goal)
    await session.flush()
    locked.record(GoalCreated.of(state_of(goal)))
    return goal


async def update_goal(
    session: AsyncSession, organization_id: UUID, goal_id: UUID, body: GoalUpdate, if_match: str | None
) -> Goal:
    """Change a goal or move it in the tree. Raises NotFound, StaleRevision, GoalCycle and PeriodReversed."""
    locked = await lock_strategy(session, organization_id)
    goal = await the_goal(session, goal_id)
    check_if_match(if_match, goal)
    before = state_of(goal)
    changes = changes_of(body)
    if changes.get("parent_id") is not None:
        await _check_parent(session, goal_id, changes["parent_id"])
    await _check_program(session, changes.get("program_id"))
    _check_period(changes.get("starts", goal.starts), changes.get("due", goal.due))
    for name, value in changes.items():
        setattr(goal, name, value)
    if state_of(goal) != before:
        locked.touch(goal)
        locked.record(GoalUpdated.between(before, state_of(goal)))
    return goal


async def delete_goal(session: AsyncSession, organization_id: UUID, goal_id: UUID, if_match: str | None) -> None:
    """Remove a goal with its key results and alignments. Raises NotFound, StaleRevision and GoalNotEmpty."""
    locked = await lock_strategy(session, organization_id)
    goal = await the_goal(session, goal_id)
    check_if_match(if_match, goal)
    if await session.scalar(select(Goal.id).where(col(Goal.parent_id) == goal_id).limit(1)) is not None:
        raise GoalNotEmpty("Move or delete the goals below it first.")
    # Locked first: a benefit or a risk that is being written holds the goal until it is there to be seen.
    await session.execute(select(Goal.id).where(col(Goal.id) == goal_id).with_for_update())
    for table, message in (
        (BENEFITS.table, "A benefit serves this goal: let it serve another one, or none, first."),
        (RISKS.table, "A risk of a program names this goal: let it name another one, or none, first."),
    ):
        if await session.scalar(select(table.c.id).where(table.c.goal_id == goal_id).limit(1)) is not None:
            raise GoalNotEmpty(message)
    for key_result in await session.scalars(
        select(KeyResult).where(col(KeyResult.goal_id) == goal_id).order_by(col(KeyResult.id))
    ):
        locked.touch(key_result)
        locked.record(KeyResultDeleted.of(key_result_state(key_result)))
    for alignment in await session.scalars(
        select(Alignment).where(col(Alignment.goal_id) == goal_id).order_by(col(Alignment.id))
    ):
        locked.touch(alignment)
        locked.record(AlignmentDeleted.of(alignment_state(alignment)))
    locked.touch(goal)
    locked.record(GoalDeleted.of(state_of(goal)))
    await session.flush()
    await session.delete(goal)


async def _check_program(session: AsyncSession, program_id: UUID | None) -> None:
    if program_id is not None and await session.get(Program, program_id) is None:
        raise NotFound(f"There is no program {program_id}.")


def _check_period(starts: date | None, due: date | None) -> None:
    if starts is not None and due is not None and due < starts:
        raise PeriodReversed(f"It would be due on {due}, before it starts on {starts}.")


async def _check_parent(session: AsyncSession, goal_id: UUID, parent_id: UUID) -> None:
    tree = await goal_tree(session)
    if parent_id not in tree.goals:
        raise NotFound(f"There is no goal {parent_id}.")
    way = [goal.id for goal in tree.upwards(parent_id)]
    if goal_id in way:
        path = [goal_id, *way[: way.index(goal_id) + 1]]
        raise GoalCycle("A goal cannot stand below itself.", path=[str(each) for each in path])
