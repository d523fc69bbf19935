"""Drafting exceptions: what is forecast to be exceeded, why, what follows, and what could be done, told from the network."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import planning
from contracts.program_events.control import Dimension, ExceptionFields, ExceptionState
from contracts.project_events.exceptions import ExceptionStatus
from contracts.values import MINUTES_PER_DAY, Duration
from contracts.vocabulary import DependencyStatus
from program_svc.boundaries import LockedProgram
from program_svc.dependencies.models import Dependency
from program_svc.network.compute import Network
from program_svc.network.explain import driving_path
from program_svc.register.actions import all_of, create
from program_svc.replica.models import TASKS
from program_svc.tolerances.measures import Measure
from program_svc.tolerances.models import EXCEPTIONS

MOST_NAMED = 8
VALUE = "value"
TITLES = {
    Dimension.SCHEDULE: "The program is forecast to be done {forecast} after its deadline",
    Dimension.COST: "The program is forecast to cost {forecast} more than its budget",
    Dimension.RISK: "The open threats may cost {forecast}",
    Dimension.DEPENDENCIES: "{forecast} dependencies are broken",
}


async def draft_exceptions(
    locked: LockedProgram, network: Network, measures: Iterable[Measure]
) -> list[ExceptionState]:
    """Write down an exception for each measure that is exceeded.

    Not while one of its dimension is still to be closed, nor when one was closed on a forecast that was no better.
    """
    exceeded = [measure for measure in measures if measure.is_exceeded]
    if not exceeded:
        return []
    before = await all_of(locked.session, locked.program.id, EXCEPTIONS)
    return [await _draft(locked, network, measure) for measure in exceeded if not _is_known(before, measure)]


def _is_known(before: Sequence[ExceptionState], measure: Measure) -> bool:
    same = [each for each in before if each.dimension is measure.dimension]
    if any(each.state is not ExceptionStatus.CLOSED for each in same):
        return True
    return any(Decimal(str(each.figures.get(VALUE, 0))) >= measure.value for each in same)


async def _draft(locked: LockedProgram, network: Network, measure: Measure) -> ExceptionState:
    path = _deciding_path(network)
    names = await _names(locked.session, [*path, *_ends(network)])
    title = TITLES[measure.dimension].format(forecast=measure.forecast)
    fields = ExceptionFields(
        title=title,
        cause=_cause(network, measure, path, names),
        consequences=_consequences(network, names),
        options=_options(network, path, names),
    )
    return await create(
        locked,
        EXCEPTIONS,
        fields,
        dimension=measure.dimension,
        is_drafted=True,
        tolerance=measure.tolerance,
        forecast=measure.forecast,
        figures=measure.figures | {VALUE: str(measure.value)},
    )


def _deciding_path(network: Network) -> list[UUID]:
    """The tasks that hold the program's end, the last one first."""
    items = network.schedule.items
    last = max(items, key=lambda id_: (items[id_].early_finish, -items[id_].total_float), default=None)
    return [] if last is None else driving_path(network, last)


def _ends(network: Network) -> list[UUID]:
    return [end for each in _broken(network) for end in (each.provider_task_id, each.receiver_task_id)]


def _broken(network: Network) -> list[Dependency]:
    return [each for each in network.facts.dependencies if each.state is DependencyStatus.BREACHED][:MOST_NAMED]


async def _names(session: AsyncSession, task_ids: Sequence[UUID]) -> dict[UUID, str]:
    found = await session.execute(select(TASKS.c.id, TASKS.c.name).where(TASKS.c.id.in_(task_ids)))
    return {row.id: row.name for row in found}


def _cause(network: Network, measure: Measure, path: Sequence[UUID], names: Mapping[UUID, str]) -> str:
    agreed = f"Agreed was {measure.tolerance}, forecast is {measure.forecast}."
    if measure.dimension is not Dimension.SCHEDULE:
        return agreed
    told = [f"{network.facts.projects[network.facts.tasks[id_].project_id].key}: {names.get(id_, '?')}" for id_ in path]
    shown = " ← ".join(told[:MOST_NAMED]) + (" ← …" if len(told) > MOST_NAMED else "")
    return f"{agreed} What holds the end, from the last task back: {shown}."


def _consequences(network: Network, names: Mapping[UUID, str]) -> str:
    broken = _broken(network)
    if not broken:
        return "No dependency is broken so far."
    told = []
    for each in broken:
        margin = network.standings[each.id].margin
        late = "" if margin is None else f" ({Duration(margin, network.standings[each.id].day or MINUTES_PER_DAY)})"
        told.append(f"{names.get(each.provider_task_id, '?')} → {names.get(each.receiver_task_id, '?')}{late}")
    return f"Broken dependencies: {'; '.join(told)}."


def _options(network: Network, path: Sequence[UUID], names: Mapping[UUID, str]) -> str:
    """What on the deciding path takes longest and is not begun or done yet; and what can be agreed anew."""
    left = [(_left(network, id_), id_) for id_ in path]
    longest = sorted(((minutes, id_) for minutes, id_ in left if minutes), reverse=True)[:3]
    told = []
    for minutes, id_ in longest:
        day = network.facts.calendar_of(id_).minutes_per_day
        told.append(f"{names.get(id_, '?')} ({Duration(minutes, day)} left)")
    shorten = f"Shorten what decides the end: {', '.join(told)}. " if told else ""
    renegotiate = "Renegotiate the broken dependencies. " if _broken(network) else ""
    return f"{shorten}{renegotiate}Or agree on another tolerance or deadline."


def _left(network: Network, task_id: UUID) -> int:
    task = network.facts.tasks[task_id]
    if task.actual_finish is not None or task.kind is planning.TaskKind.MILESTONE:
        return 0
    return task.duration if task.remaining is None else task.remaining
