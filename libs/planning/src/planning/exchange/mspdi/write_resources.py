"""Resources with their rates, and assignments, written."""

from datetime import date, datetime
from itertools import pairwise

from planning.exchange.document import Assignment, Resource, ResourceKind
from planning.exchange.errors import NotWritable
from planning.exchange.mspdi.numbers import RATE_PER_HOUR, RATE_PER_UNIT, RESOURCES
from planning.exchange.mspdi.read_resources import BEGINNING, FIRST_TABLE
from planning.exchange.mspdi.writer import Numbering, Writer, day_begin

RESOURCE_NUMBERS = {kind: number for number, kind in RESOURCES.items()}
END = datetime.fromisoformat("2049-12-31T23:59")
"""The last moment that Project knows."""


def write_resource(writer: Writer, resource: Resource, place: int, numbers: Numbering, calendars: Numbering) -> None:
    """One resource and its rates. Raises NotWritable for one without a name, unknown calendars, rates out of order."""
    said = f"The resource {resource.source_id}"
    if not resource.name.strip():
        raise NotWritable(f"{said} has no name, which makes an empty row of it")
    is_cost = resource.kind is ResourceKind.COST
    writer.put("UID", numbers.of(resource.source_id, said))
    writer.put("GUID", resource.guid)
    writer.put("ID", place)
    writer.put("Name", resource.name)
    writer.put("Type", RESOURCE_NUMBERS[ResourceKind.MATERIAL if is_cost else resource.kind])
    writer.put("IsNull", value=False)
    writer.put("Initials", resource.initials)
    writer.put("MaterialLabel", resource.unit)
    writer.put("Group", resource.group)
    writer.put("EmailAddress", resource.email)
    writer.put("MaxUnits", resource.max_units)
    writer.put("CalendarUID", calendars.optional(resource.calendar_id, said))
    writer.put("Notes", resource.notes)
    writer.put("IsCostResource", is_cost)
    _rates(writer, resource)


def _rates(writer: Writer, resource: Resource) -> None:
    if not resource.rates:
        return
    days = [BEGINNING if rate.effective_on is None else rate.effective_on for rate in resource.rates]
    if any(day >= after for day, after in pairwise(days)) or any(
        rate.effective_on == BEGINNING for rate in resource.rates
    ):
        raise NotWritable(f"The rates of the resource {resource.source_id} are not in the order of their days")
    unit = RATE_PER_UNIT if resource.kind is ResourceKind.MATERIAL else RATE_PER_HOUR
    group = writer.within("Rates")
    ends: list[date | datetime] = [*days[1:], END]
    for rate, since, until in zip(resource.rates, days, ends, strict=True):
        inside = group.within("Rate")
        inside.put("RatesFrom", day_begin(since))
        inside.put("RatesTo", until if isinstance(until, datetime) else day_begin(until))
        inside.put("RateTable", FIRST_TABLE)
        inside.put("StandardRate", rate.standard)
        inside.put("StandardRateFormat", unit)
        inside.put("OvertimeRate", rate.overtime)
        inside.put("OvertimeRateFormat", RATE_PER_HOUR)
        inside.money("CostPerUse", rate.per_use)


def write_assignment(
    writer: Writer, assignment: Assignment, own: Numbering, tasks: Numbering, resources: Numbering
) -> None:
    """One assignment. Raises NotWritable for unknown tasks and resources."""
    said = f"The assignment {assignment.source_id}"
    writer.put("UID", own.of(assignment.source_id, said))
    writer.put("GUID", assignment.guid)
    writer.put("TaskUID", tasks.of(assignment.task_id, said))
    writer.put("ResourceUID", resources.of(assignment.resource_id, said))
    writer.money("ActualCost", assignment.actual_cost)
    writer.minutes("ActualWork", assignment.actual_work)
    writer.money("Cost", assignment.cost)
    writer.put("Finish", assignment.finish)
    writer.minutes("RemainingWork", assignment.remaining_work)
    writer.put("Start", assignment.start)
    writer.put("Units", assignment.units)
    writer.minutes("Work", assignment.work)
