"""What if all this changed? Applied to the facts in memory; nothing is ever written."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from uuid_utils.compat import uuid7

import planning
from chassis.patch import changes_of
from chassis.problem import FieldError, InvalidRequest
from contracts.vocabulary import DependencyStatus
from program_svc.dependencies.models import Dependency, DependencyCycle
from program_svc.network.changes import (
    CancelledProject,
    DroppedDependency,
    NetworkChange,
    NewDependency,
    TaskChange,
)
from program_svc.network.compute import has_both_ends
from program_svc.network.facts import Facts
from program_svc.network.instants import constraint_of
from program_svc.network.queries import cycle_closed_by
from program_svc.tables import now

WHOLE = 100


@dataclass(slots=True)
class Imagined:
    """Facts as they might be, and the ids of what was changed in them."""

    facts: Facts
    changed: set[UUID]


class _Unfit(Exception):
    """The change does not fit the program."""

    def __init__(self, field: str, rule: str, message: str) -> None:
        self.field, self.rule, self.message = field, rule, message
        super().__init__(message)


def imagined(facts: Facts, changes: Sequence[NetworkChange], program_id: UUID) -> Imagined:
    """The program's facts with these changes, one after the other.

    Raises InvalidRequest with the pointer of every change that does not fit the program, and DependencyCycle.
    """
    so_far = Imagined(facts, set())
    errors = []
    for index, change in enumerate(changes):
        try:
            match change:
                case TaskChange():
                    _change_task(so_far, change)
                case NewDependency():
                    _join(so_far, change, program_id)
                case DroppedDependency():
                    _drop(so_far, change)
                case CancelledProject():
                    _cancel(so_far, change)
        except _Unfit as error:
            pointer = f"/changes/{index}/{error.field}"
            errors.append(FieldError(location="body", pointer=pointer, rule=error.rule, message=error.message))
    if errors:
        raise InvalidRequest(errors[0].message, errors=errors)
    return so_far


def _change_task(so_far: Imagined, change: TaskChange) -> None:
    facts = so_far.facts
    task = facts.tasks.get(change.task_id)
    if task is None or task.project_id != change.project_id:
        raise _Unfit("task_id", "unknown_task", "This is no task of this project in the program.")
    works = task.kind in {planning.TaskKind.TASK, planning.TaskKind.LEVEL_OF_EFFORT}
    for field in ("duration", "staffing"):
        if field in change.model_fields_set and not works:
            raise _Unfit(field, "no_duration", "Milestones and summaries have no duration of their own.")
    if "staffing" in change.model_fields_set and not change.model_fields_set.isdisjoint(
        {"duration", "remaining_duration"}
    ):
        raise _Unfit("staffing", "two_durations", "Either say how long it takes, or how many work on it.")
    try:
        changed = _changed(task, change, facts.calendar_of(change.task_id))
    except ValueError as error:
        raise _Unfit("duration", "duration_out_of_range", f"{error}.") from error
    so_far.facts = replace(facts, tasks={**facts.tasks, change.task_id: changed})
    so_far.changed.add(change.task_id)


def _changed(task: planning.Task, change: TaskChange, calendar: planning.WorkCalendar) -> planning.Task:
    """Raises ValueError for a duration that is too long on the task's calendar."""
    day = calendar.minutes_per_day
    values = changes_of(change)
    if "duration" in values:
        task = replace(task, duration=values["duration"].on(day).minutes)
    if "remaining_duration" in values:
        remaining = values["remaining_duration"]
        task = replace(task, remaining=None if remaining is None else remaining.on(day).minutes)
    if "staffing" in values:
        task = _staffed(task, change.staffing.from_, change.staffing.to)
    if "constraint" in values:
        asked = change.constraint
        constraint = (
            None
            if asked is None
            else constraint_of(asked.type.value, None if asked.date is None else asked.date.isoformat()[:16], calendar)
        )
        task = replace(task, constraint=constraint)
    return task


def _staffed(task: planning.Task, units: int, wanted: int) -> planning.Task:
    """What is left of the task takes ``units / wanted`` of its time, up to the minute."""
    if task.actual_start is None and task.remaining is None:
        return replace(task, duration=-(-task.duration * units // wanted))
    left = task.remaining
    if left is None:
        left = round(task.duration * (WHOLE - task.percent_complete) / WHOLE)
    return replace(task, remaining=-(-left * units // wanted))


def _join(so_far: Imagined, change: NewDependency, program_id: UUID) -> None:
    facts = so_far.facts
    for field, end in (("provider", change.provider), ("receiver", change.receiver)):
        task = facts.tasks.get(end.task_id)
        if task is None or task.project_id != end.project_id:
            raise _Unfit(f"{field}/task_id", "unknown_task", "This is no task of this project in the program.")
    if change.provider.project_id == change.receiver.project_id:
        raise _Unfit("receiver/project_id", "same_project", "A dependency joins two projects.")
    day = facts.calendar_of_project(change.receiver.project_id).minutes_per_day
    try:
        lag = change.lag.on(day).minutes
    except ValueError as error:
        raise _Unfit("lag", "duration_out_of_range", f"{error}.") from error
    receiver = facts.projects[change.receiver.project_id]
    dependency = Dependency(
        id=uuid7(),
        organization_id=receiver.organization_id,
        program_id=program_id,
        revision=0,
        provider_project_id=change.provider.project_id,
        provider_task_id=change.provider.task_id,
        receiver_project_id=change.receiver.project_id,
        receiver_task_id=change.receiver.task_id,
        type=change.type,
        lag=lag,
        state=DependencyStatus.COMMITTED,
        committed_at=now(),
    )
    if not has_both_ends(facts, dependency):
        raise _Unfit("provider/task_id", "end_not_linkable", "A summary cannot be an end of a dependency.")
    path = cycle_closed_by(facts, [each for each in facts.dependencies if each.shapes_dates], dependency)
    if path is not None:
        raise DependencyCycle(
            "The receiver's work leads back to the provider's.", path=[str(task_id) for task_id in path]
        )
    so_far.facts = facts.with_dependency(dependency)
    so_far.changed.add(dependency.id)


def _drop(so_far: Imagined, change: DroppedDependency) -> None:
    facts = so_far.facts
    if all(each.id != change.dependency_id for each in facts.dependencies):
        raise _Unfit("dependency_id", "unknown_dependency", "This is no live dependency of the program.")
    so_far.facts = replace(facts, dependencies=[each for each in facts.dependencies if each.id != change.dependency_id])
    so_far.changed.add(change.dependency_id)


def _cancel(so_far: Imagined, change: CancelledProject) -> None:
    facts, project_id = so_far.facts, change.project_id
    if project_id not in facts.projects:
        raise _Unfit("project_id", "unknown_project", "This is no project that takes part in the program.")
    gone = {task.id for task in facts.tasks.values() if task.project_id == project_id}
    so_far.facts = replace(
        facts,
        projects={id_: row for id_, row in facts.projects.items() if id_ != project_id},
        tasks={id_: task for id_, task in facts.tasks.items() if id_ not in gone},
        links=[link for link in facts.links if link.predecessor_id not in gone],
        dependencies=[each for each in facts.dependencies if not _touches(each, gone)],
    )
    so_far.changed |= {project_id, *gone, *(each.id for each in facts.dependencies if _touches(each, gone))}


def _touches(dependency: Dependency, task_ids: Collection[UUID]) -> bool:
    return dependency.provider_task_id in task_ids or dependency.receiver_task_id in task_ids


def projects_of(facts: Facts, change: NetworkChange) -> Iterator[UUID]:
    """The projects whose managers a change needs."""
    match change:
        case TaskChange(project_id=project_id) | CancelledProject(project_id=project_id):
            yield project_id
        case NewDependency(provider=provider, receiver=receiver):
            yield from (provider.project_id, receiver.project_id)
        case DroppedDependency(dependency_id=dependency_id):
            for each in facts.dependencies:
                if each.id == dependency_id:
                    yield from (each.provider_project_id, each.receiver_project_id)
