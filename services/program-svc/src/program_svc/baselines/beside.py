"""What a baseline is compared with: the program as it is, or another baseline."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.program_events.control import AgreedDependency, BaselineState, ProjectBudget
from contracts.values import Money
from contracts.vocabulary import DependencyStatus
from program_svc.dependencies.agreement import days_in_force
from program_svc.dependencies.models import SHAPING, Dependency
from program_svc.sums.queries import sums_of_each

DATES_NOW = "SELECT task_id, project_id, NULL::text AS name, early_start, early_finish FROM program_schedule WHERE program_id = $2"
DATES_THEN = "SELECT task_id, project_id, name, early_start, early_finish FROM baseline_tasks WHERE baseline_id = $2"


@dataclass(frozen=True, slots=True)
class Beside:
    """``dates``: the statement that finds its tasks by its ``id``; ``agreed``: None where nobody kept it."""

    dates: str
    id: UUID
    positions: Mapping[str, int]
    bac: list[Money]
    budgets: list[ProjectBudget]
    dependencies: int
    agreed: list[AgreedDependency] | None


async def present(session: AsyncSession, program_id: UUID, positions: Mapping[UUID, int]) -> Beside:
    """The program as it is."""
    budgets = [
        ProjectBudget(project_id=row["project_id"], budget=Money.of(row["bac"], row["currency"]))
        for row in await sums_of_each(session, positions)
        if row["bac"]
    ]
    bac: dict[str, Decimal] = {}
    for each in budgets:
        bac[each.budget.currency] = bac.get(each.budget.currency, Decimal(0)) + each.budget.amount
    state = col(Dependency.state)
    in_force = state.in_(SHAPING) | (state == DependencyStatus.RENEGOTIATING) & col(Dependency.agreed).is_not(None)
    found = select(Dependency).where(col(Dependency.program_id) == program_id, in_force)
    agreed = [AgreedDependency(id=each.id, **days_in_force(each)) for each in await session.scalars(found)]
    return Beside(
        DATES_NOW,
        program_id,
        {str(project_id): revision for project_id, revision in positions.items()},
        [Money.of(amount, currency) for currency, amount in sorted(bac.items())],
        budgets,
        len(agreed),
        agreed,
    )


def kept(baseline: BaselineState) -> Beside:
    """Another baseline."""
    figures = baseline.figures
    return Beside(
        DATES_THEN, baseline.id, baseline.positions, figures.bac, figures.budgets, figures.dependencies, figures.agreed
    )
