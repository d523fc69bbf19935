"""What an operation can be done to, and by which action."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.problem import NotFound
from contracts.values import Shape
from project_svc.assignments import actions as assignments
from project_svc.assignments.models import Assignment, AssignmentCreate, AssignmentUpdate
from project_svc.budgets import actions as budgets
from project_svc.budgets.models import Actual, ActualCreate, BudgetLine, BudgetLineCreate, BudgetLineUpdate
from project_svc.calendars import actions as calendars
from project_svc.calendars.models import Calendar, CalendarCreate, CalendarUpdate
from project_svc.commitments import actions as commitments
from project_svc.commitments.models import Commitment, CommitmentCreate
from project_svc.links import actions as links
from project_svc.links.models import Link, LinkCreate, LinkUpdate
from project_svc.projects.actions import update_project
from project_svc.projects.locked import LockedProject, Shown
from project_svc.projects.models import Project, ProjectChange, ProjectUpdate
from project_svc.records import RecordT
from project_svc.register import actions as register
from project_svc.register.declared import Declared
from project_svc.registers import ALL
from project_svc.resources import actions as resources
from project_svc.resources.models import Resource, ResourceCreate, ResourceUpdate
from project_svc.risks import actions as risks
from project_svc.risks.models import Risk, RiskCreate, RiskUpdate
from project_svc.tasks import actions as tasks
from project_svc.tasks.models import Task, TaskCreate, TaskUpdate

Created = Callable[[LockedProject, Any], Awaitable[Shown[Any]]]
Found = Callable[[LockedProject, UUID], Awaitable[Any]]
Updated = Callable[[LockedProject, Any, Any], Awaitable[Shown[Any]]]
Deleted = Callable[[LockedProject, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Changeable:
    """How a record is changed and removed. body: the shape of a change. load: the record that is to be changed. delete: None for one that stays."""

    body: type[Shape]
    load: Found
    update: Updated
    delete: Deleted | None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record. body: the shape of a new one. find: as it is, or to be removed. change: None for entries that stay as they are.

    body, create: None where no operation makes one.
    """

    body: type[Shape] | None
    create: Created | None
    find: Found
    change: Changeable | None


def _finder(kind: type[RecordT]) -> Found:
    async def found(project: LockedProject, record_id: UUID) -> RecordT:
        return await project.find(kind, record_id)

    return found


def _loader(kind: type[RecordT]) -> Found:
    async def loaded(project: LockedProject, record_id: UUID) -> RecordT:
        return await project.load(kind, record_id)

    return loaded


def _updater(update: Callable[[LockedProject, Any, Any], Awaitable[None]]) -> Updated:
    async def updated(project: LockedProject, record: Any, body: Any) -> Shown[Any]:
        await update(project, record, body)
        shown: Shown[Any] = record
        return shown

    return updated


def _declared(declared: Declared[Any]) -> Kind:
    async def create(project: LockedProject, body: Shape) -> Shown[Any]:
        return await register.create(project, declared, body)

    async def find(project: LockedProject, record_id: UUID) -> Any:
        return await register.find(project, declared, record_id)

    async def update(project: LockedProject, record: Any, body: Shape) -> Shown[Any]:
        return await register.change(project, declared, record, body)

    async def delete(project: LockedProject, record: Any) -> None:
        await register.remove(project, declared, record)

    return Kind(declared.create, create, find, Changeable(declared.update, find, update, delete))


async def _own_project(project: LockedProject, project_id: UUID) -> Project:
    """The project itself. Raises NotFound for any other id."""
    if project_id != project.id:
        raise NotFound
    return project.row


async def _change_project(project: LockedProject, _: Project, body: ProjectChange) -> None:
    await update_project(project, ProjectUpdate(**{name: getattr(body, name) for name in body.model_fields_set}))


KINDS: dict[str, Kind] = {
    "task": Kind(
        TaskCreate,
        tasks.create_task,
        _finder(Task),
        Changeable(TaskUpdate, _loader(Task), _updater(tasks.update_task), tasks.delete_task),
    ),
    "link": Kind(
        LinkCreate,
        links.create_link,
        _finder(Link),
        Changeable(LinkUpdate, _loader(Link), _updater(links.update_link), links.delete_link),
    ),
    "budget_line": Kind(
        BudgetLineCreate,
        budgets.create_budget_line,
        _finder(BudgetLine),
        Changeable(
            BudgetLineUpdate, _finder(BudgetLine), _updater(budgets.update_budget_line), budgets.delete_budget_line
        ),
    ),
    "actual": Kind(ActualCreate, budgets.record_actual, _finder(Actual), None),
    "commitment": Kind(CommitmentCreate, commitments.record_commitment, _finder(Commitment), None),
    "risk": Kind(
        RiskCreate,
        risks.create_risk,
        _finder(Risk),
        Changeable(RiskUpdate, _finder(Risk), _updater(risks.update_risk), risks.delete_risk),
    ),
    "resource": Kind(
        ResourceCreate,
        resources.create_resource,
        _finder(Resource),
        Changeable(ResourceUpdate, _finder(Resource), _updater(resources.update_resource), resources.delete_resource),
    ),
    "assignment": Kind(
        AssignmentCreate,
        assignments.create_assignment,
        _finder(Assignment),
        Changeable(
            AssignmentUpdate,
            _finder(Assignment),
            _updater(assignments.update_assignment),
            assignments.delete_assignment,
        ),
    ),
    "calendar": Kind(
        CalendarCreate,
        calendars.create_calendar,
        _finder(Calendar),
        Changeable(CalendarUpdate, _finder(Calendar), _updater(calendars.update_calendar), calendars.delete_calendar),
    ),
    "project": Kind(None, None, _own_project, Changeable(ProjectChange, _own_project, _updater(_change_project), None)),
    **{declared.name: _declared(declared) for declared in ALL},
}
