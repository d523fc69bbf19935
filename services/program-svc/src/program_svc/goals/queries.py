"""The strategy, read: the tree, the alignments of projects, what threatens a goal."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.problem import NotFound
from contracts.program_events.benefits import BenefitState
from program_svc.alignments.models import Alignment
from program_svc.benefits.models import BENEFITS
from program_svc.benefits.serving import SERVING, serving_benefits
from program_svc.components.models import Component
from program_svc.goals.benefit_threats import all_threats
from program_svc.goals.forecasts import AsStored, Forecasts, InNetwork
from program_svc.goals.hazards import Hazard, hazards_of, projects_of_hazards
from program_svc.goals.models import Goal
from program_svc.goals.threats import Threat, needs_float
from program_svc.goals.tree import GoalTree
from program_svc.network.compute import Network
from program_svc.network.facts import facts_of_projects
from program_svc.network.queries import computed
from program_svc.network.recalled_dates import recalled_dates
from program_svc.programs.models import Program
from program_svc.replica.models import PROJECTS


async def goal_tree(session: AsyncSession) -> GoalTree:
    """All goals of the organisation."""
    return GoalTree.of(await session.scalars(select(Goal)))


async def the_goal(session: AsyncSession, goal_id: UUID) -> Goal:
    """The goal. Raises NotFound."""
    goal = await session.get(Goal, goal_id)
    if goal is None:
        raise NotFound(f"There is no goal {goal_id}.")
    return goal


@dataclass(frozen=True, slots=True)
class Service:
    """How some projects serve the organisation's goals: all that threats are found with, but the network."""

    tree: GoalTree
    alignments: list[Alignment]
    """Those of these projects and of their risks."""
    hazards: list[Hazard]
    """The risks of those that do, and of the programs that these projects are in."""
    benefits: list[BenefitState]
    """Those that serve a goal through a milestone in one of these projects, once for each goal: it is the ``goal_id`` that they bear here."""


async def service_of(
    session: AsyncSession,
    project_ids: Collection[UUID],
    *,
    of_all_risks: bool = False,
    program_ids: Collection[UUID] | None = None,
) -> Service:
    """How these projects serve goals, with the risks of those that do, or of all of them; ``program_ids``: the programs that they are in."""
    of_projects = col(Alignment.project_id).in_(project_ids), col(Alignment.benefit_id).is_(None)
    found = select(Alignment).where(*of_projects).order_by(col(Alignment.id))
    alignments = list(await session.scalars(found))
    benefits = await _benefits_in(session, project_ids)
    aligned = set(project_ids) if of_all_risks else {alignment.project_id for alignment in alignments}
    aligned |= {each.milestone.project_id for each in benefits if each.milestone is not None}
    if program_ids is None:
        components = select(col(Component.program_id)).where(col(Component.project_id).in_(project_ids))
        program_ids = set(await session.scalars(components))
    hazards = await hazards_of(session, aligned, program_ids)
    return Service(await goal_tree(session), alignments, hazards, benefits)


async def _benefits_in(session: AsyncSession, project_ids: Collection[UUID]) -> list[BenefitState]:
    components = select(col(Component.program_id)).where(col(Component.project_id).in_(project_ids))
    benefits = await serving_benefits(session, components)
    known = set(project_ids)
    return [each for each in benefits if each.milestone is not None and each.milestone.project_id in known]


async def _projects_of_benefits(session: AsyncSession, goal_ids: Collection[UUID]) -> set[UUID]:
    """The projects with whose milestones the benefits begin that serve these goals."""
    table = BENEFITS.table
    serving = select(SERVING.c.benefit_id).where(SERVING.c.goal_id.in_(goal_ids))
    found = select(table.c.milestone).where(table.c.id.in_(serving), table.c.milestone.is_not(None))
    return {UUID(milestone["project_id"]) for milestone in await session.scalars(found)}


@dataclass(frozen=True, slots=True)
class Exposure:
    """What threatens a goal, and the revisions of the projects and programs that this was read from."""

    threats: list[Threat]
    projects: dict[UUID, int]
    programs: list[Program]


async def exposure_of(session: AsyncSession, goal_id: UUID) -> Exposure:
    """What threatens the goal or anything below it. Raises NotFound and Unschedulable.

    The projects of a program are looked at in the program's network as it is kept, a project outside any program in its own.
    """
    await the_goal(session, goal_id)
    below = (await goal_tree(session)).below(goal_id)
    aligned = select(col(Alignment.project_id)).where(
        col(Alignment.goal_id).in_(below), col(Alignment.benefit_id).is_(None)
    )
    project_ids = set(await session.scalars(aligned))
    project_ids |= await _projects_of_benefits(session, below)
    threatened = await projects_of_hazards(session, below)
    project_ids |= {project_id for ends in threatened.values() for project_id in ends}
    components = await session.execute(
        select(col(Component.project_id), col(Component.program_id)).where(col(Component.project_id).in_(project_ids))
    )
    program_of = {row.project_id: row.program_id for row in components}
    program_ids = {*threatened, *program_of.values()}
    service = await service_of(session, project_ids, program_ids=program_ids)
    programs = list(
        await session.scalars(select(Program).where(col(Program.id).in_(program_ids)).order_by(col(Program.id)))
    )
    meeting = [hazard for hazard in service.hazards if _meets(hazard, project_ids, below, service.alignments)]
    forecasts: list[tuple[Forecasts, list[Hazard]]] = []
    for program in programs:
        inside = {id_ for id_ in project_ids if program_of.get(id_) == program.id}
        hazards = [each for each in meeting if each.program_id == program.id or each.project_id in inside]
        forecasts.append((await _forecasts(session, program, inside, service, hazards), hazards))
    alone = sorted(project_ids - program_of.keys())
    forecasts += [
        (
            InNetwork(computed(await facts_of_projects(session, [project_id]))),
            [each for each in meeting if each.program_id is None and each.project_id == project_id],
        )
        for project_id in alone
    ]
    found = [
        threat
        for each, hazards in forecasts
        for threat in all_threats(each, service.tree, service.alignments, service.benefits, hazards)
        if threat.goal_id in below
    ]
    revisions = await session.execute(
        select(PROJECTS.c.id, PROJECTS.c.revision).where(PROJECTS.c.id.in_(project_ids)).order_by(PROJECTS.c.id)
    )
    return Exposure(found, {row.id: row.revision for row in revisions}, programs)


def _meets(
    hazard: Hazard, project_ids: Collection[UUID], goal_ids: Collection[UUID], alignments: Iterable[Alignment]
) -> bool:
    """Whether a risk lies on one of these projects, names one of these goals, or is aligned with one."""
    if hazard.project_id in project_ids or hazard.goal_id in goal_ids:
        return True
    return any(alignment.risk_id in {hazard.id, hazard.origin_id} - {None} for alignment in alignments)


async def _forecasts(
    session: AsyncSession, program: Program, project_ids: Collection[UUID], service: Service, hazards: Iterable[Hazard]
) -> Forecasts:
    """The forecasts of these projects of a program: those that it keeps, and its floats if a risk is to be held against one."""
    dates = None
    if any(needs_float(hazard) for hazard in hazards):
        network = await recalled_dates(session, program)
        if isinstance(network, Network):
            return InNetwork(network)
        dates = network
    named = {alignment.milestone_task_id for alignment in service.alignments}
    named |= {each.milestone.task_id for each in service.benefits if each.milestone is not None}
    return await AsStored.of(session, program, project_ids, {id_ for id_ in named if id_ is not None}, dates)
