"""Proposing a dependency: what is checked before it stands between two projects."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from chassis.problem import AlreadyExists, NotFound, invalid
from contracts.program_events import DependencyProposed, DependencyTask
from contracts.values import MINUTES_PER_DAY
from program_svc.boundaries import LockedProgram
from program_svc.components.models import Component
from program_svc.dependencies.models import Dependency, DependencyCycle, EndNotLinkable, NotAComponent, SameProject
from program_svc.dependencies.shapes import DependencyCreate, state_of
from program_svc.dependencies.standing import note_step, terms_of
from program_svc.network.compute import has_both_ends
from program_svc.network.facts import Facts, facts_of
from program_svc.network.queries import cycle_closed_by
from program_svc.network.settle import Changes, settle
from program_svc.programs.actions import lock_open_program
from program_svc.programs.queries import the_program
from program_svc.replica.arrival import arrived
from program_svc.replica.models import PROJECTS, TASKS


async def propose_dependency(session: AsyncSession, program_id: UUID, body: DependencyCreate, by: str) -> Dependency:
    """A new proposal. It shapes no dates, but counts when the next one is checked for a cycle.

    Raises NotFound, ProgramClosed, SameProject, NotAComponent, EndNotLinkable, AlreadyExists and DependencyCycle.
    """
    await the_program(session, program_id)
    if body.provider.project_id == body.receiver.project_id:
        raise SameProject("Inside one project, link the tasks.")
    await arrived(session, TASKS, {body.provider.task_id, body.receiver.task_id})
    locked = await lock_open_program(session, program_id)
    await _check_ends(session, program_id, (body.provider, body.receiver))
    facts = await facts_of(session, locked.program)
    dependency = _dependency(locked, body, facts)
    _check_fits(facts, dependency)
    note_step(dependency, "propose", by, **terms_of(dependency))
    session.add(dependency)
    await session.flush()
    locked.record(DependencyProposed.of(state_of(dependency)))
    await settle(locked, Changes(changed={dependency.id}), facts.with_dependency(dependency))
    return dependency


def _dependency(locked: LockedProgram, body: DependencyCreate, facts: Facts) -> Dependency:
    reference = body.external_ref
    day = MINUTES_PER_DAY
    if body.receiver.project_id in facts.projects:
        day = facts.calendar_of_project(body.receiver.project_id).minutes_per_day
    try:
        lag = body.lag.on(day)
    except ValueError as error:
        raise invalid("/lag", "duration_out_of_range", f"{error}.") from error
    try:
        threshold = None if body.margin_threshold is None else body.margin_threshold.on(day).minutes
    except ValueError as error:
        raise invalid("/margin_threshold", "duration_out_of_range", f"{error}.") from error
    return Dependency(
        id=uuid7(),
        organization_id=locked.organization_id,
        program_id=locked.program.id,
        revision=locked.revision,
        provider_project_id=body.provider.project_id,
        provider_task_id=body.provider.task_id,
        provider_owner=body.provider_owner,
        receiver_project_id=body.receiver.project_id,
        receiver_task_id=body.receiver.task_id,
        receiver_owner=body.receiver_owner,
        type=body.type,
        lag=lag.minutes,
        lag_minutes_per_day=day,
        policy=body.policy,
        needed_by=body.needed_by,
        promised_by=body.promised_by,
        acceptance_criterion=body.acceptance_criterion,
        margin_threshold=threshold,
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )


async def _check_ends(session: AsyncSession, program_id: UUID, ends: Sequence[DependencyTask]) -> None:
    """Both tasks exist where they are said to be, and both projects are in the program."""
    for end in ends:
        found = (
            await session.execute(
                select(TASKS.c.project_id, PROJECTS.c.key)
                .join(PROJECTS, PROJECTS.c.id == TASKS.c.project_id)
                .where(TASKS.c.id == end.task_id)
            )
        ).first()
        if found is None or found.project_id != end.project_id:
            raise NotFound(f"There is no task {end.task_id} in the project {end.project_id}.")
        component = select(col(Component.id)).where(
            col(Component.program_id) == program_id, col(Component.project_id) == end.project_id
        )
        if await session.scalar(component) is None:
            raise NotAComponent(
                f"The project {found.key} is not a component of this program.", project_id=str(end.project_id)
            )


def _check_fits(facts: Facts, dependency: Dependency) -> None:
    if not has_both_ends(facts, dependency):
        raise EndNotLinkable("Both ends are tasks or milestones that are still to be done, in projects that are.")
    for other in facts.dependencies:
        if (other.provider_task_id, other.receiver_task_id, other.type) == (
            dependency.provider_task_id,
            dependency.receiver_task_id,
            dependency.type,
        ):
            raise AlreadyExists(f"The dependency {other.id} already joins these ends.", dependency_id=str(other.id))
    path = cycle_closed_by(facts, facts.dependencies, dependency)
    if path is not None:
        raise DependencyCycle(
            "The receiver's work leads back to the provider's.", path=[str(task_id) for task_id in path]
        )
