"""A change request may ask for everything that a plan consists of, and for the project itself: what it would do is computed, and done."""

from uuid import uuid4

import pytest
from tests.project_svc.control import baseline, baselined, eur, plan
from tests.project_svc.test_change_requests import APPROVED, ASSESSED, request

RATES = [{"standard": eur("50.00")}]


def project_id(project: str) -> str:
    return project.rpartition("/")[2]


def of_project(project: str, **body: object) -> dict[str, object]:
    return {"op": "update", "record": "project", "id": project_id(project), "body": body}


@pytest.fixture
async def staffed(api):
    """The plan, with a deliverable, a phase, and a digger who digs. Returns the project's path and the ids of its records."""
    project, dig, pour = await plan(api, deadline="2026-03-31", management_reserve=eur("50.00"))
    await api.patch(f"{project}/tasks/{dig}", {"work_mode": "fixed_duration"})
    made = {"dig": dig, "pour": pour}
    for name, path, body in (
        ("stop", "deliverables", {"name": "Stop"}),
        ("sign", "deliverables", {"name": "Sign"}),
        ("phase", "phases", {"name": "Works"}),
        ("digger", "resources", {"name": "Digger", "rates": RATES}),
        ("week", "calendars", {"name": "Crew"}),
    ):
        made[name] = (await api.post(f"{project}/{path}", body))["id"]
    assigned = {"task_id": dig, "resource_id": made["digger"], "units": 1}
    made["digs"] = (await api.post(f"{project}/assignments", assigned))["id"]
    return project, made


def everything(project: str, made: dict[str, str]) -> list[dict[str, object]]:
    """A change of each kind of record."""
    return [
        of_project(
            project,
            scope="Two stops.",
            start="2026-03-03",
            deadline="2026-04-02",
            management_reserve=eur("80.00"),
            tolerances={"schedule": "P2D"},
        ),
        {
            "op": "update",
            "record": "deliverable",
            "id": made["stop"],
            "body": {"acceptance_criteria": "Two trams fit."},
        },
        {"op": "delete", "record": "deliverable", "id": made["sign"]},
        {"op": "create", "record": "deliverable", "body": {"name": "Bench"}},
        {"op": "update", "record": "phase", "id": made["phase"], "body": {"objective": "Dry feet"}},
        {"op": "update", "record": "calendar", "id": made["week"], "body": {"shifts": {"friday": []}}},
        {"op": "create", "record": "calendar", "ref": "late", "body": {"name": "Late"}},
        {"op": "create", "record": "resource", "ref": "crane", "body": {"name": "Crane", "rates": RATES}},
        {"op": "update", "record": "resource", "id": made["digger"], "body": {"name": "Excavator"}},
        {
            "op": "create",
            "record": "assignment",
            "body": {"task_id": made["pour"], "resource_id": {"ref": "crane"}, "units": 1},
        },
        {"op": "update", "record": "assignment", "id": made["digs"], "body": {"units": 2}},
        {"op": "update", "record": "task", "id": made["pour"], "body": {"calendar_id": {"ref": "late"}}},
    ]


async def test_what_it_would_do_to_each_is_computed_and_nothing_is_written(api, staffed):
    project, made = staffed
    before = await api.get(f"{project}/snapshot")
    _, assessed = await request(api, project, *everything(project, made), to=ASSESSED)
    impact = assessed["impact"]
    assert impact["start"] == {"before": "2026-03-02", "after": "2026-03-03", "hours_per_day": 8, "variance": "P1D"}
    assert impact["deadline"] == {"before": "2026-03-31", "after": "2026-04-02", "hours_per_day": 8, "variance": "P2D"}
    assert impact["finish"]["variance"] == "P1D"
    assert impact["management_reserve"] == {"before": eur("50.00"), "after": eur("80.00")}
    assert impact["deliverables"] == {"added": 1, "removed": 1, "changed": 1}
    cost = impact["assigned_cost"]
    assert (cost["before"], cost["after"], cost["variance"]) == (eur("2000.00"), eur("6000.00"), eur("4000.00"))
    premises = {each["operation"]: each["values"] for each in impact["premises"]}
    assert premises[0]["management_reserve"] == eur("50.00")
    assert premises[0]["start"] == "2026-03-02"
    assert (premises[1], premises[10]) == ({"acceptance_criteria": ""}, {"units": 1})
    assert premises.keys() == {0, 1, 4, 5, 8, 10, 11}
    after = await api.get(f"{project}/snapshot")
    for name in ("tasks", "deliverables", "phases", "calendars", "resources", "assignments"):
        assert after[name] == before[name], name
    assert after["project"] | {"revision": 0, "updated_at": ""} == before["project"] | {"revision": 0, "updated_at": ""}


async def test_it_is_carried_out_at_one_revision_and_leads_to_a_baseline(api, staffed, events_of):
    project, made = staffed
    await baselined(api, project)
    path, _ = await request(api, project, *everything(project, made), to=APPROVED)
    preview = await api.post(f"{path}/implement", {}, status=200, params={"dry_run": "true"})
    assert {made["dig"], made["pour"]} <= {each["task_id"] for each in preview["moved"]}
    done = await api.post(f"{path}/implement", {}, status=200)
    events = [each for each in await events_of(api.organization_id) if each["revision"] == done["revision"]]
    assert {each["subject"].split(".", 4)[-1] for each in events} >= {
        "project.updated",
        *(f"deliverable.{happened}" for happened in ("created", "updated", "deleted")),
        *(
            f"{record}.{happened}"
            for record in ("calendar", "resource", "assignment")
            for happened in ("created", "updated")
        ),
        "change_request.updated",
        "schedule.recalculated",
    }
    now = await api.get(project)
    assert (now["scope"], now["start"], now["tolerances"]["schedule"]) == ("Two stops.", "2026-03-03", "P2D")
    assert [each["name"] for each in (await api.get(f"{project}/resources"))["items"]] == ["Excavator", "Crane"]
    assert project_id(project) in done["touched"]
    second = await baseline(api, project, "Second", change_request_id=done["id"])
    assert (second["scope"], second["unrequested"]) == ("Two stops.", [])


async def test_what_has_changed_since_no_longer_fits(api, staffed):
    project, made = staffed
    path, _ = await request(api, project, *everything(project, made), to=APPROVED)
    await api.patch(project, {"deadline": "2026-04-01"})
    await api.patch(f"{project}/assignments/{made['digs']}", {"units": 3})
    await api.delete(f"{project}/deliverables/{made['stop']}")
    problem = await api.post(f"{path}/implement", {}, status=409)
    assert problem["type"] == "/problems/no-longer-fits"
    assert {(each["pointer"], each["rule"]) for each in problem["errors"]} == {
        ("/operations/0/body/deadline", "changed_since"),
        ("/operations/10/body/units", "changed_since"),
        ("/operations/1", "gone"),
    }
    assert (await api.get(project))["scope"] == ""


async def test_the_first_version_of_its_events_tells_what_it_has_words_for(api, staffed, events_of):
    project, made = staffed
    longer = {"op": "update", "record": "task", "id": made["pour"], "body": {"duration": "P6D"}}
    _, assessed = await request(api, project, of_project(project, scope="Two stops."), longer, to=ASSESSED)
    older, newer = (await events_of(api.organization_id))[-2:]
    assert [each["headers"]["ce-type"][-3:] for each in (older, newer)] == [".v1", ".v2"]
    assert [each["headers"]["ce-beside"] for each in (older, newer)] == [
        each["headers"]["ce-type"] for each in (newer, older)
    ]
    assert newer["data"]["record"] == assessed
    told = older["data"]["record"]
    assert [each["record"] for each in told["operations"]] == ["task"]
    assert told["impact"]["premises"] == [{"operation": 0, "values": {"duration": "P5D"}}]
    assert older["data"]["changed"] == newer["data"]["changed"]
    snapshot = await api.get(f"{project}/snapshot")
    assert (snapshot["change_requests"], snapshot["change_requests_v2"]) == ([told], [assessed])


@pytest.mark.parametrize(
    ("operation", "pointer", "rule"),
    [
        ({"op": "create", "body": {"key": "P"}}, "/operations/0/op", "update_only"),
        ({"op": "delete", "id": str(uuid4())}, "/operations/0/op", "update_only"),
        (
            {"op": "update", "id": str(uuid4()), "body": {"state": "closed"}},
            "/operations/0/body/state",
            "extra_forbidden",
        ),
        ({"op": "update", "id": str(uuid4()), "body": {"start": None}}, "/operations/0/body/start", "date_format"),
    ],
    ids=["create", "delete", "state", "value"],
)
async def test_of_the_project_only_what_is_agreed_on_is_changed(api, project, operation, pointer, rule):
    body = {"title": "T", "operations": [operation | {"record": "project"}]}
    problem = await api.post(f"{project}/change-requests", body, status=422)
    assert [(each["pointer"], each["rule"]) for each in problem["errors"]] == [(pointer, rule)]


async def test_another_project_is_not_this_ones_to_change(api, project):
    other = await api.project()
    path, _ = await request(api, project, of_project(other, scope="Mine."), to=("submit",))
    problem = await api.post(f"{path}/assess", {}, status=404)
    assert problem["operation"] == 0
    assert (await api.get(other))["scope"] == ""
