"""What happens to a dependency by itself: the forecast moves, the margin shrinks and comes back, a date is broken, an end is lost."""

from collections.abc import Collection, Iterable, Mapping, MutableMapping
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select

from chassis import outbox, rows
from contracts.program_events import (
    DependencyAtRisk,
    DependencyBreached,
    DependencyDissolved,
    DependencyEvent,
    DependencyForecastChanged,
    DependencyRecovered,
    DependencyResumed,
    DependencyState,
    DependencySuspended,
)
from contracts.values import MINUTES_PER_DAY
from contracts.vocabulary import DependencyStatus
from program_svc.boundaries import LockedProgram
from program_svc.dependencies.models import LIVE, WATCHED, Dependency
from program_svc.dependencies.shapes import measures_of, state_again, state_of
from program_svc.network.standings import Standing
from program_svc.tables import now

ITSELF = "program-svc"
"""Who acts where nobody does, in a dependency's history."""

REACHED: dict[DependencyStatus, type[DependencyEvent]] = {
    DependencyStatus.COMMITTED: DependencyRecovered,
    DependencyStatus.AT_RISK: DependencyAtRisk,
    DependencyStatus.BREACHED: DependencyBreached,
}


TAKEN = (
    *(
        "provider_granularity",
        "receiver_granularity",
        "forecast",
        "limit",
        "late",
        "margin",
        "driving",
        "suspended_path",
    ),
    *("imposed", "imposed_side", "imposed_by_minute", "receiver_minutes_per_day", "lag_minutes_per_day"),
    *("state", "history", "revision", "updated_at"),
)
"""All that may change here of a dependency."""


async def take_standing(
    locked: LockedProgram,
    dependencies: Iterable[Dependency],
    standings: Mapping[UUID, Standing],
    granularities: Mapping[UUID, str],
    told: MutableMapping[UUID, DependencyState],
) -> None:
    """Give each dependency its computed values, move it between committed, at risk and breached, and say what changed.

    What the session does not know, since it was remembered from an earlier transaction, is written here. ``told``: the dependencies as
    they last went over the wire, as far as that is known; kept up to date.
    """
    remembered: list[Dependency] = []
    for dependency in dependencies:
        if not differs(locked, dependency, standings[dependency.id], granularities):
            continue
        before = told.get(dependency.id) or state_of(dependency)
        was_suspended, measures = dependency.suspended_path is not None, measures_of(dependency)
        standing = standings[dependency.id]
        _take(dependency, standing)
        dependency.provider_granularity = granularities.get(
            dependency.provider_project_id, dependency.provider_granularity
        )
        dependency.receiver_granularity = granularities.get(
            dependency.receiver_project_id, dependency.receiver_granularity
        )
        state = state_from(
            dependency, dependency.margin, locked.program.margin_threshold, standing_day(standing, dependency)
        )
        events: list[type[DependencyEvent]] = []
        if was_suspended is not (dependency.suspended_path is not None):
            events.append(DependencyResumed if was_suspended else DependencySuspended)
        if state is not dependency.state:
            dependency.state = state
            note_step(dependency, state.value, ITSELF)
            events.append(REACHED[state])
        is_same_measure = measures_of(dependency) == measures
        after = state_again(before, dependency) if is_same_measure else state_of(dependency)
        if not events and after != before:
            events.append(DependencyForecastChanged)
        if events:
            locked.touch(dependency)
            after = after.model_copy(update={"revision": dependency.revision, "updated_at": dependency.updated_at})
            for event in events:
                locked.record(event.between(before, after))
        told[dependency.id] = after
        if dependency not in locked.session:
            remembered.append(dependency)
    if remembered:
        write = rows.replacement_of_all(locked.session, remembered, TAKEN)
        outbox.send_along(locked.session, write.table, write.statement, *write.values)


def state_from(dependency: Dependency, margin: int | None, threshold: int, day: int) -> DependencyStatus:
    """Where a margin puts an agreed dependency. A broken date stays broken until both sides agree on a new one; see `state_by`."""
    if dependency.state is DependencyStatus.BREACHED:
        return dependency.state
    return state_by(dependency, margin, threshold, day)


def state_by(dependency: Dependency, margin: int | None, threshold: int, day: int) -> DependencyStatus:
    """Where a margin alone puts an agreed dependency, whatever was before.

    ``threshold``: the program's, in days of eight hours; a dependency's own goes before it. ``day``: minutes of a day on the receiving
    task's calendar, on which margins are measured: one day of threshold is one day there.
    """
    state = dependency.state
    if state not in WATCHED or margin is None:
        return state
    if dependency.needed_by is not None and margin < 0:
        return DependencyStatus.BREACHED
    days, minutes = divmod(threshold, MINUTES_PER_DAY)
    least = days * day + minutes if dependency.margin_threshold is None else dependency.margin_threshold
    return DependencyStatus.AT_RISK if margin < least else DependencyStatus.COMMITTED


def standing_day(standing: Standing, dependency: Dependency) -> int:
    """Minutes of a day on the receiving task's calendar; as they were last known where its task is not in the network."""
    return standing.day or dependency.receiver_minutes_per_day


async def dissolve_lost(locked: LockedProgram, lost: Collection[UUID]) -> None:
    """Dissolve the dependencies with an end among these tasks or projects, which were deleted, cancelled or left the program."""
    if not lost:
        return
    ends = (
        col(Dependency.provider_task_id),
        col(Dependency.receiver_task_id),
        col(Dependency.provider_project_id),
        col(Dependency.receiver_project_id),
    )
    statement = select(Dependency).where(
        col(Dependency.program_id) == locked.program.id,
        col(Dependency.state).in_(LIVE),
        or_(*(end.in_(lost) for end in ends)),
    )
    for dependency in await locked.session.scalars(statement.order_by(col(Dependency.id))):
        before = state_of(dependency)
        let_go(dependency, DependencyStatus.DISSOLVED)
        note_step(dependency, DependencyStatus.DISSOLVED.value, ITSELF)
        locked.touch(dependency)
        locked.record(DependencyDissolved.between(before, state_of(dependency)))


def let_go(dependency: Dependency, state: DependencyStatus) -> None:
    """End the dependency: it holds nothing and computes nothing any more."""
    dependency.state = state
    dependency.imposed = dependency.forecast = dependency.limit = dependency.late = dependency.margin = None
    dependency.imposed_side, dependency.imposed_by_minute = None, False
    dependency.driving = False
    dependency.suspended_path = dependency.agreed = None


def terms_of(dependency: Dependency) -> dict[str, str | None]:
    """What is on the table, for the history."""
    needed_by, promised_by = dependency.needed_by, dependency.promised_by
    return {
        "needed_by": None if needed_by is None else needed_by.isoformat(),
        "promised_by": None if promised_by is None else promised_by.isoformat(),
        "acceptance_criterion": dependency.acceptance_criterion,
    }


def note_step(dependency: Dependency, step: str, by: str, **details: str | None) -> None:
    """Add a step to the history. A new list, since a changed one goes unnoticed by the session."""
    entry = {"step": step, "by": by, "at": now().isoformat()} | {
        name: value for name, value in details.items() if value
    }
    dependency.history = [*dependency.history, entry]


def differs(
    locked: LockedProgram, dependency: Dependency, standing: Standing, granularities: Mapping[UUID, str]
) -> bool:
    """Whether the dependency is to take anything. Most are not: a change moves few of them."""
    path = standing.suspended_path
    here = (
        (
            dependency.forecast,
            dependency.limit,
            dependency.late,
            dependency.margin,
            dependency.driving,
            dependency.imposed,
        )
        == (standing.forecast, standing.limit, standing.late, standing.margin, standing.is_driving, standing.imposed)
        and dependency.suspended_path == (None if path is None else [str(task_id) for task_id in path])
        and granularities.get(dependency.provider_project_id) in (None, dependency.provider_granularity)
        and granularities.get(dependency.receiver_project_id) in (None, dependency.receiver_granularity)
    )
    if not here:
        return True
    day = standing_day(standing, dependency)
    return state_from(dependency, standing.margin, locked.program.margin_threshold, day) is not dependency.state


def _take(dependency: Dependency, standing: Standing) -> None:
    hold, path = standing.imposed, standing.suspended_path
    taken = {
        "forecast": standing.forecast,
        "limit": standing.limit,
        "late": standing.late,
        "margin": standing.margin,
        "driving": standing.is_driving,
        "imposed": None if hold is None else hold.at,
        "imposed_side": None if hold is None else hold.side,
        "imposed_by_minute": hold is not None and hold.is_exact,
        "receiver_minutes_per_day": standing.day or dependency.receiver_minutes_per_day,
        "lag_minutes_per_day": standing.lag_day or dependency.lag_minutes_per_day,
        "suspended_path": None if path is None else [str(task_id) for task_id in path],
    }
    for name, value in taken.items():
        if getattr(dependency, name) != value:  # to set what is there already takes ten times as long as to look
            setattr(dependency, name, value)
