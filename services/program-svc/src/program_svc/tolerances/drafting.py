"""Drafting exceptions: what is forecast to be exceeded, why, what follows, and what could be done, told from the network.

The texts name nothing that belongs to one project: they are for all who read the program. What they speak of is in the details.
"""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.program_events.control import DetailRole, Dimension, ExceptionDetail, ExceptionFields, ExceptionState
from contracts.project_events.exceptions import ExceptionStatus
from contracts.values import Shape
from program_svc.boundaries import LockedProgram
from program_svc.dependencies.models import Dependency
from program_svc.network.compute import Network
from program_svc.programs.models import Program
from program_svc.programs.queries import positions_of
from program_svc.register.actions import all_of, change, create
from program_svc.tolerances.details import (
    MOST_TOLD,
    broken_details,
    broken_in,
    names_of,
    path_details,
    path_to_the_end,
    path_to_the_worst,
    threatened_goals,
)
from program_svc.tolerances.measures import OVERRUNS, Measure
from program_svc.tolerances.models import EXCEPTIONS

VALUE, RECOVERED = "value", "recovered"
POSITIONS = "positions"
"""What the words and figures were put together from, which not everybody sees (`chassis.redaction`)."""
AGREED_ON = ("deadline", "bac")
"""Figures that were agreed on: against another deadline or budget a forecast is another matter."""
TITLES = {
    Dimension.SCHEDULE: "The program is forecast to be done {forecast} later than was agreed",
    Dimension.COST: "The program is forecast to cost more than its budget",
    Dimension.RISK: "The open threats may cost more than is tolerated",
    Dimension.DEPENDENCIES: "{forecast} dependencies are broken",
}
OPTIONS = {
    Dimension.SCHEDULE: "Shorten the work that decides the end{open_work}. {broken}Or agree on another tolerance or deadline.",
    Dimension.COST: "Cut the scope of the projects that cost more than planned, or release reserve to them. Or agree on another tolerance or budget.",
    Dimension.RISK: "Avoid, transfer or mitigate the largest threats, or put money aside for them. Or agree on another tolerance.",
    Dimension.DEPENDENCIES: "Renegotiate the broken dependencies, or shorten the work before their providers{open_work}. Or agree on another tolerance.",
}


class _Nothing(Shape):
    """No change of what people write."""


async def has_to_be_noted(session: AsyncSession, program: Program, measures: Sequence[Measure]) -> bool:
    """Whether `draft_exceptions` may have something to write down."""
    if any(measure.is_exceeded for measure in measures):
        return True
    return bool(measures) and bool(_recovered(await all_of(session, program.id, EXCEPTIONS), measures))


async def draft_exceptions(
    locked: LockedProgram, network: Network, measures: Iterable[Measure]
) -> list[ExceptionState]:
    """Write down an exception for each measure that is exceeded.

    Not while one of its dimension is still to be closed, nor when one was closed on a forecast that was no better, against the same
    tolerance, deadline and budget, and not within the tolerance since.
    """
    measures = list(measures)
    if not measures:
        return []
    before = await all_of(locked.session, locked.program.id, EXCEPTIONS)
    for each in _recovered(before, measures):
        await change(locked, EXCEPTIONS, each, _Nothing(), figures=each.figures | {RECOVERED: True})
    exceeded = [measure for measure in measures if measure.is_exceeded and not _is_known(before, measure)]
    return [await _draft(locked, network, measure) for measure in exceeded]


def _recovered(before: Collection[ExceptionState], measures: Iterable[Measure]) -> list[ExceptionState]:
    """The closed exceptions whose dimension is within its tolerance again."""
    within = {measure.dimension for measure in measures if not measure.is_exceeded}
    return [
        each
        for each in before
        if each.dimension in within and each.state is ExceptionStatus.CLOSED and RECOVERED not in each.figures
    ]


def _is_known(before: Sequence[ExceptionState], measure: Measure) -> bool:
    same = [each for each in before if each.dimension is measure.dimension]
    if any(each.state is not ExceptionStatus.CLOSED for each in same):
        return True
    return any(
        Decimal(str(each.figures.get(VALUE, 0))) >= measure.value
        for each in same
        if each.tolerance == measure.tolerance
        and RECOVERED not in each.figures
        and all(each.figures.get(name) == measure.figures.get(name) for name in AGREED_ON)
    )


async def _draft(locked: LockedProgram, network: Network, measure: Measure) -> ExceptionState:
    broken, goals = broken_in(network), await threatened_goals(locked.session, network)
    told = await _details(locked.session, network, measure, broken[:MOST_TOLD])
    details = [*measure.details, *told, *goals[:MOST_TOLD]]
    positions = await positions_of(locked.session, locked.program.id)
    fields = ExceptionFields(
        title=TITLES[measure.dimension].format(forecast=measure.forecast),
        cause=_cause(measure, details),
        consequences=_consequences(len(broken), len(goals)),
        options=_options(measure, details),
    )
    return await create(
        locked,
        EXCEPTIONS,
        fields,
        dimension=measure.dimension,
        is_drafted=True,
        tolerance=measure.tolerance,
        forecast=measure.forecast,
        figures=measure.figures
        | {VALUE: str(measure.value), POSITIONS: {str(each): positions[each] for each in positions}},
        details=details,
    )


async def _details(
    session: AsyncSession, network: Network, measure: Measure, broken: Sequence[Dependency]
) -> list[ExceptionDetail]:
    path = {Dimension.SCHEDULE: path_to_the_end, Dimension.DEPENDENCIES: path_to_the_worst}.get(measure.dimension)
    tasks = [] if path is None else path(network)
    ends = [end for each in broken for end in (each.provider_task_id, each.receiver_task_id)]
    names = await names_of(session, [*tasks, *ends])
    return [*path_details(network, tasks, names), *broken_details(network, broken, names)]


def _cause(measure: Measure, details: Sequence[ExceptionDetail]) -> str:
    agreed = f"Agreed was {measure.tolerance}, forecast is {measure.forecast}."
    holding = _told(details, DetailRole.HOLDS_THE_END)
    projects = len({each.project_id for each in holding})
    match measure.dimension:
        case Dimension.SCHEDULE:
            return (
                f"{agreed} The end is held by {_many(len(holding), 'task')} in {_many(projects, 'project')} at least."
            )
        case Dimension.DEPENDENCIES:
            held = (
                f" The worst of them is held by {_many(len(holding), 'task')} in {_many(projects, 'project')} at least."
            )
            return agreed + (held if holding else "")
        case Dimension.COST:
            overruns = _many(int(str(measure.figures[OVERRUNS])), "project")
            return f"{agreed} {overruns} cost more than planned, the first of the details the most."
        case Dimension.RISK:
            return f"{agreed} The largest open threats are in the details."


def _consequences(broken: int, goals: int) -> str:
    told = [f"{_many(broken, 'dependency')} broken" if broken else "No dependency is broken so far"]
    told.append(f"{_many(goals, 'goal')} threatened" if goals else "no goal is threatened")
    return f"{', '.join(told)}."


def _options(measure: Measure, details: Sequence[ExceptionDetail]) -> str:
    left = ", ".join(f"{each.value}" for each in _told(details, DetailRole.OPEN_WORK))
    return OPTIONS[measure.dimension].format(
        open_work=f" (its largest pieces have {left} left)" if left else "",
        broken="Renegotiate the broken dependencies. " if _told(details, DetailRole.PROVIDER) else "",
    )


def _told(details: Sequence[ExceptionDetail], role: DetailRole) -> list[ExceptionDetail]:
    return [each for each in details if each.role is role]


def _many(count: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count} {what if count == 1 else plural}"
