"""The search itself, in a process of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from planning import Plan, PlanError, WorkCalendar
from planning.levelling import (
    Demand,
    InvalidCapacity,
    InvalidDemand,
    Overcommitted,
    Resource,
    UnknownResource,
    level,
)
from project_svc.levelling.models import CannotLevel, LevellingAsk
from project_svc.schedule.problems import explained


@dataclass(frozen=True, slots=True)
class Answer:
    """finish, unlevelled_finish: instants. moved: (task, start, finish, delay): instants, and working minutes. understaffed: tasks."""

    finish: int
    unlevelled_finish: int
    is_shortest: bool
    evaluations: int
    moved: tuple[tuple[UUID, int, int, int], ...]
    understaffed: tuple[UUID, ...]


def run(
    told: Callable[[float], None],
    plan: Plan,
    capacities: Sequence[tuple[UUID, int, WorkCalendar | None]],
    demands: Sequence[tuple[UUID, UUID, int]],
    ask: LevellingAsk,
) -> Answer:
    """Level. capacities: (resource, units, calendar); demands: (task, resource, units). Raises CannotLevel, and what a plan cannot be scheduled for."""
    try:
        found = level(
            plan,
            [Resource(*each) for each in capacities],
            [Demand(*each) for each in demands],
            seed=ask.seed,
            evaluations=ask.evaluations,
            seconds=ask.seconds,
            watch=lambda made, _: told(min(1.0, made / ask.evaluations)),
        )
    except (UnknownResource, InvalidCapacity) as error:
        raise CannotLevel(f"{error}.", ids=[str(each) for each in error.resource_ids]) from None
    except (InvalidDemand, Overcommitted) as error:
        raise CannotLevel(f"{error}.", ids=[str(each) for each in error.task_ids]) from None
    except PlanError as error:
        raise explained(error) from None
    moved = tuple((row.task_id, row.start, row.finish, row.delay) for row in found.items.values() if row.delay)
    return Answer(
        found.finish, found.unlevelled_finish, found.is_shortest, found.evaluations, moved, tuple(found.understaffed)
    )
