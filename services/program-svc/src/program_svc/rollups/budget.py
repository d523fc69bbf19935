"""Budget and cost of a program's projects."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.values import Id, Money, Shape
from program_svc.replica.models import ACTUALS, BUDGET_LINES, PROJECTS
from program_svc.rollups.money import MIXED_CURRENCIES, the_only

ZERO = Decimal(0)


class Sums(Shape):
    """Amounts of one currency."""

    bac: Money
    """Budget at completion, contingency included."""
    contingency: Money
    actual: Money
    remaining: Money
    """Budget less actual cost."""


class ProjectBudget(Shape):
    """One project's sums, by currency."""

    project_id: Id
    key: str
    name: str
    sums: list[Sums]


class BudgetRead(Shape):
    """The program's budget. The single amounts are null where there are several currencies, or no money at all."""

    bac: Money | None
    contingency: Money | None
    actual: Money | None
    remaining: Money | None
    currencies: list[Sums]
    projects: list[ProjectBudget]
    warnings: list[str]
    positions: dict[str, int]
    hidden_count: int = 0
    """Projects that you do not see, and that no figure includes."""


async def budget_of(session: AsyncSession, positions: Mapping[UUID, int], hidden_count: int) -> BudgetRead:
    """Sum budget lines and actual costs by project and currency, of the projects that `positions` names."""
    components = list(positions)
    projects = (
        await session.execute(select(PROJECTS).where(PROJECTS.c.id.in_(components)).order_by(PROJECTS.c.key))
    ).all()
    planned = await _by_project_and_currency(session, _planned(components))
    spent = await _by_project_and_currency(session, _spent(components))
    sums: dict[UUID, dict[str, tuple[Decimal, Decimal, Decimal]]] = {}
    for project_id, currency in sorted(planned.keys() | spent.keys()):
        bac, contingency = planned.get((project_id, currency), (ZERO, ZERO))
        (actual,) = spent.get((project_id, currency), (ZERO,))
        sums.setdefault(project_id, {})[currency] = (bac, contingency, actual)
    total: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
    for of_project in sums.values():
        for currency, amounts in of_project.items():
            before = total.get(currency, (ZERO, ZERO, ZERO))
            total[currency] = (before[0] + amounts[0], before[1] + amounts[1], before[2] + amounts[2])
    currencies = _sums(total)
    return BudgetRead(
        bac=the_only([each.bac for each in currencies]),
        contingency=the_only([each.contingency for each in currencies]),
        actual=the_only([each.actual for each in currencies]),
        remaining=the_only([each.remaining for each in currencies]),
        currencies=currencies,
        projects=[
            ProjectBudget(project_id=row.id, key=row.key, name=row.name, sums=_sums(sums.get(row.id, {})))
            for row in projects
        ],
        warnings=[MIXED_CURRENCIES] if len(currencies) > 1 else [],
        positions={str(project_id): revision for project_id, revision in positions.items()},
        hidden_count=hidden_count,
    )


def _planned(components: Sequence[UUID]) -> Select[Any]:
    lines = BUDGET_LINES.c
    contingency = func.sum(case((lines.contingency, lines.amount), else_=0))
    found = select(lines.project_id, lines.currency, func.sum(lines.amount), contingency).where(
        lines.project_id.in_(components)
    )
    return found.group_by(lines.project_id, lines.currency)


def _spent(components: Sequence[UUID]) -> Select[Any]:
    actuals = ACTUALS.c
    found = select(actuals.project_id, actuals.currency, func.sum(actuals.amount)).where(
        actuals.project_id.in_(components)
    )
    return found.group_by(actuals.project_id, actuals.currency)


async def _by_project_and_currency(
    session: AsyncSession, statement: Select[Any]
) -> dict[tuple[UUID, str], tuple[Decimal, ...]]:
    return {(row[0], row[1]): tuple(row[2:]) for row in await session.execute(statement)}


def _sums(amounts: Mapping[str, tuple[Decimal, Decimal, Decimal]]) -> list[Sums]:
    return [
        Sums(
            bac=Money.of(bac, currency),
            contingency=Money.of(contingency, currency),
            actual=Money.of(actual, currency),
            remaining=Money.of(bac - actual, currency),
        )
        for currency, (bac, contingency, actual) in sorted(amounts.items())
    ]
