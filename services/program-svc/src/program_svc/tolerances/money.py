"""The dimensions of a program that its money and its risks tell."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.program_events.control import Dimension
from planning.earned_value import roll_up
from program_svc.network.compute import Network
from program_svc.programs.models import Program
from program_svc.register.actions import all_of
from program_svc.registers import RISKS
from program_svc.rollups.earned_value import in_one_currency
from program_svc.rollups.measured import measured_projects
from program_svc.rollups.risks import own_risk, risk_sums
from program_svc.tolerances.measures import Measure, tolerances_of


async def money_measures(session: AsyncSession, program: Program, network: Network) -> AsyncIterator[Measure]:
    """The forecast of the cost against the budget, and what the open threats may cost; in the tolerance's own currency alone."""
    tolerances = tolerances_of(program)
    if (allowed := tolerances.cost) is not None:
        measured = await in_one_currency(session, program, await measured_projects(session, network, None))
        if not isinstance(measured, str) and measured[0].currency == allowed.currency:
            whole = roll_up(each.figures for each in measured)
            if whole.vac.value is not None:
                over = -whole.vac.value
                figures = {"bac": f"{whole.bac:.2f}", "ac": f"{whole.ac:.2f}", "ev": f"{whole.ev:.2f}"}
                forecast = f"{over:.2f} {allowed.currency}"
                agreed = f"{allowed.amount:.2f} {allowed.currency}"
                yield Measure(Dimension.COST, agreed, forecast, allowed.amount, over, figures)
    if (allowed := tolerances.risk) is not None:
        own = [own_risk(each) for each in await all_of(session, program.id, RISKS)]
        for sums in await risk_sums(session, list(network.facts.projects), own):
            if sums.threats.currency == allowed.currency:
                threats = -sums.threats.amount
                yield Measure(
                    Dimension.RISK,
                    f"{allowed.amount:.2f} {allowed.currency}",
                    f"{threats:.2f} {allowed.currency}",
                    allowed.amount,
                    threats,
                    {"open": sums.open},
                )
