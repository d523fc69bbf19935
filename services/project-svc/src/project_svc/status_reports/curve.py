"""The S-curve: planned value over the whole project, earned value and cost up to the data date."""

from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from contracts.values import Money
from planning import to_date
from planning.written import frame_finish
from project_svc.budgets.models import Actual
from project_svc.earned_value.queries import kept_books
from project_svc.projects.reading import ReadProject
from project_svc.records import day_written

POINTS = 40
NOTHING = Decimal(0)


async def curve_of(project: ReadProject, data_date: date) -> dict[str, list[dict[str, Any]]]:
    """`pv`, `ev` and `ac`, cumulative, each a list of `on` and `amount`; none of them without a budget."""
    kept = await kept_books(project)
    budgeted = [spread for spread in kept.books.spreads() if spread.amount]
    spent, sums = await _spent(project)
    if not budgeted and not spent:
        return {"pv": [], "ev": [], "ac": []}
    until = day_written(data_date)
    first = min([*(to_date(each.start, finish=False) for each in budgeted), *spent[:1]])
    last = max([until, *(to_date(each.finish, finish=True) for each in budgeted)])
    days = sorted({*_days(first, last), *([until] if first <= until else [])})
    instants = {day: frame_finish(day, kept.calendars) for day in days}
    past = [day for day in days if day <= until]

    def amounts(points: list[tuple[date, Decimal]]) -> list[dict[str, Any]]:
        return [
            {"on": day.isoformat(), "amount": Money.of(amount, project.row.currency).model_dump(mode="json")}
            for day, amount in points
        ]

    cost = [NOTHING, *sums]
    return {
        "pv": amounts([(day, kept.books.planned(at)) for day, at in instants.items()]),
        "ev": amounts([(day, kept.books.earned(instants[day])) for day in past]),
        "ac": amounts([(day, cost[bisect_right(spent, day)]) for day in past]),
    }


def _days(first: date, last: date) -> list[date]:
    """About forty days from the first to the last, evenly."""
    step = max(1, -(-(last - first).days // POINTS))
    return [*(first + timedelta(days=offset) for offset in range(0, (last - first).days, step)), last]


async def _spent(project: ReadProject) -> tuple[list[date], list[Decimal]]:
    """The days on which anything was spent, and what was spent by then."""
    found = await project.session.execute(
        select(col(Actual.on), func.sum(col(Actual.amount)))
        .where(col(Actual.project_id) == project.id)
        .group_by(col(Actual.on))
        .order_by(col(Actual.on))
    )
    rows = found.all()
    return [row[0] for row in rows], list(accumulate(Decimal(row[1]) for row in rows))
