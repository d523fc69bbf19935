"""An export says what it leaves out: whatever of a project is not in a copy that is made of its file is named in the header, field by field."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from icalendar import Calendar
from tests.project_svc.control import eur
from tests.project_svc.plans import uploaded
from tests.project_svc.rich import rich_project

from contracts.project_events import BudgetLineState, CalendarState, LinkState, ProjectState, TaskState
from contracts.project_events.resources import AssignmentState, ResourceState
from contracts.values import Duration

KEPT_BY_US = {"id", "organization_id", "project_id", "external_ref", "revision", "version", "created_at", "updated_at"}
"""Who a record is and when it changed, which is the organisation's own."""
STATES = {
    "project": ("", ProjectState),
    "task": ("/tasks", TaskState),
    "link": ("/links", LinkState),
    "calendar": ("/calendars", CalendarState),
    "resource": ("/resources", ResourceState),
    "assignment": ("/assignments", AssignmentState),
    "budget_line": ("/budget/lines", BudgetLineState),
}
CALLED = {
    ("task", "PercentComplete"): {"percent_complete"},
    ("task", "ConstraintType"): {"constraint", "mode"},
    ("calendar", "holidays"): {"holidays", "days_off", "exceptions"},
    ("calendar", "shared_calendar_id"): {"shared_calendar_id", "holidays", "days_off", "exceptions"},
}
"""What a finding is about, where it has the name that the file's form gives it."""
OF_DAYS = {"hours_per_day"}
"""Which follows from calendars: where those lose their day, so do the records that go by them."""


@pytest.mark.parametrize("form", ["mspdi", "csv", "json"])
async def test_whatever_a_file_does_not_have_is_named(api, work, form):
    project, _ = await rich_project(api)
    await said_of(api, project)
    before = await told(api, project)
    unsaid = [
        f"{kind}: {name}"
        for kind, (_, state) in STATES.items()
        for name in state.model_fields.keys() - KEPT_BY_US
        if not any(each.get(name) not in (None, "", [], {}, False) for each in before[kind].values())
    ]
    assert not unsaid, "the project of this test says nothing of these fields"
    answer = await api.request("GET", f"{project}/export", params={"form": form})
    named = fields_named(answer)
    form_sent = {"project": "copy", "key": "COPY", "granularity": "day"}
    job = await uploaded(api, work, answer.content, {"mspdi": "p.xml"}.get(form, f"p.{form}"), **form_sent)
    assert job["state"] == "succeeded", job["problem"]
    after = await told(api, f"/projects/{job['project_id']}")
    silent = set(lost(before, after)) - named
    assert not silent, f"lost without a word: {sorted(silent)}"
    assert {("risk", "risk"), ("issue", "issue"), ("actual", "actual")} <= named


async def test_a_calendar_of_milestones_names_what_is_no_milestone(api):
    project, tasks = await rich_project(api)
    await said_of(api, project)
    answer = await api.request("GET", f"{project}/export", params={"form": "ics"})
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 1
    counted = {(each["record"], each["field"]): each["count"] for each in header(answer)}
    assert counted["task", "task"] == len(tasks) - 1
    kinds = {"link", "calendar", "resource", "assignment", "budget_line", "baseline", "risk", "issue", "actual"}
    assert {(kind, kind) for kind in kinds} <= counted.keys()
    assert {("task", "deadline"), ("project", "purpose"), ("project", "data_date")} <= counted.keys()


async def said_of(api: Any, project: str) -> None:
    """All that can be said of the project itself, and records that are no part of its plan."""
    await api.patch(project, {"state": "approved", "purpose": "Sooner home", "scope": "Line 4", "sponsor": "City"})
    await api.patch(project, {"progress_logic": "override", "critical_float": "P2D"})
    more = {"success_criteria": "It runs", "tolerances": {"quality": 1}, "risk_matrix": {"high_from": 20}}
    await api.patch(project, more | {"management_reserve": eur("5.00")})
    await api.post(f"{project}/issues", {"title": "Cable"})
    risk = {"title": "Frost", "kind": "threat", "probability": 0.2, "cost_impact": eur("1.00")}
    await api.post(f"{project}/risks", risk)
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-05", "amount": eur("2.00")})


def header(answer: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = orjson.loads(unquote(answer.headers["interlock-fidelity"]))
    return told


def fields_named(answer: Any) -> set[tuple[str, str]]:
    """Each record and field that the header names; a record that is named itself stands for all of its fields."""
    named: set[tuple[str, str]] = set()
    for each in header(answer):
        record, field = each["record"], each["field"]
        fields = STATES[record][1].model_fields if field == record and record in STATES else {field}
        named |= {(record, name) for name in CALLED.get((record, field), {*fields, field})}
    if named & {("calendar", "hours_per_day"), ("project", "hours_per_day")}:
        named |= {(record, name) for record in STATES for name in OF_DAYS}
    return named


async def told(api: Any, project: str) -> dict[str, dict[Any, dict[str, Any]]]:
    """The project's records by kind, and by what they are called whatever their ids are."""
    names: dict[str | None, str] = {}
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    for kind in ("calendar", "task", "resource", "link", "assignment", "budget_line", "project"):
        answer = await api.get(f"{project}{STATES[kind][0]}")
        records = answer.get("items", [answer])
        names |= {each["id"]: each["name"] for each in records if "name" in each}
        plain = [{name: value_of(each, name, names) for name in each} for each in records]
        found[kind] = {key_of(kind, each): each for each in plain}
    return found


def value_of(record: Mapping[str, Any], name: str, names: Mapping[str | None, str]) -> Any:
    """A field's value, with names in the place of ids, and minutes in that of durations."""
    value = record[name]
    if name.endswith("_id") and name in {"parent_id", "calendar_id", "task_id", "resource_id"}:
        return names.get(value)
    if name in {"predecessor_id", "successor_id"}:
        return names[value]
    if name in {"duration", "remaining_duration", "lag", "work", "actual_work", "remaining_work"} and value is not None:
        return Duration.parse(value, int(float(record["hours_per_day"]) * 60)).minutes
    return value


def key_of(kind: str, record: Mapping[str, Any]) -> Any:
    match kind:
        case "project":
            return kind
        case "link":
            return record["predecessor_id"], record["successor_id"], record["type"]
        case "assignment":
            return record["task_id"], record["resource_id"]
        case _:
            return record["name"]


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each kind of record and field of which the copy does not say what the original says."""
    for kind, records in before.items():
        for key, record in records.items():
            copied = after[kind].get(key, {})
            for name in STATES[kind][1].model_fields.keys() - KEPT_BY_US:
                if record[name] != copied.get(name) and not (kind == "budget_line" and not copied and not record[name]):
                    yield kind, name
