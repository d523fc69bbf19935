"""What a program may spend in each period, beside what it needs and what it has spent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.program_events.governance import FundingState
from contracts.values import Day, Money, Shape
from planning import to_date
from planning.written import frame_finish
from program_svc.benefits.forecast import MOST_PERIODS, Period, first_of, next_after, shifted
from program_svc.network.compute import Network
from program_svc.network.recalled import recalled_network
from program_svc.programs.models import Program
from program_svc.register.actions import all_of
from program_svc.registers import FUNDINGS
from program_svc.replica.models import ACTUALS
from program_svc.rollups.earned_value import in_one_currency
from program_svc.rollups.measured import Measured, measured_projects
from program_svc.rollups.money import NO_MONEY, NO_RATE, rates_of


class FundingPeriod(Shape):
    """One period; ``gap``: all funding so far less all need so far, below zero where money is missing."""

    starts_on: Day
    ends_on: Day
    need: Money
    """What the plans spend, by the projects' baselines where they have one."""
    spent: Money
    """Actual costs of these days."""
    funded: Money
    """Funding, spread evenly over the days of its own period."""
    gap: Money


class FundingNeedRead(Shape):
    """Period by period; none where the amounts are in no one currency, which ``warnings`` then says."""

    periods: list[FundingPeriod]
    short_from: Day | None
    """The first day of the first period at whose end money is missing."""
    warnings: list[str]
    positions: dict[str, int]
    hidden_count: int = 0
    """Projects that you do not see, and whose need and cost is not included."""


async def funding_need_of(
    session: AsyncSession, program: Program, period: Period, positions: Mapping[UUID, int], hidden_count: int
) -> FundingNeedRead:
    """Need and cost of the projects that `positions` names, and the program's funding. Raises Unschedulable."""
    network = await recalled_network(session, program)
    measured = [each for each in await measured_projects(session, network, None) if each.project.id in positions]
    found = await in_one_currency(session, program, measured)
    said = {str(project_id): revision for project_id, revision in positions.items()}
    if isinstance(found, str):
        return FundingNeedRead(
            periods=[],
            short_from=None,
            warnings=[] if found == NO_MONEY else [found],
            positions=said,
            hidden_count=hidden_count,
        )
    currency = found[0].currency
    rates = {currency: Decimal(1)} | await rates_of(session, program, max(each.data_date for each in found))
    fundings = await all_of(session, program.id, FUNDINGS)
    warnings = [] if all(each.amount.currency in rates for each in fundings) else [NO_RATE]
    funded = [each for each in fundings if each.amount.currency in rates]
    costs = await _costs(session, found)
    periods = list(_periods(network, found, funded, rates, costs, currency, period))
    short = next((each.starts_on for each in periods if each.gap.amount < 0), None)
    return FundingNeedRead(
        periods=periods, short_from=short, warnings=warnings, positions=said, hidden_count=hidden_count
    )


async def _costs(session: AsyncSession, measured: Sequence[Measured]) -> list[tuple[date, Decimal]]:
    rate_of = {each.project.id: each.rate for each in measured}
    rows = select(ACTUALS.c.project_id, ACTUALS.c.on, ACTUALS.c.amount).where(ACTUALS.c.project_id.in_(rate_of))
    return [(on, amount * rate_of[project_id]) for project_id, on, amount in await session.execute(rows)]


def _periods(
    network: Network,
    measured: Sequence[Measured],
    funded: Sequence[FundingState],
    rates: Mapping[str, Decimal],
    costs: Sequence[tuple[date, Decimal]],
    currency: str,
    period: Period,
) -> Iterator[FundingPeriod]:
    days = [*_planned_days(measured), *(on for on, _ in costs)]
    days += [day for each in funded for day in (each.starts_on, each.ends_on)]
    if not days:
        return
    starts_on, gap = first_of(min(days), period), Decimal(0)
    for _ in range(MOST_PERIODS):
        following = next_after(starts_on, period)
        ends_on = shifted(following, -1)
        need = _planned(network, measured, ends_on) - _planned(network, measured, shifted(starts_on, -1))
        spent = sum((amount for on, amount in costs if starts_on <= on <= ends_on), Decimal(0))
        given = sum((_share(each, starts_on, ends_on) * rates[each.amount.currency] for each in funded), Decimal(0))
        gap += given - need
        yield FundingPeriod(
            starts_on=starts_on,
            ends_on=ends_on,
            need=Money.of(need, currency),
            spent=Money.of(spent, currency),
            funded=Money.of(given, currency),
            gap=Money.of(gap, currency),
        )
        if following > max(days):
            return
        starts_on = following


def _planned_days(measured: Sequence[Measured]) -> Iterator[date]:
    for each in measured:
        for spread in each.books.spreads():
            if spread.amount:
                yield to_date(spread.start, finish=False)
                yield to_date(spread.finish, finish=True)


def _planned(network: Network, measured: Sequence[Measured], day: date) -> Decimal:
    calendars = network.facts.calendars
    return sum((each.books.planned(frame_finish(day, calendars.all_of(each.project))) for each in measured), Decimal(0))


def _share(funding: FundingState, starts_on: date, ends_on: date) -> Decimal:
    """What of it falls on these days."""
    first, last = max(funding.starts_on, starts_on), min(funding.ends_on, ends_on)
    days = (funding.ends_on - funding.starts_on).days + 1
    return funding.amount.amount * max(0, (last - first).days + 1) / days
