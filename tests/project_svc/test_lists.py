"""Every list of project-svc: each filter finds what it names and nothing else, each sort order is kept from page to page, both ways."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args
from uuid import UUID, uuid4

from tests.project_svc.listed import MORE, filled_lists
from tests.project_svc.write_routes import P

from chassis.paging import PageQuery
from project_svc.application import ROUTERS
from project_svc.baselines.models import BASELINES
from project_svc.change_requests.models import CHANGE_REQUESTS
from project_svc.comments.models import COMMENTS
from project_svc.outside_links.models import OUTSIDE_LINKS
from project_svc.registers import ALL
from project_svc.status_reports.models import STATUS_REPORTS
from project_svc.tolerances.models import EXCEPTIONS

OF_THEIR_OWN = {f"{P}/work-list", f"{P}/work-list/people", "/work-list"}
"""Put together of many kinds of record, in one order: `test_work_list`."""
DECLARED = (*ALL, BASELINES, CHANGE_REQUESTS, COMMENTS, OUTSIDE_LINKS, STATUS_REPORTS, EXCEPTIONS)
DAYS = {
    **{f"{P}/{declared.collection.replace('_', '-')}": declared.days or ("created_at",) for declared in DECLARED},
    "/projects": ("start", "deadline"),
    f"{P}/tasks": ("deadline",),
    f"{P}/risks": ("review_on",),
    f"{P}/budget/lines": ("starts_on", "ends_on"),
    f"{P}/budget/actuals": ("on",),
    f"{P}/budget/commitments": ("on",),
}
"""What `since` and `until` ask for."""
SAID = {
    (f"{P}/tasks", "assignee"): ("assignees",),
    (f"{P}/links", "task_id"): ("predecessor_id", "successor_id"),
}
"""Filters that are not the field of their name."""


UNKNOWN = {"since": "2199-12-31", "currency": "XXX"}
"""Values that nothing has, of filters that do not take any."""


def queries() -> Iterator[tuple[str, type[PageQuery], str]]:
    """Each list with filters of its own: its path, what it takes, and what is said of it."""
    for router in ROUTERS:
        for route in router.routes:
            asked = get_args(route.endpoint.__annotations__.get("query"))
            if "GET" in route.methods and asked and issubclass(asked[0], PageQuery) and asked[0] is not PageQuery:
                yield route.path, asked[0], route.description


LISTS = {path: (query, told) for path, query, told in queries() if path not in OF_THEIR_OWN}


async def test_every_filter_and_every_sort_order_of_every_list(api, database):
    assert MORE.keys() <= LISTS.keys()
    world = await filled_lists(api, database)
    wrong: list[str] = []
    for template, (query, told) in LISTS.items():
        path = template.format_map(world)
        items = (await api.get(path, params={"limit": 1000}))["items"]
        told_of = await with_kinds(api, world, items) if template == f"{P}/assignments" else items
        for name, field in query.model_fields.items():
            if name not in PageQuery.model_fields:
                wrong += [each async for each in filtered(api, template, path, name, field.annotation, told_of)]
        refused = await api.request("GET", path, params={"sort": "nothing"})
        for name in refused.json()["errors"][0]["message"].removeprefix("Sort by one of: ").rstrip(".").split(", "):
            if f"`{name}`" not in told:
                wrong.append(f"{template}: its description does not name the order `{name}`")
            wrong += [each async for each in in_order(api, path, name, items)]
    assert not wrong, "\n".join(wrong)


async def with_kinds(api, world: dict[str, str], assignments: list[dict]) -> list[dict]:
    """Assignments with the kind of their resource, which they are asked by."""
    resources = (await api.get(f"{P}/resources".format_map(world), params={"limit": 1000}))["items"]
    kinds = {each["id"]: each["kind"] for each in resources}
    return [each | {"kind": kinds[each["resource_id"]]} for each in assignments]


async def filtered(api, template: str, path: str, name: str, kind: Any, items: list[dict]) -> Any:
    """What is wrong with a filter, tried with the value that tells most items apart, and with one that the list has not."""
    found = [each for item in items for each in values(template, name, item)]
    rarest = max(found) if name == "since" else min(found, key=lambda each: (found.count(each), str(each)))
    hits = misses = 0
    for value in (rarest, UNKNOWN.get(name) or other_than(kind, found)):
        expected = [item["id"] for item in map(identified, items) if is_asked(template, name, item, value)]
        hits, misses = hits + bool(expected), misses + (len(expected) < len(items))
        shown = await api.get(path, params={name: str(value).lower() if isinstance(value, bool) else value})
        if [item["id"] for item in map(identified, shown["items"])] != expected:
            yield f"{path}: {name}={value} finds {len(shown['items'])} instead of {len(expected)}"
    if not hits or not misses:
        yield f"{path}: {name} was not tried with a hit and a miss"


def identified(item: dict[str, Any]) -> dict[str, Any]:
    """An imposed date is known by its dependency, a copy by what it is a copy of."""
    return {"id": next((item[name] for name in ("dependency_id", "line_id", "task_id") if name in item), None)} | item


def values(template: str, name: str, item: dict[str, Any]) -> list[Any]:
    """What an item has of what a filter asks for."""
    if name.startswith("external_"):
        return [item["external_ref"][name.removeprefix("external_")]] if item["external_ref"] else []
    fields = DAYS[template] if name in {"since", "until"} else SAID.get((template, name), (name,))
    told = [item[field][:10] if name in {"since", "until"} and item[field] else item[field] for field in fields]
    return [
        each for value in told for each in (value if isinstance(value, list) else [value]) if each not in (None, "")
    ]


def is_asked(template: str, name: str, item: dict[str, Any], value: Any) -> bool:
    """Whether a filter with a value asks for an item."""
    has = values(template, name, item)
    match name:
        case "since":
            return bool(has) and has[-1] >= value
        case "until":
            return bool(has) and has[0] <= value
        case _:
            return value in has


def other_than(kind: Any, found: list[Any]) -> Any:
    """A value of a filter's type that no item has; if all are there, one of them."""
    kinds = [kind, *get_args(kind), *(inner for each in get_args(kind) for inner in get_args(each))]
    for each in kinds:
        if isinstance(each, type) and issubclass(each, StrEnum):
            return next((member.value for member in each if member.value not in found), found[0])
        if each is bool:
            return next((value for value in (True, False) if value not in found), found[0])
        if each is UUID:
            return str(uuid4())
        if each is date:
            return "2026-03-01"
    return "NOBODY"


async def in_order(api, path: str, name: str, items: list[dict]) -> Any:
    """What is wrong with a sort order, read in small pages."""
    ascending, descending = [await walk(api, path, sort) for sort in (name, f"-{name}")]
    keys = [sortable(outlined(item[name]) if name == "wbs_code" else item[name]) for item in ascending]
    if len(set(map(str, keys))) < 2:
        yield f"{path}: {name} was not tried with two values"
    if sorted(map(str, ascending)) != sorted(map(str, items)):
        yield f"{path}: sort={name} does not show all"
    if keys != sorted(keys):
        yield f"{path}: sort={name} is in the order {keys}"
    if descending != ascending[::-1]:
        yield f"{path}: sort=-{name} is not the other way round"


async def walk(api, path: str, sort: str) -> list[dict[str, Any]]:
    shown, after = [], {}
    while True:
        page = await api.get(path, params={"sort": sort, "limit": 3} | after)
        shown += page["items"]
        if page["next"] is None:
            return shown
        after = {"cursor": page["next"]}


def outlined(code: str) -> list[tuple[bool, int | str]]:
    """A code as its place in the outline: number by number."""
    return [(not part.isdecimal(), int(part) if part.isdecimal() else part) for part in code.split(".")]


def sortable(value: Any) -> tuple[bool, Any]:
    """A value as it is sorted: what has none comes last."""
    return value is None, Decimal(value["amount"]) if isinstance(value, dict) else value


NOT_ASKED = {"id", "organization_id", "project_id", "line_id"}
"""Whose a record is, which its path says, and which one it is: that is asked by reading it."""
OF_ONE_RECORD = {f"{P}/baselines/{{baseline_id}}/tasks": {"task_id"}, f"{P}/imposed-dates": {"dependency_id"}}
"""What tells a record from all others in lists whose records have no `id`."""


def test_every_field_that_tells_records_apart_is_a_filter():
    """Derived from what the lists show, so that a filter that nobody wrote is missed: words of a state machine, flags, ids, and days."""
    missing = []
    for router in ROUTERS:
        for route in router.routes:
            query = next(iter(get_args(route.endpoint.__annotations__.get("query"))), None)
            is_list = query is not None and issubclass(query, PageQuery) and "GET" in route.methods
            if not is_list or route.path in OF_THEIR_OWN or route.path.endswith("/versions"):
                continue
            shown = route.response_model.model_fields["items"]
            asked, days = query.model_fields.keys(), False
            for name, field in get_args(shown.annotation)[0].model_fields.items():
                kinds = plain_types(field.annotation)
                if name == "external_ref" and not asked >= {"external_source", "external_id"}:
                    missing.append(f"{route.path}: external_ref")
                if name in {*NOT_ASKED, *OF_ONE_RECORD.get(route.path, ())} or name in asked:
                    continue
                days |= date in kinds
                if any(issubclass(kind, (StrEnum, UUID, bool)) for kind in kinds):
                    missing.append(f"{route.path}: {name}")
            if days and not asked >= {"since", "until"} and route.path not in WITHOUT_DAYS:
                missing.append(f"{route.path}: since, until")
    assert not missing, "\n".join(missing)


WITHOUT_DAYS = {
    f"{P}/imposed-dates",
    f"{P}/baselines/{{baseline_id}}/tasks",
    f"{P}/baselines/{{baseline_id}}/budget-lines",
}
"""Dates that follow from other records: those are asked by them."""


def plain_types(annotation: Any) -> set[type]:
    """The types that an annotation is made of."""
    inner = [each for each in get_args(annotation) if not isinstance(each, str)]
    return (
        {annotation} if isinstance(annotation, type) and not inner else {k for each in inner for k in plain_types(each)}
    )


async def test_codes_are_sorted_as_the_outline_is(api):
    project = await api.project()
    summary = await api.summary(project, "S")
    for number in range(12):
        await api.task(project, f"T{number}", parent_id=summary)
    await api.task(project, "Odd", wbs_code="A.7")
    for sort, expected in (("wbs_code", 1), ("-wbs_code", -1)):
        shown = [item["wbs_code"] for item in await walk(api, f"{project}/tasks", sort)]
        assert shown == ["1", *(f"1.{number}" for number in range(1, 13)), "A.7"][::expected]
    baseline = (await api.post(f"{project}/baselines", {"name": "B"}))["id"]
    copied = [item["wbs_code"] for item in await walk(api, f"{project}/baselines/{baseline}/tasks", "wbs_code")]
    assert copied[:4] + copied[-2:] == ["1", "1.1", "1.2", "1.3", "1.12", "A.7"]
