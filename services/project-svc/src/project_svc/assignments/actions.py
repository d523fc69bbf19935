"""What can happen to an assignment. Unless its task's duration is fixed, its work moves dates."""

from uuid import UUID

from chassis.patch import changes_of
from chassis.problem import Conflict, FieldError, InvalidRequest, NotFound, invalid
from contracts.project_events.resource_events import AssignmentCreated, AssignmentDeleted, AssignmentUpdated
from contracts.project_events.resources import ResourceKind
from contracts.values import Money
from contracts.vocabulary import TaskKind, TaskStatus
from project_svc.assignments.effort import drive_duration, is_driven, units_of, work_of
from project_svc.assignments.models import Assignment, AssignmentCreate, AssignmentUpdate
from project_svc.calendars.days import bound
from project_svc.projects.locked import LockedProject
from project_svc.resources.models import ONE, Resource
from project_svc.tasks.models import Task
from project_svc.tasks.rules import task_of

WORDS = {
    ResourceKind.WORK: frozenset({"units", "work", "actual_work", "remaining_work"}),
    ResourceKind.MATERIAL: frozenset({"units"}),
    ResourceKind.COST: frozenset({"amount"}),
}
"""What can be said of an assignment of each kind of resource."""
SAID = frozenset().union(*WORDS.values())


async def create_assignment(
    project: LockedProject, body: AssignmentCreate, *, is_duration_told: bool = False
) -> Assignment:
    """Put a resource to work on a task. is_duration_told: the task takes as long as it does, whatever its work mode.

    Raises InvalidRequest, NotFound, OtherProject, Conflict for a summary or a cancelled task, AlreadyExists for the same one twice.
    """
    task = await task_of(project, body.task_id, "/task_id")
    resource = await _resource_of(project, body.resource_id)
    if task.kind is TaskKind.SUMMARY:
        raise Conflict("A summary does no work: assign the tasks below it.")
    if task.state is TaskStatus.CANCELLED:
        raise Conflict("The task is cancelled.")
    _check_words(resource.kind, {name for name in body.model_fields_set if getattr(body, name) is not None})
    day = task.minutes_per_day
    assignment = Assignment(
        **project.heading(body.external_ref),
        task_id=task.id,
        resource_id=resource.id,
        kind=resource.kind,
        units=ONE if body.units is None else body.units,
        work=0,
        actual_work=0 if body.actual_work is None else bound(body.actual_work, day, "/actual_work").minutes,
        minutes_per_day=day,
        currency=project.row.currency,
        updated_at=project.now,
    )
    if resource.kind is ResourceKind.COST:
        _charge(project, assignment, body.amount)
    work = None if body.work is None else bound(body.work, day, "/work").minutes
    if resource.kind is ResourceKind.WORK:
        _plan_work(task, assignment, work, are_units_told=body.units is not None)
    project.session.add(assignment)
    await project.session.flush()
    project.record(AssignmentCreated.of(assignment.wire()))
    if work is not None and not is_duration_told:
        await drive_duration(project, task)
    return assignment


async def update_assignment(
    project: LockedProject, assignment: Assignment, body: AssignmentUpdate, *, is_duration_told: bool = False
) -> None:
    """Change what a resource does on its task. is_duration_told: as for a new one.

    Raises InvalidRequest, TooMuchWork (409), Conflict for a cancelled task.
    """
    _check_words(assignment.kind, body.model_fields_set)
    task = await project.load(Task, assignment.task_id)
    if task.state is TaskStatus.CANCELLED:
        raise Conflict("The task is cancelled.")
    before, changes = assignment.wire(), changes_of(body)
    if "amount" in changes:
        _charge(project, assignment, changes["amount"])
    assignment.units = changes.get("units", assignment.units)
    if assignment.kind is ResourceKind.WORK:
        _change_work(task, assignment, body)
    changed = project.changed(assignment, before, AssignmentUpdated)
    await project.session.flush()
    if changed & {"units", "work"} and not is_duration_told:
        await drive_duration(project, task)


async def delete_assignment(project: LockedProject, assignment: Assignment) -> None:
    """Take a resource off its task; the task takes as long as before. Raises Conflict for one that has done work."""
    if assignment.actual_work:
        raise Conflict("Work was done under this assignment: let nothing remain of it instead.")
    project.record(AssignmentDeleted.of(assignment.wire()))
    await project.session.delete(assignment)
    await project.session.flush()


def _plan_work(task: Task, assignment: Assignment, work: int | None, *, are_units_told: bool) -> None:
    """The first work, or the first units: what was told stands, the other follows."""
    if work is None:
        assignment.reckon(work_of(task.duration, assignment.units))
        return
    _check_milestone(task, work)
    assignment.reckon(work)
    if not are_units_told and not is_driven(task):
        assignment.units = units_of(assignment.work, task.duration) or assignment.units


def _change_work(task: Task, assignment: Assignment, body: AssignmentUpdate) -> None:
    """Take over what was told of the work. While the duration is fixed, units follow from work and work from units."""
    minutes = {
        name: bound(getattr(body, name), assignment.minutes_per_day, f"/{name}").minutes
        for name in ("work", "actual_work", "remaining_work")
        if name in body.model_fields_set
    }
    assignment.actual_work = minutes.get("actual_work", assignment.actual_work)
    whole = minutes.get("work")
    if "remaining_work" in minutes:
        left = assignment.actual_work + minutes["remaining_work"]
        if whole not in (None, left):
            raise invalid("/work", "work_is_the_sum", "Work is what is done and what is left together.")
        whole = left
    if whole is not None and whole < assignment.actual_work:
        raise invalid("/work", "work_below_actual", "More than that has been done already.")
    _check_milestone(task, whole or 0)
    is_told = whole is not None
    before = assignment.work
    if whole is None and "units" in body.model_fields_set and not is_driven(task):
        whole = work_of(task.duration, assignment.units)
    assignment.reckon(assignment.work if whole is None else whole)
    follows = is_told or assignment.work != before
    if follows and "units" not in body.model_fields_set and not is_driven(task):
        assignment.units = units_of(assignment.work, task.duration) or assignment.units


def _check_milestone(task: Task, work: int) -> None:
    if task.kind is TaskKind.MILESTONE and work:
        raise invalid("/work", "milestone_work", "A milestone takes no work.")


def _charge(project: LockedProject, assignment: Assignment, amount: Money | None) -> None:
    if amount is None:
        raise invalid("/amount", "missing", "Say how much it costs.")
    if amount.currency != project.row.currency:
        raise invalid("/amount/currency", "currency", f"This project counts in {project.row.currency}.")
    if amount.amount < 0:
        raise invalid("/amount/amount", "amount_negative", "A planned amount is not negative.")
    assignment.amount = amount.amount


def _check_words(kind: ResourceKind, told: set[str]) -> None:
    """Raise InvalidRequest for what an assignment of this kind of resource does not have."""
    errors = [
        FieldError(
            location="body",
            pointer=f"/{name}",
            rule="not_of_this_kind",
            message=f"An assignment of {kind} has {', '.join(sorted(WORDS[kind]))} alone.",
        )
        for name in sorted(told & (SAID - WORDS[kind]))
    ]
    if errors:
        raise InvalidRequest(errors[0].message, errors=errors)


async def _resource_of(project: LockedProject, resource_id: UUID) -> Resource:
    resource = await project.session.get(Resource, resource_id)
    if resource is None or resource.project_id != project.id:
        message = f"There is no resource {resource_id} in this project."
        error = FieldError(location="body", pointer="/resource_id", rule="unknown_resource", message=message)
        raise NotFound(message, errors=[error])
    return resource
