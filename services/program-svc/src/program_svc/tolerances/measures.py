"""Each dimension that a program has a tolerance for, beside its forecast. Those that the network alone tells; see `money` for the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.program_events import ProgramTolerances
from contracts.program_events.control import Dimension, ExceptionDetail
from contracts.project_events.baselines import BaselineStatus
from contracts.values import Duration
from contracts.vocabulary import DependencyStatus, TaskSide
from program_svc.baselines.models import BASELINES
from program_svc.network.compute import Network
from program_svc.network.facts import deadline_of
from program_svc.network.instants import read, written
from program_svc.network.shapes import finest
from program_svc.programs.models import Program

OVERRUNS = "overruns"
"""A figure of the costs: how many projects cost more than planned."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One dimension: what was agreed on and what is forecast, in words and as numbers of one kind (minutes, money, a count)."""

    dimension: Dimension
    tolerance: str
    forecast: str
    allowed: Decimal
    value: Decimal
    figures: dict[str, Any]
    details: tuple[ExceptionDetail, ...] = ()
    """What the forecast is made of, the largest first."""

    @property
    def is_exceeded(self) -> bool:
        """Whether the forecast is beyond what was agreed on."""
        return self.value > self.allowed


def tolerances_of(program: Program) -> ProgramTolerances:
    """What was agreed on; nothing where nothing was."""
    return ProgramTolerances.model_validate(program.tolerances or {})


async def due_of(session: AsyncSession, program: Program, network: Network) -> int | None:
    """The instant that the program's end is held to: its deadline or, without one, the finish of its approved baseline."""
    if network.facts.deadline is not None or tolerances_of(program).schedule is None:
        return network.facts.deadline
    table = BASELINES.table
    approved = select(table.c.figures).where(table.c.program_id == program.id, table.c.state == BaselineStatus.APPROVED)
    figures: dict[str, Any] | None = await session.scalar(approved)
    if figures is None or figures["finish"] is None:
        return None
    return deadline_of(read(figures["finish"]), network.facts.projects, network.facts.calendars)


def network_measures(program: Program, network: Network, due: int | None) -> Iterator[Measure]:
    """The schedule against what the program's end is held to (see `due_of`), and how many dependencies are broken."""
    tolerances = tolerances_of(program)
    if tolerances.schedule is not None and due is not None and network.schedule.finish:
        yield _schedule(network, due, tolerances.schedule)
    if tolerances.breached_dependencies is not None:
        broken = [each for each in network.facts.dependencies if each.state is DependencyStatus.BREACHED]
        allowed = tolerances.breached_dependencies
        yield Measure(
            Dimension.DEPENDENCIES,
            str(allowed),
            str(len(broken)),
            Decimal(allowed),
            Decimal(len(broken)),
            {"breached": [str(each.id) for each in broken[:100]]},
        )


def _schedule(network: Network, deadline: int, allowed: Duration) -> Measure:
    """How much later than that the program is done, in working time of the first project: one measure for all of them."""
    first = next(iter(network.facts.projects.values()))
    calendar = network.facts.calendar_of_project(first.id)
    late = calendar.between(deadline, network.schedule.finish)
    granularity = finest(network)
    finish, due = (written(at, TaskSide.FINISH, granularity) for at in (network.schedule.finish, deadline))
    day = calendar.minutes_per_day
    return Measure(
        Dimension.SCHEDULE,
        str(allowed),
        str(Duration(late, day)),
        Decimal(allowed.minutes) * day / allowed.minutes_per_day,
        Decimal(late),
        {"finish": finish.isoformat()[:16], "deadline": due.isoformat()[:16]},
    )
