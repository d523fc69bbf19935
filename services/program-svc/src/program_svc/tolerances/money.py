"""The dimensions of a program that its money and its risks tell."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.program_events.control import DetailRole, Dimension, ExceptionDetail
from contracts.values import Money
from contracts.vocabulary import RiskKind
from planning.earned_value import roll_up
from program_svc.network.compute import Network
from program_svc.programs.models import Program
from program_svc.register.actions import all_of
from program_svc.registers import RISKS
from program_svc.replica.models import KnownRisk
from program_svc.rollups.earned_value import in_one_currency
from program_svc.rollups.measured import Measured, measured_projects
from program_svc.rollups.money import NO_RATE, OneCurrency
from program_svc.rollups.risks import OwnRisk, own_risk, risk_sums
from program_svc.rollups.scope import Scope
from program_svc.tolerances.details import MOST_TOLD
from program_svc.tolerances.measures import OVERRUNS, Measure, tolerances_of


async def money_measures(session: AsyncSession, program: Program, network: Network) -> tuple[list[Measure], list[str]]:
    """The forecast of the cost against the budget, and what the open threats may cost, each in the currency of its tolerance.

    What is in another one is converted by the program's stored rates. Beside them why something could not be measured.
    """
    tolerances, one = tolerances_of(program), await OneCurrency.of(session, program)
    found = [
        None if tolerances.cost is None else await _cost(session, program, network, tolerances.cost, one),
        None if tolerances.risk is None else await _risk(session, program, network, tolerances.risk, one),
    ]
    warnings = sorted({each for each in found if isinstance(each, str)})
    return [each for each in found if isinstance(each, Measure)], warnings


async def _cost(
    session: AsyncSession, program: Program, network: Network, allowed: Money, one: OneCurrency
) -> Measure | str | None:
    """None where the projects' figures do not say what it will cost."""
    measured = await in_one_currency(session, program, await measured_projects(session, network, None))
    if isinstance(measured, str):
        return measured
    factor = one.factor(measured[0].currency, allowed.currency)
    if factor is None:
        return NO_RATE
    whole = roll_up(each.figures for each in measured)
    if whole.vac.value is None:
        return None
    over, overruns = -whole.vac.value * factor, _overruns(measured)
    return Measure(
        Dimension.COST,
        _told(allowed.amount, allowed.currency),
        _told(over, allowed.currency),
        allowed.amount,
        over,
        {name: f"{getattr(whole, name) * factor:.2f}" for name in ("bac", "ac", "ev")} | {OVERRUNS: len(overruns)},
        overruns[:MOST_TOLD],
    )


def _overruns(measured: Sequence[Measured]) -> tuple[ExceptionDetail, ...]:
    late = [(each, -each.figures.vac.value) for each in measured if each.figures.vac.value is not None]
    most = sorted((pair for pair in late if pair[1] > 0), key=lambda pair: (-pair[1], pair[0].project.id))
    return tuple(
        ExceptionDetail(
            role=DetailRole.OVERRUN,
            project_id=each.project.id,
            name=each.project.key,
            value=_told(over, each.currency) + _pace(each),
        )
        for each, over in most
    )


def _pace(measured: Measured) -> str:
    cpi = measured.figures.cpi.value
    return "" if cpi is None else f", CPI {cpi:.2f}"


async def _risk(
    session: AsyncSession, program: Program, network: Network, allowed: Money, one: OneCurrency
) -> Measure | str | None:
    """None without open risks."""
    own = [own_risk(each) for each in await all_of(session, program.id, RISKS)]
    sums = await risk_sums(session, Scope(program.id, network.facts.projects.keys(), {}, 0), own)
    if not sums:
        return None
    factors = [one.factor(each.threats.currency, allowed.currency) for each in sums]
    threats = [
        None if factor is None else -each.threats.amount * factor for each, factor in zip(sums, factors, strict=True)
    ]
    if any(each is None for each in threats):
        return NO_RATE
    total = sum((each for each in threats if each is not None), Decimal(0))
    return Measure(
        Dimension.RISK,
        _told(allowed.amount, allowed.currency),
        _told(total, allowed.currency),
        allowed.amount,
        total,
        {"open": sum(each.open for each in sums)},
        await _largest(session, network, own, allowed.currency, one),
    )


async def _largest(
    session: AsyncSession, network: Network, own: Sequence[OwnRisk], currency: str, one: OneCurrency
) -> tuple[ExceptionDetail, ...]:
    """The largest open threats of the program and of its projects, each once."""
    taken_over = [each.origin.record_id for each in own if each.origin is not None]
    # The largest of each currency: which of these are the largest of all only their rates tell.
    order = func.row_number().over(
        partition_by=col(KnownRisk.currency), order_by=(col(KnownRisk.emv), col(KnownRisk.id))
    )
    ranked = (
        select(col(KnownRisk.id), order.label("place"))
        .where(
            col(KnownRisk.project_id).in_(list(network.facts.projects)),
            col(KnownRisk.is_open),
            col(KnownRisk.kind) == RiskKind.THREAT,
            col(KnownRisk.id).not_in(taken_over),
        )
        .subquery()
    )
    of_projects = select(KnownRisk).join(ranked, ranked.c.id == col(KnownRisk.id)).where(ranked.c.place <= MOST_TOLD)
    found: list[tuple[Decimal, str, UUID | None, str, UUID]] = [
        (-risk.emv, risk.currency, risk.project_id, risk.title, risk.id) for risk in await session.scalars(of_projects)
    ]
    found += [
        (-each.emv.amount, each.emv.currency, None, each.title, each.id) for each in own if each.kind is RiskKind.THREAT
    ]
    by_size = sorted(found, key=lambda each: (-each[0] * (one.factor(each[1], currency) or 1), each[4]))
    return tuple(
        ExceptionDetail(
            role=DetailRole.THREAT, project_id=project_id, name=title, value=_told(emv, own_currency), record_id=risk_id
        )
        for emv, own_currency, project_id, title, risk_id in by_size[:MOST_TOLD]
        if emv
    )


def _told(amount: Decimal, currency: str) -> str:
    return f"{amount:.2f} {currency}"
