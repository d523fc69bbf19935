"""What a program may cost in a simulation: its budget, and what the risks that happen add to it or take away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.values import Money, Shape
from program_svc.goals.hazards import Hazard
from program_svc.programs.models import Program
from program_svc.rollups.money import MIXED_CURRENCIES, NO_RATE, OneCurrency
from program_svc.rollups.scope import Scope
from program_svc.sums.queries import sums_of

if TYPE_CHECKING:  # it brings the compiled engine
    from planning.simulation import Outcomes

CENT = Decimal("0.01")


class CostChances(Shape):
    """The budget, and the costs that half, 80 and 90 percent of the runs did not exceed."""

    planned: Money
    p50: Money
    p80: Money
    p90: Money


@dataclass(frozen=True, slots=True)
class Counted:
    """What costs are counted in. ``rates``: what one unit of each currency is in it; ``warnings``: why nothing is counted, if so."""

    currency: str | None
    budget: Decimal
    rates: Mapping[str, float] | None
    warnings: list[str]

    @classmethod
    async def of(
        cls, session: AsyncSession, program: Program, hazards: Iterable[Hazard], positions: Mapping[UUID, int]
    ) -> "Counted":
        """In the program's currency by its rates of today or, where it has none, in the only one that there is."""
        one = await OneCurrency.of(session, program)
        sums = [row for row in await sums_of(session, Scope(program.id, None, positions, 0)) if row["entries"]]
        found = {row["currency"] for row in sums} | {
            hazard.currency for hazard in hazards if hazard.is_open and hazard.cost
        }
        asked = program.currency or (min(found) if len(found) == 1 else None)
        if asked is None:
            return cls(None, Decimal(0), None, [MIXED_CURRENCIES] if found else [])
        factors = {currency: one.factor(currency, asked) for currency in found}
        if None in factors.values():
            return cls(None, Decimal(0), None, [NO_RATE])
        known = {currency: factor for currency, factor in factors.items() if factor is not None}
        budget = sum((row["bac"] * known[row["currency"]] for row in sums), Decimal(0))
        return cls(asked, budget, {currency: float(factor) for currency, factor in known.items()}, [])

    def chances(self, added: "Outcomes | None") -> CostChances | None:
        """Beside the budget what the runs added to it; nothing where no risk costs."""
        if self.currency is None:
            return None

        def money(more: float) -> Money:
            return Money.of((self.budget + Decimal(more)).quantize(CENT), str(self.currency))

        p50, p80, p90 = (0.0, 0.0, 0.0) if added is None else (added.p50, added.p80, added.p90)
        return CostChances(planned=money(0), p50=money(p50), p80=money(p80), p90=money(p90))
