"""Each dimension that a program has a tolerance for, beside its forecast. Those that the network alone tells; see `money` for the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.program_events import ProgramTolerances
from contracts.program_events.control import Dimension
from contracts.values import Duration
from contracts.vocabulary import DependencyStatus, TaskSide
from program_svc.network.compute import Network
from program_svc.network.instants import written
from program_svc.network.shapes import finest
from program_svc.programs.models import Program


@dataclass(frozen=True, slots=True)
class Measure:
    """One dimension: what was agreed on and what is forecast, in words and as numbers of one kind (minutes, money, a count)."""

    dimension: Dimension
    tolerance: str
    forecast: str
    allowed: Decimal
    value: Decimal
    figures: dict[str, Any]

    @property
    def is_exceeded(self) -> bool:
        """Whether the forecast is beyond what was agreed on."""
        return self.value > self.allowed


def tolerances_of(program: Program) -> ProgramTolerances:
    """What was agreed on; nothing where nothing was."""
    return ProgramTolerances.model_validate(program.tolerances or {})


def network_measures(program: Program, network: Network) -> Iterator[Measure]:
    """The schedule against the program's deadline, and how many dependencies are broken."""
    tolerances = tolerances_of(program)
    deadline = network.facts.deadline
    if tolerances.schedule is not None and deadline is not None and network.schedule.finish:
        yield _schedule(network, deadline, tolerances.schedule)
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
    """How much later than the deadline the program is done, in working time of the first project: one measure for all of them."""
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
