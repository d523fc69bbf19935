"""What a schedule of the program's network means for one dependency: forecast, margin, what it holds. Pure; nothing is read or written."""

from dataclasses import dataclass
from uuid import UUID

import planning
from contracts.vocabulary import TaskSide
from program_svc.dependencies.models import Dependency
from program_svc.network.facts import Facts


@dataclass(frozen=True, slots=True)
class Standing:
    """What the network says of one dependency. Instants and working minutes; none where an end is not in the network.

    ``margin`` is what is left between the provider's forecast and the date it is needed at (``limit``), negative when it is too late.
    ``imposed`` is the instant that the receiver's side is held to, none while the dependency holds nothing; see Hold.
    ``day`` and ``lag_day``: minutes of a day on the receiving task's calendar and on its project's; ``late``: the receiver's late date,
    whatever was agreed. None where the receiver is not in the network.
    """

    forecast: int | None
    limit: int | None
    margin: int | None
    is_driving: bool
    imposed: "Hold | None"
    suspended_path: tuple[UUID, ...] | None
    day: int | None = None
    lag_day: int | None = None
    late: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """What a receiver's side is held to. ``is_exact``: a day alone would not say the instant, on the receiving task's calendar."""

    at: int
    side: TaskSide
    is_exact: bool


def forecast_of(schedule: planning.Schedule, dependency: Dependency) -> int | None:
    """When the provider will give, as things stand; none if its task is not in the network."""
    item = schedule.items.get(dependency.provider_task_id)
    if item is None:
        return None
    return item.early_finish if dependency.provider_side is TaskSide.FINISH else item.early_start


def standing_of(
    facts: Facts, schedule: planning.Schedule, dependency: Dependency, is_held: bool, path: tuple[UUID, ...] | None
) -> Standing:
    """What the schedule says of one dependency. is_held: it holds dates; path: the cycle that it would close, where it does not.

    Raises planning.OutsideCalendar, which names the receiving task.
    """
    forecast = forecast_of(schedule, dependency)
    receiver = schedule.items.get(dependency.receiver_task_id)
    if forecast is None or receiver is None:
        return Standing(forecast, None, None, is_driving=False, imposed=None, suspended_path=path)
    try:
        limit, margin = _margin(facts, dependency, forecast, receiver)
    except planning.OutsideCalendar as error:
        raise planning.OutsideCalendar(error.detail, dependency.receiver_task_id) from None
    has_begun = receiver_is_past(facts, dependency)
    return Standing(
        forecast,
        limit,
        None if has_begun else margin,
        is_driving=is_held and is_driven_by(receiver, dependency.id),
        imposed=_imposed(facts, dependency, forecast) if is_held else None,
        suspended_path=path,
        day=facts.calendar_of(dependency.receiver_task_id).minutes_per_day,
        lag_day=facts.calendar_of_project(dependency.receiver_project_id).minutes_per_day,
        late=_late(dependency, receiver),
    )


def _late(dependency: Dependency, receiver: planning.ScheduledTask) -> int:
    return receiver.late_start if dependency.receiver_side is TaskSide.START else receiver.late_finish


def receiver_is_past(facts: Facts, dependency: Dependency) -> bool:
    """Whether the receiver's date has happened: then nothing of it is left to be too late for."""
    task = facts.tasks[dependency.receiver_task_id]
    return (task.actual_start if dependency.receiver_side is TaskSide.START else task.actual_finish) is not None


def _margin(facts: Facts, dependency: Dependency, forecast: int, receiver: planning.ScheduledTask) -> tuple[int, int]:
    """The date needed, and the receiving task's working time until then: from the agreed date, else from the receiver's late date."""
    calendar = facts.calendar_of(dependency.receiver_task_id)
    if dependency.needed_by is None:
        limit = _late(dependency, receiver)
        lag_calendar = facts.calendar_of_project(dependency.receiver_project_id)
        return limit, calendar.between(lag_calendar.add(forecast, dependency.lag), limit)
    is_finish = dependency.provider_side is TaskSide.FINISH
    limit = calendar.day_finish(dependency.needed_by) if is_finish else calendar.day_start(dependency.needed_by)
    return limit, calendar.between(forecast, limit)


def _imposed(facts: Facts, dependency: Dependency, forecast: int) -> Hold:
    """What the receiver's side is held to: a working minute that begins, or one that ends, on the receiving task's calendar.

    A milestone has no work to begin: it is held to the very instant, Friday 17:00 and not Monday 09:00. Its start is its finish, so the
    side that is told is the one whose day means this very instant.
    """
    passed = forecast if dependency.accepted is None else min(forecast, dependency.accepted)
    at = facts.calendar_of_project(dependency.receiver_project_id).add(passed, dependency.lag)
    calendar, side = facts.calendar_of(dependency.receiver_task_id), dependency.receiver_side
    begin, end = calendar.start_at_or_after(at), calendar.finish_at_or_before(at)
    if facts.tasks[dependency.receiver_task_id].kind is not planning.TaskKind.MILESTONE:
        at = begin if side is TaskSide.START else end
    elif (begin if side is TaskSide.START else end) != at:
        side = TaskSide.FINISH if side is TaskSide.START else TaskSide.START
    shown = planning.to_date(at, finish=side is TaskSide.FINISH)
    said = calendar.day_finish(shown) if side is TaskSide.FINISH else calendar.day_start(shown)
    return Hold(at, side, is_exact=said != at)


def is_driven_by(item: planning.ScheduledTask, dependency_id: UUID) -> bool:
    """Whether it is this dependency that holds the task where it is."""
    match item.driving:
        case planning.Link(id=id_) | planning.Imposed(source_id=id_):
            return id_ == dependency_id
    return False
