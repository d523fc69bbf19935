"""Risks of a program and of its projects, rolled up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from pydantic import Field
from sqlalchemy import false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.paging import Order, Page, page
from contracts.program_events.governance import RiskState
from contracts.values import Duration, Id, Money, Name, Shape, Share
from contracts.vocabulary import OPEN_RISKS, RiskKind, RiskStatus
from program_svc.goals.hazards import emv_of
from program_svc.programs.models import Program
from program_svc.register.actions import all_of
from program_svc.registers import RISKS as RISKS_OF_PROGRAM
from program_svc.replica.models import KnownRisk
from program_svc.rollups.money import OneCurrency
from program_svc.rollups.own import BesideOwn, own_page
from program_svc.rollups.scope import Scope
from program_svc.sums.models import ListedRisk
from program_svc.sums.queries import sums_of

ORDER = Order(
    columns={"emv": col(ListedRisk.emv), "title": col(ListedRisk.title)},
    default="emv",
    identity=col(ListedRisk.risk_id),
)


class RiskQuery(BesideOwn):
    """Which risks."""

    kind: RiskKind | None = None
    project_id: Id | None = None
    is_open: bool | None = None
    state: RiskStatus | None = Field(default=None, description="of the program's own, which are then shown alone")


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
    """A page of the projects' risks, with the first one a page of the program's own, and the sums over all of them, each risk once.

    ``emv`` is in the program's currency, by its rates of today; null where a rate is missing, where it has no currency and its risks
    several, and without risks.
    """

    own: list[OwnRisk]
    own_next: str | None = None
    """Send it as `own_cursor` for more of the program's own."""
    emv: Money | None
    currencies: list[RiskSums]
    warnings: list[str]
    positions: dict[str, int]
    hidden_count: int = 0
    """Projects that you do not see, and that neither the risks nor the sums include."""


async def risks_of(session: AsyncSession, program: Program, query: RiskQuery, scope: Scope) -> RiskRollUp:
    """One page of the risks of the program's projects that are seen, with the sums."""
    statement = select(ListedRisk).where(scope.lists(ListedRisk))
    if query.kind is not None or query.is_open is not None:
        statement = statement.join(KnownRisk, col(KnownRisk.id) == col(ListedRisk.risk_id))
    if query.kind is not None:
        statement = statement.where(col(KnownRisk.kind) == query.kind.value)
    if query.project_id is not None:
        statement = statement.where(col(ListedRisk.project_id) == query.project_id)
    if query.is_open is not None:
        statement = statement.where(col(KnownRisk.is_open).is_(query.is_open))
    if query.is_of_own or query.state is not None:
        statement = statement.where(false())
    listed, following = await page(session, statement, query, ORDER)
    rows = await _risks(session, [each.risk_id for each in listed])
    own = [own_risk(each) for each in await all_of(session, program.id, RISKS_OF_PROGRAM)]
    taken_over = {each.origin.record_id: each.id for each in own if each.origin is not None}
    sums = await risk_sums(session, scope, own)
    shown, own_next = own_page((each for each in own if _is_asked_for(each, query)), query)
    one, emv = await OneCurrency.of(session, program), [each.emv for each in sums]
    return RiskRollUp(
        items=[_read(row, taken_over) for row in rows],
        own=shown,
        own_next=own_next,
        next=following,
        emv=one.total(emv),
        currencies=sums,
        warnings=one.warnings(emv),
        positions=await scope.positions_shown(session, {row.project_id for row in rows}),
        hidden_count=scope.hidden_count,
    )


async def _risks(session: AsyncSession, ids: Sequence[UUID]) -> list[KnownRisk]:
    """These risks, in this order."""
    found = {row.id: row for row in await session.scalars(select(KnownRisk).where(col(KnownRisk.id).in_(ids)))}
    return [found[id_] for id_ in ids if id_ in found]


def own_risk(risk: RiskState) -> OwnRisk:
    """A risk of the program with its expected monetary value: threats below zero, zero once it is no longer open."""
    fields = {name: getattr(risk, name) for name in RiskState.model_fields}
    return OwnRisk(**fields, emv=Money.of(emv_of(risk), risk.cost_impact.currency))


def _is_asked_for(risk: OwnRisk, query: RiskQuery) -> bool:
    return (
        query.project_id is None
        and query.category in {None, risk.category}
        and query.owner in {None, risk.owner}
        and query.state in {None, risk.state}
        and query.kind in {None, risk.kind}
        and query.is_open in {None, risk.state in OPEN_RISKS}
    )


async def risk_sums(session: AsyncSession, scope: Scope, own: Sequence[OwnRisk]) -> list[RiskSums]:
    """The open risks of the program and of these projects, summed by currency; one that was taken over counts once, as the program's own."""
    sums: dict[str, tuple[Decimal, Decimal, int]] = {
        row["currency"]: (row["emv"], row["threats"], row["open_risks"])
        for row in await sums_of(session, scope)
        if row["open_risks"]
    }
    taken_over = [each.origin.record_id for each in own if each.origin is not None]
    if taken_over:
        counted = select(KnownRisk).where(
            scope.includes(KnownRisk.project_id), col(KnownRisk.id).in_(taken_over), col(KnownRisk.is_open)
        )
        for risk in await session.scalars(counted):
            emv, threatened, count = sums[risk.currency]
            threat = risk.emv if risk.kind == RiskKind.THREAT else Decimal(0)
            sums[risk.currency] = (emv - risk.emv, threatened - threat, count - 1)
    sums = {currency: each for currency, each in sums.items() if each[2]}
    for each in own:
        if each.state in OPEN_RISKS:
            emv, threatened, count = sums.get(each.emv.currency, (Decimal(0), Decimal(0), 0))
            threat = each.emv.amount if each.kind is RiskKind.THREAT else Decimal(0)
            sums[each.emv.currency] = (emv + each.emv.amount, threatened + threat, count + 1)
    return [risk_sums_read(currency, *each) for currency, each in sorted(sums.items())]


def risk_sums_read(currency: str, emv: Decimal, threats: Decimal, count: int) -> RiskSums:
    """What ``count`` open risks come to; ``threats``: of these, what is below zero."""
    return RiskSums(
        emv=Money.of(emv, currency),
        threats=Money.of(threats, currency),
        opportunities=Money.of(emv - threats, currency),
        open=count,
    )


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
