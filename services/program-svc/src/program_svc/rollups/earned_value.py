"""Earned value of a program: sums of its projects' figures, then divided."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

import planning
from contracts.values import Day, DayOrMoment, Id, Ratio, Shape
from planning.books import Books, Line, spi_t
from planning.earned_value import EarnedValue, earned_value, roll_up
from planning.figure import Figure
from planning.written import frame_finish
from program_svc.network.compute import Network
from program_svc.network.facts import Facts, planning_projects
from program_svc.network.instants import read
from program_svc.network.queries import Unschedulable, network_of
from program_svc.programs.models import Program
from program_svc.replica.models import ACTUALS, BUDGET_LINES
from program_svc.rollups.money import MIXED_CURRENCIES, NO_MONEY, MoneyFigure, figure_in, ratio_of, undefined


class Forecasts(Shape):
    """What it will have cost, by three assumptions about the rest of it."""

    typical: MoneyFigure
    """The rest costs as the work so far did: BAC / CPI."""
    atypical: MoneyFigure
    """The rest costs as planned: AC + (BAC - EV)."""
    combined: MoneyFigure
    """The rest costs as the work so far did, and its delay costs too: AC + (BAC - EV) / (CPI · SPI)."""


class Figures(Shape):
    """PV, EV, AC, BAC and what follows from them."""

    bac: MoneyFigure
    pv: MoneyFigure
    ev: MoneyFigure
    ac: MoneyFigure
    cv: MoneyFigure
    sv: MoneyFigure
    cpi: Ratio
    spi: Ratio
    tcpi: Ratio
    eac: Forecasts
    etc: MoneyFigure
    vac: MoneyFigure
    spi_t: Ratio
    warnings: list[str]


class ProjectFigures(Figures):
    """One project's figures."""

    project_id: Id
    key: str
    data_date: DayOrMoment


class ProgramEarnedValue(Figures):
    """The program's figures, each null with the reason `mixed_currencies` where its projects have several, and the projects'."""

    projects: list[ProjectFigures]
    positions: dict[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """One project at its data date."""

    project: Row[Any]
    data_date: date
    at: int
    """The end of that day, an instant."""
    books: Books
    figures: EarnedValue


async def earned_value_of(
    session: AsyncSession, program: Program, data_date: Day | None, positions: Mapping[UUID, int]
) -> ProgramEarnedValue:
    """The program's earned value at ``data_date``; without it each project's own data date counts, else today."""
    network = await network_of(session, program)
    measured = [each async for each in _measured(session, network, data_date)]
    at = max((each.at for each in measured), default=0)
    whole = roll_up(each.figures for each in measured)
    currencies = {each.project.currency for each in measured}
    pace = spi_t([each.books for each in measured], at, whole.ev)
    if len(currencies) == 1:
        (currency,) = currencies
        figures = _figures(whole, pace, currency)
    else:
        figures = _undefined(MIXED_CURRENCIES if currencies else NO_MONEY)
    return ProgramEarnedValue(
        **figures,
        projects=[_project(each) for each in measured],
        positions={str(project_id): revision for project_id, revision in positions.items()},
    )


async def _measured(session: AsyncSession, network: Network, data_date: date | None) -> AsyncIterator[Measured]:
    ids = list(network.facts.projects)
    lines = await session.execute(select(BUDGET_LINES).where(BUDGET_LINES.c.project_id.in_(ids)))
    actuals = await session.execute(select(ACTUALS).where(ACTUALS.c.project_id.in_(ids)))
    lines_of, actuals_of = _by_project(lines), _by_project(actuals)
    for project in network.facts.projects.values():
        on = data_date or _own_date(project) or datetime.now(UTC).date()
        plan = _plan_of(network.facts, project.id)
        try:
            books = Books.of(plan, [Line(line.task_id, line.amount) for line in lines_of.get(project.id, ())])
        except planning.PlanError as error:
            raise Unschedulable(str(error)) from error
        day = on.date() if isinstance(on, datetime) else on
        cost = sum((each.amount for each in actuals_of.get(project.id, ()) if each.on <= day), Decimal(0))
        at = frame_finish(on, network.facts.calendars.all_of(project))
        yield Measured(
            project, on, at, books, earned_value(books.planned(at), books.earned(at), cost, books.budget, data_date=day)
        )


def _own_date(project: Row[Any]) -> date | None:
    return None if project.data_date is None else read(project.data_date)


def _plan_of(facts: Facts, project_id: UUID) -> planning.Plan:
    """The project's own plan: its figures are the ones that the project itself reports."""
    tasks = [task for task in facts.tasks.values() if task.project_id == project_id]
    own = {task.id for task in tasks}
    links = [link for link in facts.links if link.predecessor_id in own]
    projects = [project for project in planning_projects(facts.projects, facts.calendars) if project.id == project_id]
    return planning.Plan(projects=projects, tasks=tasks, links=links)


def _by_project(rows: Iterable[Row[Any]]) -> dict[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.project_id, []).append(row)
    return found


def _project(measured: Measured) -> ProjectFigures:
    pace = spi_t([measured.books], measured.at, measured.figures.ev)
    project = measured.project
    figures = _figures(measured.figures, pace, project.currency)
    return ProjectFigures(**figures, project_id=project.id, key=project.key, data_date=measured.data_date)


def _figures(figures: EarnedValue, pace: Figure, currency: str) -> dict[str, Any]:
    def money(figure: Figure | Decimal) -> MoneyFigure:
        return figure_in(Figure.of(figure) if isinstance(figure, Decimal) else figure, currency)

    amounts: Sequence[str] = ("bac", "pv", "ev", "ac", "cv", "sv", "etc", "vac")
    return {
        **{name: money(getattr(figures, name)) for name in amounts},
        "cpi": ratio_of(figures.cpi),
        "spi": ratio_of(figures.spi),
        "tcpi": ratio_of(figures.tcpi),
        "eac": Forecasts(
            typical=money(figures.eac_typical),
            atypical=money(figures.eac_atypical),
            combined=money(figures.eac_combined),
        ),
        "spi_t": ratio_of(pace),
        "warnings": list(figures.warnings),
    }


def _undefined(reason: str) -> dict[str, Any]:
    nothing, ratio = undefined(reason), Ratio.undefined(reason)
    return {
        **dict.fromkeys(("bac", "pv", "ev", "ac", "cv", "sv", "etc", "vac"), nothing),
        **dict.fromkeys(("cpi", "spi", "tcpi", "spi_t"), ratio),
        "eac": Forecasts(typical=nothing, atypical=nothing, combined=nothing),
        "warnings": [reason] if reason == MIXED_CURRENCIES else [],
    }
