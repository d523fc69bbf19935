"""Risks of a program and of its projects, rolled up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.paging import Order, Page, PageQuery, page
from contracts.program_events.governance import RiskState
from contracts.values import Duration, Id, Money, Name, Shape, Share
from contracts.vocabulary import RiskKind, RiskStatus
from program_svc.programs.queries import positions_shown
from program_svc.register.actions import all_of
from program_svc.registers import RISKS as RISKS_OF_PROGRAM
from program_svc.replica.models import RISKS, KnownRisk
from program_svc.rollups.money import MIXED_CURRENCIES, the_only

ORDER = Order(
    columns={"emv": col(KnownRisk.emv), "title": col(KnownRisk.title)}, default="emv", identity=col(KnownRisk.id)
)


OPEN = frozenset(RiskStatus) - {RiskStatus.CLOSED, RiskStatus.OCCURRED}


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
    escalated: bool
    taken_over_by: Id | None
    """The program's own risk that stands for this one; the sums count that and not this."""


class RiskSums(Shape):
    """What the open risks of one currency are expected to cost (below zero) or bring."""

    emv: Money
    threats: Money
    opportunities: Money
    open: int
    """How many of them are open."""


class OwnRisk(RiskState):
    """A risk of the program itself."""

    emv: Money


class RiskRollUp(Page[RiskRead]):
    """A page of the projects' risks, the program's own on the first page, and the sums over all of them, each risk once.

    ``emv`` is null where there are several currencies, or no risks.
    """

    own: list[OwnRisk]
    emv: Money | None
    currencies: list[RiskSums]
    warnings: list[str]
    positions: dict[str, int]
    hidden_count: int = 0
    """Projects that you do not see, and that neither the risks nor the sums include."""


async def risks_of(
    session: AsyncSession, program_id: UUID, query: RiskQuery, positions: Mapping[UUID, int], hidden_count: int
) -> RiskRollUp:
    """One page of the risks of the program's projects that `positions` names, with the sums."""
    components = list(positions)
    statement = select(KnownRisk).where(col(KnownRisk.project_id).in_(components))
    if query.kind is not None:
        statement = statement.where(col(KnownRisk.kind) == query.kind.value)
    if query.project_id is not None:
        statement = statement.where(col(KnownRisk.project_id) == query.project_id)
    if query.is_open is not None:
        statement = statement.where(col(KnownRisk.is_open).is_(query.is_open))
    rows, following = await page(session, statement, query, ORDER)
    own = [own_risk(each) for each in await all_of(session, program_id, RISKS_OF_PROGRAM)]
    taken_over = {each.origin.record_id: each.id for each in own if each.origin is not None}
    sums = await risk_sums(session, components, own)
    return RiskRollUp(
        items=[_read(row, taken_over) for row in rows],
        own=[each for each in own if _is_asked_for(each, query)],
        next=following,
        emv=the_only([each.emv for each in sums]),
        currencies=sums,
        warnings=[MIXED_CURRENCIES] if len(sums) > 1 else [],
        positions=positions_shown(positions, {row.project_id for row in rows}),
        hidden_count=hidden_count,
    )


def own_risk(risk: RiskState) -> OwnRisk:
    """A risk of the program with its expected monetary value: threats below zero, zero once it is no longer open."""
    sign = -1 if risk.kind is RiskKind.THREAT else 1
    amount = risk.probability * risk.cost_impact.amount * sign if risk.state in OPEN else Decimal(0)
    fields = {name: getattr(risk, name) for name in RiskState.model_fields}
    return OwnRisk(**fields, emv=Money.of(amount, risk.cost_impact.currency))


def _is_asked_for(risk: OwnRisk, query: RiskQuery) -> bool:
    return (
        query.cursor is None
        and query.project_id is None
        and query.kind in {None, risk.kind}
        and query.is_open in {None, risk.state in OPEN}
    )


async def risk_sums(session: AsyncSession, components: Sequence[UUID], own: Sequence[OwnRisk]) -> list[RiskSums]:
    """The open risks of the program and of these projects, summed by currency; one that was taken over counts once, as the program's own."""
    taken_over = [each.origin.record_id for each in own if each.origin is not None]
    risks = RISKS.c
    threats = func.coalesce(func.sum(case((risks.kind == RiskKind.THREAT.value, risks.emv))), 0)
    statement = select(risks.currency, func.sum(risks.emv), threats, func.count()).where(
        risks.project_id.in_(components), risks.is_open, risks.id.not_in(taken_over)
    )
    sums: dict[str, tuple[Decimal, Decimal, int]] = {
        currency: (Decimal(emv), Decimal(threatened), count)
        for currency, emv, threatened, count in await session.execute(statement.group_by(risks.currency))
    }
    for each in own:
        if each.state in OPEN:
            emv, threatened, count = sums.get(each.emv.currency, (Decimal(0), Decimal(0), 0))
            threat = each.emv.amount if each.kind is RiskKind.THREAT else Decimal(0)
            sums[each.emv.currency] = (emv + each.emv.amount, threatened + threat, count + 1)
    return [
        RiskSums(
            emv=Money.of(emv, currency),
            threats=Money.of(threatened, currency),
            opportunities=Money.of(emv - threatened, currency),
            open=count,
        )
        for currency, (emv, threatened, count) in sorted(sums.items())
    ]


def _read(risk: KnownRisk, taken_over: Mapping[UUID, UUID]) -> RiskRead:
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
        escalated=risk.escalated,
        taken_over_by=taken_over.get(risk.id),
    )
