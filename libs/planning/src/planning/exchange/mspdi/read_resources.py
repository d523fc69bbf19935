"""Resources, their rates, and assignments."""

from datetime import date
from decimal import Decimal

from planning.exchange.document import Assignment, Rate, Resource, ResourceKind
from planning.exchange.elements import Element
from planning.exchange.errors import UnknownReference
from planning.exchange.fidelity import FidelityReport
from planning.exchange.mspdi.numbers import COMPUTED_OF_ASSIGNMENT, COMPUTED_OF_RESOURCE, RESOURCES, UNASSIGNED
from planning.exchange.mspdi.read_calendars import reference
from planning.exchange.mspdi.values import Record

BEGINNING = date(1984, 1, 1)
"""The first day that Project knows: a rate from then on holds from the beginning."""
FIRST_TABLE = 0


def read_resources(root: Element, calendars: set[str], report: FidelityReport) -> tuple[Resource, ...]:
    """Every resource of the file. Raises BadValue, UnknownReference."""
    resources: list[Resource] = []
    seen: set[str] = set()
    for element in root.within("Resources", "Resource"):
        record = Record(element, "resource", report)
        record.source_id = record.text("UID") or ""
        if not record.source_id or record.source_id in seen:
            raise record.bad("UID", "there, and of one resource alone")
        seen.add(record.source_id)
        if record.flag("IsNull") or record.text("Name") is None:
            record.dropped("Resource", "an empty row")
            continue
        resources.append(_resource(record, calendars))
        record.close(COMPUTED_OF_RESOURCE, ignored=["ID", "StandardRate", "OvertimeRate", "CostPerUse"])
    return tuple(resources)


def _resource(record: Record, calendars: set[str]) -> Resource:
    kind = record.known("Type", RESOURCES) or ResourceKind.WORK
    if record.flag("IsCostResource"):
        kind = ResourceKind.COST
    calendar_id = reference(record, "CalendarUID")
    if calendar_id is not None and calendar_id not in calendars:
        raise UnknownReference("Resource/CalendarUID", record.element.line, calendar_id)
    max_units = record.decimal("MaxUnits")
    return Resource(
        source_id=record.source_id,
        name=record.text("Name") or "",
        kind=kind,
        max_units=Decimal(1) if max_units is None else max_units,
        unit=record.text("MaterialLabel") or "",
        calendar_id=calendar_id,
        rates=_rates(record),
        initials=record.text("Initials") or "",
        group=record.text("Group") or "",
        email=record.text("EmailAddress") or "",
        notes=record.text("Notes") or "",
        guid=record.text("GUID"),
    )


def _rates(record: Record) -> tuple[Rate, ...]:
    """The first of the five rate tables; without tables, the rates of today."""
    tables = record.element.within("Rates", "Rate")
    if not tables:
        rate = _rate(record)
        return () if rate == Rate(None, Decimal(0)) else (rate,)
    rates: list[Rate] = []
    for element in tables:
        inside = Record(element, "rate", record.report, record.source_id)
        if inside.integer("RateTable", 0, 4) or FIRST_TABLE:
            inside.dropped("RateTable", "only the first of the five rate tables is kept")
            continue
        rates.append(_rate(inside))
        inside.close(ignored=["RatesTo", "StandardRateFormat", "OvertimeRateFormat"])
    return tuple(rates)


def _rate(record: Record) -> Rate:
    since = record.day("RatesFrom")
    return Rate(
        None if since is None or since <= BEGINNING else since,
        record.decimal("StandardRate") or Decimal(0),
        record.decimal("OvertimeRate") or Decimal(0),
        record.money("CostPerUse") or Decimal(0),
    )


def read_assignments(
    root: Element, tasks: set[str], resources: set[str], left_out: set[str], report: FidelityReport
) -> tuple[Assignment, ...]:
    """Every assignment of a resource. Raises BadValue, UnknownReference."""
    assignments: list[Assignment] = []
    empty = {each.text for row in root.within("Resources", "Resource") for each in row.every("UID")} - resources
    for element in root.within("Assignments", "Assignment"):
        record = Record(element, "assignment", report)
        record.source_id = record.text("UID") or ""
        task_id, resource_id = record.text("TaskUID") or "", record.text("ResourceUID") or UNASSIGNED
        if resource_id == UNASSIGNED or resource_id in empty or task_id in left_out:
            record.dropped("Assignment", "an assignment of nobody, or to no task of this project")
            continue
        if task_id not in tasks:
            raise UnknownReference("Assignment/TaskUID", element.line, task_id)
        if resource_id not in resources:
            raise UnknownReference("Assignment/ResourceUID", element.line, resource_id)
        assignments.append(_assignment(record, task_id, resource_id))
        record.close(COMPUTED_OF_ASSIGNMENT)
    return tuple(assignments)


def _assignment(record: Record, task_id: str, resource_id: str) -> Assignment:
    units = record.decimal("Units")
    return Assignment(
        source_id=record.source_id,
        task_id=task_id,
        resource_id=resource_id,
        units=Decimal(1) if units is None else units,
        work=record.duration("Work"),
        actual_work=record.duration("ActualWork"),
        remaining_work=record.duration("RemainingWork"),
        start=record.moment("Start"),
        finish=record.moment("Finish"),
        cost=record.money("Cost"),
        actual_cost=record.money("ActualCost"),
        guid=record.text("GUID"),
    )
