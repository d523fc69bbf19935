"""Projects outside programs, each at a glance: from its own network, computed when it is asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

import planning
from contracts.values import Day, Id, Key, Name, Shape
from contracts.vocabulary import ProjectStatus, TaskSide
from program_svc.network.compute import Network
from program_svc.network.facts import facts_of_projects
from program_svc.network.instants import written
from program_svc.network.queries import Unschedulable, computed
from program_svc.replica.queries import known_projects
from program_svc.rollups.earned_value import project_figures
from program_svc.rollups.measured import measured_projects
from program_svc.rollups.risks import risk_sums_read
from program_svc.sums.queries import sums_of_each


class ProjectGlance(Shape):
    """One project of the portfolio that is in no program."""

    project_id: Id
    portfolio_id: Id
    key: Key
    name: Name
    state: ProjectStatus
    deadline: Day | None
    finish: Day | None
    """Null without tasks, or where its plan cannot be scheduled."""
    is_late: bool
    """Whether it is forecast to be done after its deadline."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A project and when its work begins and ends, instants; none without tasks. ``problem``: why it cannot be scheduled."""

    project: Row[Any]
    dates: tuple[int, int] | None = None
    problem: Unschedulable | None = None

    def glance(self, portfolio_id: UUID) -> ProjectGlance:
        project = self.project
        finish = None if self.dates is None else planning.to_date(self.dates[1], finish=True)
        deadline = None if project.deadline is None else date.fromisoformat(project.deadline[:10])
        return ProjectGlance(
            project_id=project.id,
            portfolio_id=portfolio_id,
            key=project.key,
            name=project.name,
            state=ProjectStatus(project.state),
            deadline=deadline,
            finish=finish,
            is_late=finish is not None and deadline is not None and finish > deadline,
        )

    def schedule(self) -> dict[str, str | None]:
        if self.dates is None:
            return {"start": None, "finish": None}
        sides = zip(("start", "finish"), self.dates, (TaskSide.START, TaskSide.FINISH), strict=True)
        granularity = self.project.granularity
        return {name: written(at, side, granularity).isoformat()[:16] for name, at, side in sides}


async def glances_of(session: AsyncSession, portfolios: Mapping[UUID, UUID]) -> list[ProjectGlance]:
    """These projects, in the order of their keys; ``portfolios``: of each, the one that it is in."""
    plans, _ = await _planned(session, portfolios)
    return [plan.glance(portfolios[plan.project.id]) for plan in plans]


async def frozen_figures(session: AsyncSession, portfolios: Mapping[UUID, UUID]) -> list[dict[str, Any]]:
    """The same as JSON, with dates, earned value and what the risks may cost; of one that cannot be scheduled the reason in their place."""
    plans, networks = await _planned(session, portfolios)
    earned = {each.project.id: each for network in networks for each in await measured_projects(session, network, None)}
    risks: dict[UUID, list[dict[str, Any]]] = {}
    for row in await sums_of_each(session, portfolios):
        if row["open_risks"]:
            told = risk_sums_read(row["currency"], row["emv"], row["threats"], row["open_risks"])
            risks.setdefault(row["project_id"], []).append(told.model_dump(mode="json"))
    frozen = []
    for plan in plans:
        project_id = plan.project.id
        glance = plan.glance(portfolios[project_id]).model_dump(mode="json")
        if plan.problem is not None:
            frozen.append(glance | {"unschedulable": plan.problem.detail})
            continue
        measured = earned.get(project_id)
        value = None if measured is None else project_figures(measured).model_dump(mode="json")
        frozen.append(glance | {"schedule": plan.schedule(), "earned_value": value, "risks": risks.get(project_id, [])})
    return frozen


async def _planned(session: AsyncSession, project_ids: Collection[UUID]) -> tuple[list[_Plan], list[Network]]:
    """The projects with their dates, in the order of their keys, and the networks that these come from.

    All projects are computed at once; only if that fails each for itself, to find out which.
    """
    projects = await known_projects(session, project_ids)
    networks: list[Network] = []
    problems: dict[UUID, Unschedulable] = {}
    try:
        networks.append(computed(await facts_of_projects(session, projects)))
    except Unschedulable:
        for project_id in sorted(projects):
            try:
                networks.append(computed(await facts_of_projects(session, [project_id])))
            except Unschedulable as problem:
                problems[project_id] = problem
    dates: dict[UUID, tuple[int, int]] = {}
    for network in networks:
        for task_id, item in network.schedule.items.items():
            project_id = network.facts.tasks[task_id].project_id
            first, last = dates.get(project_id, (item.early_start, item.early_finish))
            dates[project_id] = (min(first, item.early_start), max(last, item.early_finish))
    in_order = sorted(projects.values(), key=lambda project: (project.key, project.id))
    return [_Plan(each, dates.get(each.id), problems.get(each.id)) for each in in_order], networks
