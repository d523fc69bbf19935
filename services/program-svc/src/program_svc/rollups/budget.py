"""Budget and cost of a program's projects."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.paging import Order, PageQuery, page
from chassis.statements import Record
from contracts.values import Id, Money, Shape
from program_svc.programs.models import Program
from program_svc.rollups.money import OneCurrency
from program_svc.rollups.scope import Scope
from program_svc.sums.models import ListedProject
from program_svc.sums.queries import sums_of, sums_of_each

ORDER = Order(
    columns={"key": col(ListedProject.key), "name": col(ListedProject.name)},
    default="key",
    identity=col(ListedProject.project_id),
)


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
    """The program's budget, with a page of its projects.

    The single amounts are in the program's currency, by its rates of today; null where a rate is missing, where it has no currency and
    its projects several, and where there is no money at all.
    """

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


async def budget_of(session: AsyncSession, program: Program, scope: Scope, query: PageQuery) -> BudgetRead:
    """Sum budget lines and actual costs by currency, of the projects that are seen, and of each on one page of them."""
    listed = select(ListedProject).where(scope.lists(ListedProject))
    projects, following = await page(session, listed, query, ORDER)
    shown = [project.project_id for project in projects]
    of_each: dict[UUID, list[Sums]] = {}
    for row in await sums_of_each(session, shown):
        if row["entries"]:
            of_each.setdefault(row["project_id"], []).append(_sums(row))
    currencies = [_sums(row) for row in await sums_of(session, scope) if row["entries"]]
    one = await OneCurrency.of(session, program)
    bac = [each.bac for each in currencies]
    return BudgetRead(
        bac=one.total(bac),
        contingency=one.total([each.contingency for each in currencies]),
        actual=one.total([each.actual for each in currencies]),
        remaining=one.total([each.remaining for each in currencies]),
        currencies=currencies,
        projects=[
            ProjectBudget(
                project_id=each.project_id, key=each.key, name=each.name, sums=of_each.get(each.project_id, [])
            )
            for each in projects
        ],
        warnings=one.warnings(bac),
        positions=await scope.positions_shown(session, shown),
        hidden_count=scope.hidden_count,
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
