"""The strategy, read: the tree, the alignments of projects, what threatens a goal."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.problem import NotFound
from contracts.program_events.benefits import BenefitState
from program_svc.alignments.models import Alignment
from program_svc.benefits.models import BENEFITS
from program_svc.components.models import Component
from program_svc.goals.benefit_threats import benefit_threats
from program_svc.goals.forecasts import AsStored, Forecasts, InNetwork
from program_svc.goals.models import Goal
from program_svc.goals.threats import Threat, needs_float, threats
from program_svc.goals.tree import GoalTree
from program_svc.network.facts import facts_of_projects
from program_svc.network.queries import computed
from program_svc.network.recalled import recalled_network
from program_svc.programs.models import Program
from program_svc.register.tables import record_of
from program_svc.replica.models import PROJECTS, RISKS


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
    risks: list[Row[Any]]
    benefits: list[BenefitState]
    """Those that serve a goal through a milestone in one of these projects."""


async def service_of(session: AsyncSession, project_ids: Collection[UUID], *, of_all_risks: bool = False) -> Service:
    """How these projects serve goals, with the risks of those that do, or of all of them."""
    found = select(Alignment).where(col(Alignment.project_id).in_(project_ids)).order_by(col(Alignment.id))
    alignments = list(await session.scalars(found))
    aligned = set(project_ids) if of_all_risks else {alignment.project_id for alignment in alignments}
    risks = await session.execute(select(RISKS).where(RISKS.c.project_id.in_(aligned)).order_by(RISKS.c.id))
    return Service(await goal_tree(session), alignments, list(risks), await _benefits_in(session, project_ids))


async def _benefits_in(session: AsyncSession, project_ids: Collection[UUID]) -> list[BenefitState]:
    table = BENEFITS.table
    components = select(col(Component.program_id)).where(col(Component.project_id).in_(project_ids))
    found = select(table).where(table.c.program_id.in_(components), table.c.goal_id.is_not(None)).order_by(table.c.id)
    benefits = [record_of(BenefitState, row) for row in (await session.execute(found)).mappings()]
    known = set(project_ids)
    return [each for each in benefits if each.milestone is not None and each.milestone.project_id in known]


async def _projects_of_benefits(session: AsyncSession, goal_ids: Collection[UUID]) -> set[UUID]:
    """The projects with whose milestones the benefits begin that serve these goals."""
    table = BENEFITS.table
    found = select(table.c.milestone).where(table.c.goal_id.in_(goal_ids), table.c.milestone.is_not(None))
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
    project_ids = set(await session.scalars(select(col(Alignment.project_id)).where(col(Alignment.goal_id).in_(below))))
    project_ids |= await _projects_of_benefits(session, below)
    service = await service_of(session, project_ids)
    components = await session.execute(
        select(col(Component.project_id), col(Component.program_id)).where(col(Component.project_id).in_(project_ids))
    )
    program_of = {row.project_id: row.program_id for row in components}
    programs = list(
        await session.scalars(
            select(Program).where(col(Program.id).in_(set(program_of.values()))).order_by(col(Program.id))
        )
    )
    forecasts: list[Forecasts] = [
        await _forecasts(session, program, {id_ for id_ in project_ids if program_of.get(id_) == program.id}, service)
        for program in programs
    ]
    alone = sorted(project_ids - program_of.keys())
    forecasts += [InNetwork(computed(await facts_of_projects(session, [project_id]))) for project_id in alone]
    found = [
        threat
        for each in forecasts
        for threat in (
            *threats(each, service.tree, service.alignments, service.risks),
            *benefit_threats(each, service.tree, service.benefits),
        )
        if threat.goal_id in below
    ]
    revisions = await session.execute(
        select(PROJECTS.c.id, PROJECTS.c.revision).where(PROJECTS.c.id.in_(project_ids)).order_by(PROJECTS.c.id)
    )
    return Exposure(found, {row.id: row.revision for row in revisions}, programs)


async def _forecasts(
    session: AsyncSession, program: Program, project_ids: Collection[UUID], service: Service
) -> Forecasts:
    """The forecasts of these projects of a program: those that it keeps, unless a risk is to be held against float."""
    if any(risk.project_id in project_ids and needs_float(risk) for risk in service.risks):
        return InNetwork(await recalled_network(session, program))
    named = {alignment.milestone_task_id for alignment in service.alignments}
    named |= {each.milestone.task_id for each in service.benefits if each.milestone is not None}
    return await AsStored.of(session, program, project_ids, {id_ for id_ in named if id_ is not None})
