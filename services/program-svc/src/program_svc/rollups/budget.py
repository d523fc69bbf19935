"""Budget and cost of a program's projects."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.paging import Order, PageQuery, page
from chassis.statements import Record, fetch
from contracts.values import Id, Money, Shape
from program_svc.programs.queries import positions_shown
from program_svc.replica.models import KnownProject
from program_svc.rollups.money import MIXED_CURRENCIES, the_only

ORDER = Order(
    columns={"key": col(KnownProject.key), "name": col(KnownProject.name)}, default="key", identity=col(KnownProject.id)
)

# Over all projects, and of each of those that are shown.
_SUMS = """
    SELECT project_id, currency, sum(bac) AS bac, sum(contingency) AS contingency, sum(actual) AS actual
    FROM (
        SELECT project_id, currency, amount AS bac, CASE WHEN contingency THEN amount ELSE 0 END AS contingency, 0 AS actual
        FROM known_budget_lines WHERE project_id = ANY($1::uuid[])
        UNION ALL
        SELECT project_id, currency, 0, 0, amount FROM known_actuals WHERE project_id = ANY($1::uuid[])
    ) AS amounts
    GROUP BY GROUPING SETS ((project_id, currency), (currency))
    HAVING grouping(project_id) = 1 OR project_id = ANY($2::uuid[])
    ORDER BY currency
"""


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
    """The program's budget, with a page of its projects. The single amounts are null where there are several currencies, or no money at all."""

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
    next: str | None = None


async def budget_of(
    session: AsyncSession, positions: Mapping[UUID, int], hidden_count: int, query: PageQuery
) -> BudgetRead:
    """Sum budget lines and actual costs by currency, of the projects that `positions` names, and of each on one page of them."""
    components = select(KnownProject).where(col(KnownProject.id).in_(positions))
    projects, following = await page(session, components, query, ORDER)
    sums: dict[UUID | None, list[Sums]] = {}
    for row in await fetch(session, _SUMS, list(positions), [project.id for project in projects]):
        sums.setdefault(row["project_id"], []).append(_sums(row))
    currencies = sums.get(None, [])
    return BudgetRead(
        bac=the_only([each.bac for each in currencies]),
        contingency=the_only([each.contingency for each in currencies]),
        actual=the_only([each.actual for each in currencies]),
        remaining=the_only([each.remaining for each in currencies]),
        currencies=currencies,
        projects=[
            ProjectBudget(project_id=each.id, key=each.key, name=each.name, sums=sums.get(each.id, []))
            for each in projects
        ],
        warnings=[MIXED_CURRENCIES] if len(currencies) > 1 else [],
        positions=positions_shown(positions, [each.id for each in projects]),
        hidden_count=hidden_count,
        next=following,
    )


def _sums(row: Record) -> Sums:
    currency = row["currency"]
    return Sums(
        bac=Money.of(row["bac"], currency),
        contingency=Money.of(row["contingency"], currency),
        actual=Money.of(row["actual"], currency),
        remaining=Money.of(row["bac"] - row["actual"], currency),
    )
