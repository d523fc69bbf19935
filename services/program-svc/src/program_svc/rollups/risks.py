"""Risks of a program's projects, rolled up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.paging import Order, Page, PageQuery, page
from contracts.values import Duration, Id, Money, Name, Shape, Share
from contracts.vocabulary import RiskKind
from program_svc.replica.models import RISKS, KnownRisk
from program_svc.rollups.money import MIXED_CURRENCIES, the_only

ORDER = Order(
    columns={"emv": col(KnownRisk.emv), "title": col(KnownRisk.title)}, default="emv", identity=col(KnownRisk.id)
)


class RiskQuery(PageQuery):
    """Which risks."""

    kind: RiskKind | None = None
    project_id: Id | None = None
    is_open: bool | None = None


class RiskRead(Shape):
    """A project's risk as the program knows it. ``emv``: threats below zero, zero once the risk is no longer open."""

    risk_id: Id
    project_id: Id
    task_id: Id | None
    title: Name
    kind: RiskKind
    is_open: bool
    probability: Share
    cost_impact: Money
    days_impact: Duration
    emv: Money


class RiskSums(Shape):
    """What the open risks of one currency are expected to cost (below zero) or bring."""

    emv: Money
    threats: Money
    opportunities: Money
    open: int
    """How many of them are open."""


class RiskRollUp(Page[RiskRead]):
    """A page of risks, and the sums over all of them. ``emv`` is null where there are several currencies, or no risks."""

    emv: Money | None
    currencies: list[RiskSums]
    warnings: list[str]
    positions: dict[str, int]
    hidden_count: int = 0
    """Projects that you do not see, and that neither the risks nor the sums include."""


async def risks_of(
    session: AsyncSession, query: RiskQuery, positions: Mapping[UUID, int], hidden_count: int
) -> RiskRollUp:
    """One page of the risks of the projects that `positions` names, with the sums."""
    components = list(positions)
    statement = select(KnownRisk).where(col(KnownRisk.project_id).in_(components))
    if query.kind is not None:
        statement = statement.where(col(KnownRisk.kind) == query.kind.value)
    if query.project_id is not None:
        statement = statement.where(col(KnownRisk.project_id) == query.project_id)
    if query.is_open is not None:
        statement = statement.where(col(KnownRisk.is_open).is_(query.is_open))
    rows, following = await page(session, statement, query, ORDER)
    sums = await _sums(session, components)
    return RiskRollUp(
        items=[_read(row) for row in rows],
        next=following,
        emv=the_only([each.emv for each in sums]),
        currencies=sums,
        warnings=[MIXED_CURRENCIES] if len(sums) > 1 else [],
        positions={str(project_id): revision for project_id, revision in positions.items()},
        hidden_count=hidden_count,
    )


async def _sums(session: AsyncSession, components: Sequence[UUID]) -> list[RiskSums]:
    risks = RISKS.c
    threats = func.coalesce(func.sum(case((risks.kind == RiskKind.THREAT.value, risks.emv))), 0)
    statement = select(risks.currency, func.sum(risks.emv), threats, func.count()).where(
        risks.project_id.in_(components), risks.is_open
    )
    found = await session.execute(statement.group_by(risks.currency).order_by(risks.currency))
    return [
        RiskSums(
            emv=Money.of(emv, currency),
            threats=Money.of(threatened, currency),
            opportunities=Money.of(Decimal(emv) - Decimal(threatened), currency),
            open=count,
        )
        for currency, emv, threatened, count in found
    ]


def _read(risk: KnownRisk) -> RiskRead:
    return RiskRead(
        risk_id=risk.id,
        project_id=risk.project_id,
        task_id=risk.task_id,
        title=risk.title,
        kind=RiskKind(risk.kind),
        is_open=risk.is_open,
        probability=risk.probability,
        cost_impact=Money.of(risk.cost_impact, risk.currency),
        days_impact=Duration(risk.days_impact, risk.minutes_per_day),
        emv=Money.of(risk.emv, risk.currency),
    )
