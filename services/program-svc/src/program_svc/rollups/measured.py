"""The projects of a program measured at a date: by their approved baselines where they have one, in their own currencies or one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

import planning
from contracts.project_events.baselines import BaselineStatus
from planning.books import Books, Line
from planning.earned_value import EarnedValue, earned_value
from planning.planned_value import curve_of
from planning.written import frame_finish, frame_start
from program_svc.network.compute import Network
from program_svc.network.facts import Facts, planning_projects
from program_svc.network.instants import read
from program_svc.network.queries import Unschedulable
from program_svc.replica.models import ACTUALS, BASELINES, BUDGET_LINES

BUDGET_CHANGED = "budget_changed_since_baseline"
"""Planned value and budget are the baseline's, but work earns by the present budget lines, whose sum is another."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One project at its data date. ``currency``: of its figures; ``rate``: what they were multiplied by to be in it."""

    project: Row[Any]
    data_date: date
    at: int
    """The end of that day, an instant."""
    books: Books
    figures: EarnedValue
    currency: str
    baseline_id: UUID | None
    warnings: tuple[str, ...] = ()
    rate: Decimal = Decimal(1)


async def measured_projects(session: AsyncSession, network: Network, data_date: date | None) -> list[Measured]:
    """Every project of the network at ``data_date``, else at its own, else today. Raises Unschedulable."""
    ids = list(network.facts.projects)
    lines_of, actuals_of = await _by_project(session, BUDGET_LINES, ids), await _by_project(session, ACTUALS, ids)
    baselines_of = await _by_project(session, BASELINES, ids)
    measured = []
    for project in network.facts.projects.values():
        on = data_date or _own_date(project) or datetime.now(UTC).date()
        lines = [Line(line.task_id, line.amount) for line in lines_of.get(project.id, ())]
        try:
            books = Books.of(_plan_of(network.facts, project.id), lines)
        except planning.PlanError as error:
            raise Unschedulable.because(error) from error
        baseline = _approved(baselines_of.get(project.id, ()))
        warnings: tuple[str, ...] = ()
        if baseline is not None:
            warnings = () if baseline.bac == books.budget else (BUDGET_CHANGED,)
            books = _by_baseline(network.facts, project, books, baseline)
        day = on.date() if isinstance(on, datetime) else on
        cost = sum((each.amount for each in actuals_of.get(project.id, ()) if each.on <= day), Decimal(0))
        at = frame_finish(on, network.facts.calendars.all_of(project))
        figures = earned_value(books.planned(at), books.earned(at), cost, books.budget, data_date=day)
        baseline_id = None if baseline is None else baseline.id
        measured.append(Measured(project, on, at, books, figures, project.currency, baseline_id, warnings))
    return measured


def converted(measured: Measured, currency: str, rate: Decimal) -> Measured:
    """The same in another currency."""
    figures = measured.figures
    day = measured.data_date.date() if isinstance(measured.data_date, datetime) else measured.data_date
    return replace(
        measured,
        books=measured.books.times(rate),
        figures=earned_value(
            figures.pv * rate, figures.ev * rate, figures.ac * rate, figures.bac * rate, data_date=day
        ),
        currency=currency,
        rate=rate,
    )


def _approved(baselines: Iterable[Row[Any]]) -> Row[Any] | None:
    return next((each for each in baselines if each.state == BaselineStatus.APPROVED), None)


def _by_baseline(facts: Facts, project: Row[Any], books: Books, baseline: Row[Any]) -> Books:
    calendar, frame = facts.calendar_of_project(project.id), facts.calendars.all_of(project)
    points = [
        (frame_finish(date.fromisoformat(on), frame), Decimal(amount)) for on, amount in orjson.loads(baseline.points)
    ]
    start = frame_start(read(baseline.start), frame)
    return books.measured_by(baseline.bac, curve_of(start, points, calendar))


def _own_date(project: Row[Any]) -> date | None:
    return None if project.data_date is None else read(project.data_date)


def _plan_of(facts: Facts, project_id: UUID) -> planning.Plan:
    """The project's own plan: its figures are the ones that the project itself reports."""
    tasks = [task for task in facts.tasks.values() if task.project_id == project_id]
    own = {task.id for task in tasks}
    links = [link for link in facts.links if link.predecessor_id in own]
    projects = [project for project in planning_projects(facts.projects, facts.calendars) if project.id == project_id]
    return planning.Plan(projects=projects, tasks=tasks, links=links)


async def _by_project(session: AsyncSession, table: Table, ids: list[UUID]) -> Mapping[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = {}
    for row in await session.execute(select(table).where(table.c.project_id.in_(ids)).order_by(table.c.id)):
        found.setdefault(row.project_id, []).append(row)
    return found
