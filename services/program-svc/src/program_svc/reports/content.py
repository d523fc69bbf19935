"""What a status report freezes: the program's figures as its own routes tell them, at one moment."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.paging import MAX_LIMIT
from pictures.reporting import LISTED, extent
from program_svc.benefits.models import BENEFITS
from program_svc.benefits.queries import realisations_of
from program_svc.dependencies.models import LIVE, Dependency
from program_svc.dependencies.shapes import state_of
from program_svc.goals.models import Goal
from program_svc.goals.progress import Progress, ratio
from program_svc.goals.queries import goal_tree
from program_svc.key_results.models import KeyResult
from program_svc.network.recalled import recalled_network
from program_svc.network.shapes import finish_on_wire, start_on_wire
from program_svc.programs.models import Program
from program_svc.programs.models import state_of as program_state
from program_svc.programs.queries import positions_of
from program_svc.register.actions import all_of
from program_svc.registers import ISSUES, RISKS
from program_svc.reports.outlines import Course, curve_of, risk_cells, tree_of, waits_of
from program_svc.reports.roadmap import roadmap_of
from program_svc.rollups.earned_value import EarnedValueQuery, earned_value_of, in_one_currency
from program_svc.rollups.issues import open_issues
from program_svc.rollups.measured import measured_projects
from program_svc.rollups.risks import own_risk, risk_sums
from program_svc.rollups.scope import Scope

MOST_LISTED = {"worrying": 200, "goals": 200, "benefits": 200, "tree": 100}
WORRYING = ("breached", "at_risk", "disputed")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is frozen of a program as JSON, and what its S-curve is made of."""

    content: dict[str, Any]
    course: Course | None


async def figures_of(session: AsyncSession, program: Program) -> Figures:
    """The program's figures. Raises Unschedulable."""
    positions = await positions_of(session, program.id)
    network = await recalled_network(session, program)
    earned = await earned_value_of(session, program, EarnedValueQuery(limit=MAX_LIMIT), positions, 0)
    risks = [own_risk(each) for each in await all_of(session, program.id, RISKS)]
    issues = await open_issues(session, positions, await all_of(session, program.id, ISSUES))
    whole = Scope(program.id, None, positions, 0)
    roadmap = await roadmap_of(session, program)
    measured = await measured_projects(session, network, None)
    course = Course.of(network, await in_one_currency(session, program, measured))
    states, worrying = await _dependencies(session, program)
    whole_lists = {
        "worrying": worrying,
        "goals": await _goals(session, program),
        "benefits": await _benefits(session, program),
        "tree": await tree_of(session, await goal_tree(session), [program.id], positions),
    }
    lists = {name: each[: MOST_LISTED[name]] for name, each in whole_lists.items()}
    content = {
        "program": program_state(program).model_dump(mode="json"),
        "positions": {str(project_id): revision for project_id, revision in positions.items()},
        "schedule": {"start": _day(start_on_wire(network)), "finish": _day(finish_on_wire(network))},
        "earned_value": earned.model_dump(mode="json", exclude={"positions"}),
        "dependencies": {"states": states, "worrying": lists["worrying"]},
        "risks": [each.model_dump(mode="json") for each in await risk_sums(session, whole, risks)],
        "issues": issues.model_dump(mode="json"),
        "goals": lists["goals"],
        "benefits": lists["benefits"],
        LISTED: {name: extent(each, len(whole_lists[name])) for name, each in lists.items()},
        "roadmap": roadmap.model_dump(mode="json"),
        "outlines": {
            "curve": curve_of([] if course is None else [course]),
            "between": waits_of(
                network.facts.dependencies, {row.id: row.key for row in network.facts.projects.values()}
            ),
            "tree": lists["tree"],
            "risk_cells": await risk_cells(session, positions, risks, earned.bac.amount, earned.bac.currency),
        },
    }
    return Figures(content, course)


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()[:16]


async def _dependencies(session: AsyncSession, program: Program) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """How many there are of each state, and those that worry, the least margin first."""
    found = await session.scalars(
        select(Dependency).where(col(Dependency.program_id) == program.id, col(Dependency.state).in_(LIVE))
    )
    states = sorted((state_of(each) for each in found), key=lambda each: each.id)
    worrying = [each for each in states if each.state.value in WORRYING]
    worrying.sort(key=lambda each: (each.margin is None, 0 if each.margin is None else each.margin.minutes))
    told = {"id", "provider", "receiver", "state", "margin", "needed_by", "provider_forecast"}
    counts = dict(sorted(Counter(each.state.value for each in states).items()))
    return counts, [each.model_dump(mode="json", include=told) for each in worrying]


async def _goals(session: AsyncSession, program: Program) -> list[dict[str, Any]]:
    progress = Progress.of(await goal_tree(session), await session.scalars(select(KeyResult)))
    own = select(Goal).where(col(Goal.program_id) == program.id).order_by(col(Goal.id))
    return [
        {
            "id": str(goal.id),
            "name": goal.name,
            "due": _day(goal.due),
            "state": goal.state.value,
            "progress": ratio(progress.at(goal.id)).model_dump(mode="json"),
        }
        for goal in await session.scalars(own)
    ]


async def _benefits(session: AsyncSession, program: Program) -> list[dict[str, Any]]:
    benefits = await all_of(session, program.id, BENEFITS)
    forecast = await realisations_of(session, program.id, benefits)
    return [
        {
            "id": str(each.id),
            "name": each.name,
            "state": each.state.value,
            "planned_on": _day(each.planned_on),
            "forecast_on": _day(forecast[each.id]),
        }
        for each in benefits
    ]
