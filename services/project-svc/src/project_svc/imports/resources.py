"""A file's resources and assignments as a project takes them. What a file says of durations stands, whatever its assignments add up to."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from contracts.project_events.resources import MOST_RATES, Rate, ResourceKind
from contracts.values import Money
from contracts.vocabulary import TaskKind, TaskStatus
from planning.exchange import Assignment as FileAssignment
from planning.exchange import DocumentTask
from planning.exchange import Rate as FileRate
from planning.exchange import Resource as FileResource
from project_svc.assignments.actions import create_assignment, delete_assignment, update_assignment
from project_svc.assignments.effort import SMALLEST
from project_svc.assignments.models import Assignment, AssignmentCreate, AssignmentUpdate
from project_svc.exchange.names import ImportForm
from project_svc.imports.fitting import Fitting, working
from project_svc.imports.known import read_id
from project_svc.imports.writing import Writer, about
from project_svc.records import table_of
from project_svc.resources.actions import create_resource, update_resource
from project_svc.resources.models import Resource, ResourceCreate, ResourceUpdate
from project_svc.tasks.models import Task

RATE_DIGITS = Decimal("0.0001")


async def write_resources(writer: Writer, calendars: Mapping[str, UUID]) -> dict[str, UUID]:
    """The resources: ours, by source id. Those that the document no longer has stay. calendars: ours, by source id."""
    known = await writer.known(table_of(Resource))
    matched = known.matched((each.source_id, each.guid) for each in writer.document.resources)
    fitting = writer.fitting("resource")
    ours = {}
    for resource in writer.document.resources:
        resource_id = matched.get(resource.source_id)
        fields = _fields(resource, fitting, calendars, writer.project.row.currency, resource_id)
        with about("resource", resource.source_id, resource.name):
            if resource_id is None:
                kind = ResourceKind(resource.kind.value)
                ref = writer.new_ref(known, resource.source_id, resource.guid)
                body = ResourceCreate(**fields, kind=kind, external_ref=ref)
                resource_id = (await create_resource(writer.project, body)).id
                writer.counted["resources"]["created"] += 1
            else:
                row = await writer.project.find(Resource, resource_id)
                if row.kind.value != resource.kind.value:
                    fitting.dropped("kind", resource.kind, resource.source_id, "the kind of a resource stays")
                    fields.pop("rates")
                if writer.source.form is ImportForm.CSV:
                    fields = _in_a_table(fields, row)
                await update_resource(writer.project, row, ResourceUpdate(**fields))
                writer.count("resources", is_changed=row.revision == writer.project.revision)
        ours[resource.source_id] = resource_id
    return ours


def _fields(
    resource: FileResource, fitting: Fitting, calendars: Mapping[str, UUID], currency: str, known_as: UUID | None
) -> dict[str, Any]:
    """The fields of a `ResourceCreate` or `ResourceUpdate`; reports what is lost."""
    source_id = resource.source_id
    fitting.dropped("initials", resource.initials, source_id, "a resource has no such field", usual="")
    if known_as is None or read_id(resource.guid) != known_as:
        fitting.dropped("guid", resource.guid, source_id, "the id in the file says which resource it is")
    rates = resource.rates
    if resource.kind.value == ResourceKind.COST:
        fitting.dropped("rates", rates, source_id, "a cost is an amount, said with each assignment", usual=())
        rates = ()
    if len(rates) > MOST_RATES:
        fitting.report.dropped("resource", "rates", source_id, f"only the last {MOST_RATES} rates are kept")
    return {
        "name": fitting.name(resource.name, source_id),
        "description": fitting.text("notes", resource.notes, source_id),
        "email": fitting.label("email", resource.email, source_id),
        "group": fitting.label("group", resource.group, source_id),
        "calendar_id": None if resource.calendar_id is None else calendars[resource.calendar_id],
        "units": _units("max_units", resource.max_units, source_id, fitting),
        "unit": fitting.label("unit", resource.unit, source_id),
        "rates": [_rate(rate, source_id, fitting, currency) for rate in rates[-MOST_RATES:]],
    }


def _in_a_table(fields: dict[str, Any], row: Resource) -> dict[str, Any]:
    """Of the fields of a resource that is here, those that a table can say anything of: of several rates it has the first."""
    unsaid = {"calendar_id", "group", "email", "unit"}
    told, known = ([rate.standard for rate in rates[:1]] for rates in (fields.get("rates", []), row.wire().rates))
    if told == known:
        unsaid.add("rates")
    return {name: value for name, value in fields.items() if name not in unsaid}


def _rate(rate: FileRate, source_id: str, fitting: Fitting, currency: str) -> Rate:
    fitting.dropped("overtime", rate.overtime, source_id, "work costs the same at all hours", usual=0)
    standard = _price("standard", rate.standard, source_id, fitting)
    per_use = _price("per_use", rate.per_use, source_id, fitting)
    return Rate(
        effective_on=rate.effective_on,
        standard=Money.of(standard, currency),
        per_use=Money.of(per_use, currency) if per_use else None,
    )


def _price(field: str, amount: Decimal, source_id: str, fitting: Fitting) -> Decimal:
    fits = max(amount, Decimal(0)).quantize(RATE_DIGITS, ROUND_HALF_EVEN)
    if fits != amount:
        fitting.converted(field, source_id, "a rate is not negative, and has at most four digits after the point")
    return fits


def _units(field: str, units: Decimal, source_id: str, fitting: Fitting) -> Decimal:
    fits = max(units, Decimal(0)).quantize(SMALLEST, ROUND_HALF_EVEN)
    if fits != units:
        fitting.converted(field, source_id, "units are not negative, and have at most four digits after the point")
    return fits


async def write_assignments(writer: Writer, resources: Mapping[str, UUID]) -> None:
    """The assignments, once tasks and resources are there; those of an earlier import that the document no longer has go.

    Of one that has done work nothing remains instead.
    """
    known = await writer.known(table_of(Assignment))
    fitting = writer.fitting("assignment")
    kinds = {each.source_id: ResourceKind(each.kind.value) for each in writer.document.resources}
    tasks = {task.source_id: task for task in writer.document.tasks}
    cancelled = await _cancelled(writer)
    by_ends = await _by_ends(writer)
    found = []
    for assignment in _joined(writer, tasks, cancelled, fitting):
        kind, task = kinds[assignment.resource_id], tasks[assignment.task_id]
        ends = writer.tasks[assignment.task_id], resources[assignment.resource_id]
        assignment_id = by_ends.get(ends)
        fields = _said(assignment, kind, task, fitting, writer.project.row.currency, assignment_id)
        with about("assignment", assignment.source_id, task.name):
            if assignment_id is None:
                ref = writer.new_ref(known, assignment.source_id, f"{task.source_id}:{assignment.resource_id}")
                body = AssignmentCreate(**fields, task_id=ends[0], resource_id=ends[1], external_ref=ref)
                await create_assignment(writer.project, body, is_duration_told=True)
                writer.counted["assignments"]["created"] += 1
            else:
                found.append(assignment_id)
                row = await writer.project.find(Assignment, assignment_id)
                await update_assignment(writer.project, row, AssignmentUpdate(**fields), is_duration_told=True)
                writer.count("assignments", is_changed=row.revision == writer.project.revision)
    for assignment_id in known.others(found, of_all=writer.is_own):
        await _take_off(writer, assignment_id, cancelled)


async def _by_ends(writer: Writer) -> dict[tuple[UUID, UUID], UUID]:
    """The project's assignments by task and resource, between which there is one at most."""
    table = table_of(Assignment)
    columns = table.c.task_id, table.c.resource_id, table.c.id
    rows = await writer.project.session.execute(select(*columns).where(table.c.project_id == writer.project.id))
    return {(task_id, resource_id): assignment_id for task_id, resource_id, assignment_id in rows}


async def _cancelled(writer: Writer) -> frozenset[UUID]:
    """The tasks that nobody works on any more, also those that were cancelled here."""
    project = writer.project
    found = select(col(Task.id)).where(col(Task.project_id) == project.id, col(Task.state) == TaskStatus.CANCELLED)
    return frozenset(await project.session.scalars(found))


async def _take_off(writer: Writer, assignment_id: UUID, cancelled: Collection[UUID]) -> None:
    row = await writer.project.find(Assignment, assignment_id)
    if row.task_id in cancelled:
        return
    if not row.actual_work:
        await delete_assignment(writer.project, row)
        writer.counted["assignments"]["deleted"] += 1
        return
    body = AssignmentUpdate(remaining_work=working(0), units=row.units)
    await update_assignment(writer.project, row, body, is_duration_told=True)
    writer.count("assignments", is_changed=row.revision == writer.project.revision)


def _joined(
    writer: Writer, tasks: Mapping[str, DocumentTask], cancelled: Collection[UUID], fitting: Fitting
) -> list[FileAssignment]:
    """The assignments that a project can have: to tasks that work is done on, one for each resource."""
    found: dict[tuple[str, str], FileAssignment] = {}
    for assignment in writer.document.assignments:
        task = tasks[assignment.task_id]
        is_summary = task.kind.value == TaskKind.SUMMARY
        if is_summary or writer.tasks[task.source_id] in cancelled:
            reason = "a summary does no work itself" if is_summary else "the task is cancelled"
            fitting.report.dropped("assignment", "assignment", assignment.source_id, reason)
            continue
        ends = assignment.task_id, assignment.resource_id
        if (other := found.get(ends)) is not None:
            fitting.converted(
                "assignment", assignment.source_id, "joined with the other one of this resource to this task"
            )
        found[ends] = assignment if other is None else _sum(other, assignment)
    return list(found.values())


def _sum(one: FileAssignment, other: FileAssignment) -> FileAssignment:
    added: dict[str, Any] = {"units": one.units + other.units}
    for name in ("work", "actual_work", "remaining_work", "cost"):
        told = [value for each in (one, other) if (value := getattr(each, name)) is not None]
        added[name] = sum(told) if told else None
    return replace(one, **added)


def _said(
    assignment: FileAssignment,
    kind: ResourceKind,
    task: DocumentTask,
    fitting: Fitting,
    currency: str,
    known_as: UUID | None,
) -> dict[str, Any]:
    """What an assignment of this kind of resource says; reports the rest."""
    source_id = assignment.source_id
    if known_as is None or read_id(assignment.guid) != known_as:
        fitting.dropped("guid", assignment.guid, source_id, "its task and its resource say which assignment it is")
    for name, own in (("start", task.start), ("finish", task.finish)):
        fitting.dropped(name, getattr(assignment, name), source_id, "work goes on as long as its task does", usual=own)
    if kind is ResourceKind.COST:
        return {"amount": Money.of(max(assignment.cost or Decimal(0), Decimal(0)), currency)}
    fitting.dropped("cost", assignment.cost, source_id, "follows from units or work, and rates", usual=0)
    fitting.dropped("actual_cost", assignment.actual_cost, source_id, "follows from the work that is done", usual=0)
    units = _units("units", assignment.units, source_id, fitting)
    if kind is ResourceKind.MATERIAL:
        for name in ("work", "actual_work", "remaining_work"):
            fitting.dropped(name, getattr(assignment, name), source_id, "of material units say the quantity", usual=0)
        return {"units": units}
    if task.kind.value == TaskKind.MILESTONE:
        fitting.dropped("work", assignment.work, source_id, "a milestone takes no work", usual=0)
        return {"units": units, "work": working(0)}
    done = max(assignment.actual_work or 0, 0)
    whole = assignment.work
    if whole is None:
        whole = done + (assignment.remaining_work or 0) if assignment.remaining_work is not None else None
    if whole is None:
        whole = int((task.duration * units).to_integral_value(ROUND_HALF_EVEN))
    if whole < done:
        fitting.converted("work", source_id, "work is never less than what is done")
    left = max(whole - done, 0)
    fitting.dropped("remaining_work", assignment.remaining_work, source_id, "all work less what is done", usual=left)
    return {"units": units, "work": working(max(whole, done)), "actual_work": working(done)}
