"""Earned value of a program: sums of its projects' figures, then divided."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.paging import PageQuery, page
from contracts.values import Day, DayOrMoment, Id, Number, Ratio, Shape
from planning.books import spi_t
from planning.earned_value import EarnedValue, roll_up
from planning.figure import Figure
from program_svc.network.recalled import recalled_network
from program_svc.programs.models import Program
from program_svc.programs.queries import positions_shown
from program_svc.rollups.budget import ORDER
from program_svc.rollups.measured import Measured, converted, measured_projects
from program_svc.rollups.money import (
    MIXED_CURRENCIES,
    NO_MONEY,
    NO_RATE,
    MoneyFigure,
    figure_in,
    rates_of,
    ratio_of,
    undefined,
)
from program_svc.sums.models import ListedProject


class EarnedValueQuery(PageQuery):
    """At which day, and which projects."""

    data_date: Day | None = Field(
        default=None, description="of every project; without it each has its own data date, else today"
    )


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
    baseline_id: Id | None
    """The approved baseline that it is measured by; null: its present plan, as if nothing had happened."""
    converted_by: Number | None
    """The stored rate that its amounts were multiplied by in the program's figures; null where nothing was converted."""


class ProgramEarnedValue(Figures):
    """The program's figures over all its projects, and those of a page of the projects, each in its own currency.

    Where the projects have several currencies, the sums are in the program's own by its stored rates; null with the reason
    `mixed_currencies` where it has none, `no_exchange_rate` where a rate is missing.
    """

    projects: list[ProjectFigures]
    positions: dict[str, int]
    hidden_count: int = 0
    """Projects that you do not see, and that no figure includes."""
    next: str | None


async def earned_value_of(
    session: AsyncSession,
    program: Program,
    query: EarnedValueQuery,
    positions: Mapping[UUID, int],
    hidden_count: int,
) -> ProgramEarnedValue:
    """The earned value of the program's projects that `positions` names, and of each on one page of them."""
    network = await recalled_network(session, program)
    measured = [
        each for each in await measured_projects(session, network, query.data_date) if each.project.id in positions
    ]
    summed = await in_one_currency(session, program, measured)
    if isinstance(summed, str):
        figures = _undefined(summed)
        rates = {}
    else:
        at = max(each.at for each in summed)
        whole = roll_up(each.figures for each in summed)
        figures = _figures(whole, spi_t([each.books for each in summed], at, whole.ev), summed[0].currency)
        rates = {each.project.id: each.rate for each in summed if each.currency != each.project.currency}
    listed = select(ListedProject).where(
        col(ListedProject.program_id) == program.id, col(ListedProject.project_id).in_(positions)
    )
    page_shown, following = await page(session, listed, query, ORDER)
    shown = [each.project_id for each in page_shown]
    of_project = {each.project.id: each for each in measured}
    return ProgramEarnedValue(
        **figures,
        projects=[project_figures(of_project[id_], rates.get(id_)) for id_ in shown if id_ in of_project],
        positions=positions_shown(positions, shown),
        hidden_count=hidden_count,
        next=following,
    )


async def in_one_currency(
    session: AsyncSession, program: Program, measured: Sequence[Measured]
) -> list[Measured] | str:
    """The projects in one currency: the one they all have, unless the program has another; or the reason why that cannot be."""
    currencies = {each.project.currency for each in measured}
    if not currencies:
        return NO_MONEY
    if program.currency is None:
        return list(measured) if len(currencies) == 1 else MIXED_CURRENCIES
    found = []
    for each in measured:
        rate = (await rates_of(session, program, each.data_date)).get(each.currency)
        if rate is None:
            return NO_RATE
        found.append(each if each.currency == program.currency else converted(each, program.currency, rate))
    return found


def project_figures(measured: Measured, rate: Decimal | None = None) -> ProjectFigures:
    """One project's, in its own currency; ``rate``: what they count with in sums of another one."""
    pace = spi_t([measured.books], measured.at, measured.figures.ev)
    project = measured.project
    figures = _figures(measured.figures, pace, project.currency)
    figures["warnings"] += measured.warnings
    return ProjectFigures(
        **figures,
        project_id=project.id,
        key=project.key,
        data_date=measured.data_date,
        baseline_id=measured.baseline_id,
        converted_by=rate,
    )


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
        "warnings": [] if reason == NO_MONEY else [reason],
    }
