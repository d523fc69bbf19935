"""Every route of project-svc that reads: a record as the last event told it, and figures as the plan has them."""

from collections.abc import Mapping
from typing import Any

import pytest
from guide_kit import differs
from tests.project_svc.control import eur
from tests.project_svc.test_imposed_dates import START, Program
from tests.project_svc.test_write_routes import levelled, linked_outside
from tests.project_svc.write_routes import IDS, P, filled, one_of_everything

from contracts.program_events import DependencyCommitted
from project_svc.application import ROUTERS

OWN = {"project_id": "project", **{own: name for name, own in IDS.items()}}
"""Which record an id of a path means, if it is not called so."""
FIGURES: Mapping[str, Mapping[str, Any]] = {
    f"{P}/schedule": {"start": "2026-03-02", "finish": "2026-03-20", "longest_path": ["{free}"]},
    f"{P}/schedule/explain": {"field": "finish", "value": "2026-03-20"},
    f"{P}/tasks/{{task_id}}/explain": {"task_id": "{task}", "early_finish": "2026-03-03"},
    f"{P}/schedule/quality": {"project_id": "{project_id}"},
    f"{P}/risk-assessment": {"threats": eur("-6.00"), "opportunities": eur("0.00")},
    f"{P}/budget": {"bac": eur("10.00"), "lines": 2, "actuals": 1, "commitments": 1, "remaining": eur("9.00")},
    f"{P}/budget/resource-costs": {"project_id": "{project_id}"},
    f"{P}/earned-value": {"bac": eur("10.00"), "pv": eur("10.00"), "ac": eur("1.00"), "data_date": "2026-03-31"},
    f"{P}/tolerances": {"project_id": "{project_id}", "figures": {"bac": eur("10.00")}},
    f"{P}/snapshot": {"project": {"id": "{project_id}", "key": "WORLD"}},
    f"{P}/baselines/{{baseline_id}}/explain": {"baseline_id": "{baseline}", "field": "finish"},
    f"{P}/baselines/{{baseline_id}}/comparison": {"finish": {"from": "2026-03-13", "to": "2026-03-20"}},
    f"{P}/calendars/{{calendar_id}}/versions/{{version}}": {"calendar_id": "{calendar}", "version": 1},
    "/calendars/{shared_calendar_id}/versions/{version}": {"name": "Company", "version": 1, "revision": 1},
    f"{P}/imposed-dates": {"items": [{"task_id": "{free}", "at": "2026-03-16"}], "next": None},
    f"{P}/work-list": {"items": [{"kind": "task", "title": "dig"}, {"kind": "task", "title": "pour"}]},
    f"{P}/work-list/people": {"items": [{"person": "Crane"}, {"person": "ada"}]},
    "/work-list": {"items": [{"kind": "task", "title": "dig"}, {"kind": "task", "title": "pour"}]},
}
ASKED = {
    f"{P}/earned-value": "?data_date=2026-03-31",
    f"{P}/work-list": "?person=Crane",
    "/work-list": "?person=Crane",
}
"""What a path's query asks for."""
PAGES = {
    f"{P}/export": "application/xml",
    f"{P}/baselines/{{baseline_id}}/content": "application/json",
    f"{P}/status-reports/{{status_report_id}}/page": "text/html",
}
"""Answers that are files, and their types."""
COPIES = {
    f"{P}/baselines/{{baseline_id}}/tasks": "dig",
    f"{P}/baselines/{{baseline_id}}/budget-lines": "Steel",
    f"{P}/calendars/{{calendar_id}}/versions": "Crew",
    "/calendars/{shared_calendar_id}/versions": "Company",
}
"""Lists inside a record, and a name that is in them."""
UNTOLD = {"job_id", "outside_link_id"}
"""Records that this test puts where they are without an event."""
PATHS = {route.path for router in ROUTERS for route in router.routes if "GET" in route.methods}
RECORDS = {path for path in PATHS if path.endswith("_id}")}
LISTS = {path.rpartition("/")[0] for path in RECORDS}


def test_every_route_that_reads_is_asked():
    assert RECORDS | LISTS | FIGURES.keys() | PAGES.keys() | COPIES.keys() == PATHS


@pytest.fixture
async def world(api, database) -> dict[str, str]:
    return await whole_world(api, database)


async def whole_world(api: Any, database: Any) -> dict[str, str]:
    """The records of a project by name, one of each kind."""
    project, made = await one_of_everything(api)
    made["project"] = made["project_id"]
    for name in ("actual", "commitment"):
        body = {"on": "2026-03-02", "amount": eur("1.00"), "external_ref": {"source": "ledger", "id": name}}
        made[name] = (await api.post(f"{project}/budget/{name}s", body))["id"]
    period = {"title": "March", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}
    made["status_report"] = (await api.post(f"{project}/status-reports", period))["id"]
    program = Program(database, api.organization_id)
    await program.hear(program.tells(DependencyCommitted, program.dependency(project, made["free"], START)))
    made["outside_link"] = await linked_outside(database, api, made["project_id"], made["free"])
    made["version"] = "1"
    made["shared_calendar"] = (await api.post("/calendars", {"name": "Company"}))["id"]
    made["job"] = await levelled(database, api, made["project_id"], 1, made["free"])
    return made


async def test_every_record_is_read_as_it_was_last_told(api, events_of, world):
    told = {}
    for event in await events_of(api.organization_id):
        record = event["data"].get("record", {})
        told[record.get("id")] = record
    told[world["project"]].pop("revision")  # it grows with whatever is written in the project
    wrong = []
    for path in sorted(RECORDS):
        own = path.rpartition("{")[2].rstrip("}")
        record_id = world[OWN.get(own, own.removesuffix("_id"))]
        where = path.replace(f"{{{own}}}", record_id).format_map(world)
        answer = await api.request("GET", where)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        read = answer.json().get("report", answer.json())
        if answer.headers["etag"] != f'"{read["revision"]}"':
            wrong.append(f"{path}: {answer.headers['etag']}")
        said = told.get(record_id, {})
        assert bool(said) == (own not in UNTOLD), path
        wrong += differs({name: said[name] for name in said.keys() & read.keys()}, read, path)
        listed = {each["id"]: each for each in (await api.get(where.rpartition("/")[0]))["items"]}
        wrong += differs(read, listed[record_id], f"{path} in its list")
    assert not wrong, "\n".join(wrong)


async def test_every_figure_is_read_as_the_plan_has_it(api, world):
    wrong = []
    for path, expected in FIGURES.items():
        answer = await api.request("GET", one(path, world) + ASKED.get(path, ""))
        assert answer.status_code == 200, f"{path}: {answer.text}"
        wrong += differs(filled(expected, world), answer.json(), path)
    assert not wrong, "\n".join(wrong)


async def test_every_file_and_copy_is_read(api, world):
    for path, kind in PAGES.items():
        answer = await api.request("GET", one(path, world), params={"form": "mspdi"} if "export" in path else {})
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind), answer.text
        assert answer.content
    for path, name in COPIES.items():
        copied = await api.get(one(path, world))
        assert name in {each["name"] for each in copied["items"]}


def one(path: str, world: dict[str, str]) -> str:
    """A path with the ids of the world's records."""
    names = {part.partition("}")[0] for part in path.split("{")[1:]}
    return path.format_map({name: world[OWN.get(name, name.removesuffix("_id"))] for name in names})
