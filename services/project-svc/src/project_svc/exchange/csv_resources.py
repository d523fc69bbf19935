"""Resources and assignments in a table: a row for each resource, and beside each task who works on it.

`7[0.5 P5D P2D]` is half of the resource 7, for five days of work of which two are done; `7` alone is all of it for as long as the task
lasts. Of material the number is the quantity, of a cost the amount. A resource without a row is there by its name.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from contracts.values import Duration
from planning.exchange import Assignment, BadValue, Document, FidelityReport, OtherEnd, Rate, Resource, ResourceKind

KINDS = frozenset(ResourceKind)
"""What the kind of a row says if it is a resource's."""
_ITEM = re.compile(
    r"(?P<id>[^\[\]]+?)\s*(?:\[(?P<number>[0-9.]+)?\s*(?P<work>P[0-9DTHMW]+)?\s*(?P<actual>P[0-9DTHMW]+)?\])?"
)


class ResourceRows:
    """The resources of a table by id, or by name where they have no row."""

    def __init__(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> None:
        self.known: dict[str, Resource] = {}
        for line, values in rows:
            resource = _resource(line, values)
            if resource.source_id in self.known:
                raise BadValue("id", line, resource.source_id, "of one resource alone")
            self.known[resource.source_id] = resource
        self._by_name = {resource.name: resource.source_id for resource in self.known.values()}

    def assignments(
        self, line: int, task_id: str, told: str, duration: Callable[[str, int, str], int]
    ) -> Iterator[Assignment]:
        """What the `resources` of a task's row say. Raises BadValue."""
        for text in filter(None, map(str.strip, told.split(";"))):
            found = _ITEM.fullmatch(text)
            if found is None:
                raise BadValue("resources", line, text, "a resource, and in brackets its units and its work")
            resource = self._named(found["id"])
            number = None if found["number"] is None else _number("resources", line, found["number"])
            is_cost = resource.kind is ResourceKind.COST
            work, actual = (
                None if found[name] is None else duration("resources", line, found[name]) for name in ("work", "actual")
            )
            yield Assignment(
                f"{task_id}:{resource.source_id}",
                task_id,
                resource.source_id,
                Decimal(1) if number is None or is_cost else number,
                work,
                actual,
                cost=number if is_cost else None,
            )

    def _named(self, name: str) -> Resource:
        source_id = name if name in self.known else self._by_name.get(name, name)
        return self.known.setdefault(source_id, Resource(source_id, name))


def _resource(line: int, values: Mapping[str, str]) -> Resource:
    if not values["id"]:
        raise BadValue("id", line, "", "given")
    units, rate = values.get("units", ""), values.get("rate", "")
    return Resource(
        values["id"],
        values["name"],
        ResourceKind(values["kind"]),
        _number("units", line, units) if units else Decimal(1),
        rates=(Rate(None, _number("rate", line, rate)),) if rate else (),
        notes=values.get("notes", ""),
        guid=values.get("guid") or None,
    )


def _number(column: str, line: int, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise BadValue(column, line, value, "a number that is not negative")
    return number


def shown_assignments(document: Document) -> dict[str, str]:
    """The `resources` of each task, by its id."""
    kinds = {each.source_id: each.kind for each in document.resources}
    shown: dict[str, list[str]] = {}
    for each in document.assignments:
        kind = kinds[each.resource_id]
        said = [format((each.cost or Decimal(0)) if kind is ResourceKind.COST else each.units, "f")]
        if kind is ResourceKind.WORK and each.work is not None:
            said.append(str(Duration(each.work)))
            if each.actual_work:
                said.append(str(Duration(each.actual_work)))
        shown.setdefault(each.task_id, []).append(f"{each.resource_id}[{' '.join(said)}]")
    return {task_id: ";".join(each) for task_id, each in shown.items()}


def resource_row(resource: Resource) -> dict[str, str | None]:
    """The row of a resource, by column."""
    rate = format(resource.rates[0].standard, "f") if resource.rates else None
    row = {"id": resource.source_id, "name": resource.name, "kind": resource.kind.value, "rate": rate}
    return row | {"units": format(resource.max_units, "f"), "notes": resource.notes, "guid": resource.guid}


def report_losses(document: Document, report: FidelityReport) -> None:
    """What of resources, and of links to other projects, a table has no place for."""
    for link in document.outside_links:
        if link.other_end is OtherEnd.SUCCESSOR:
            report.dropped("link", "outside_link", link.task_id, "a table has predecessors alone")
    for resource in document.resources:
        lost = {
            "calendar_id": resource.calendar_id is not None,
            "group": bool(resource.group),
            "email": bool(resource.email),
            "unit": bool(resource.unit),
            "rates": len(resource.rates) > 1 or any(rate.per_use or rate.effective_on for rate in resource.rates),
        }
        for field in filter(lost.get, lost):
            reason = "a table has one rate alone" if field == "rates" else "a table has no such column"
            report.dropped("resource", field, resource.source_id, reason)
