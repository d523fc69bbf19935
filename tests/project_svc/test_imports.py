"""Plans from and to other programs: taken over once, found again, given back as they were."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from icalendar import Calendar
from tests.project_svc.plans import DAY, exported, mspdi, small, uploaded

from planning.exchange import DocumentLink, DocumentTask, Resource
from planning.plan import ConstraintType, LinkType, TaskKind
from project_svc.exchange.csv_form import read_csv

SAMPLES = Path(__file__).parents[1] / "planning/exchange/samples"


async def test_a_file_becomes_a_project(api, work):
    job = await uploaded(api, work, mspdi(small()), key="FOOT")
    assert job["state"] == "succeeded", job["problem"]
    result = job["result"]
    assert (result["tasks"]["created"], result["links"]["created"]) == (4, 2)
    path = f"/projects/{job['project_id']}"
    project = await api.get(path)
    assert (project["key"], project["name"], project["currency"], project["granularity"]) == (
        *("FOOT", "Footing", "EUR"),
        "minute",
    )
    assert project["external_ref"] == {"source": "mspdi", "id": "footing"}
    assert project["revision"] == result["revision"] == 1
    tasks = {task["name"]: task for task in (await api.get(f"{path}/tasks"))["items"]}
    assert tasks["Dig"]["parent_id"] == tasks["Foundations"]["id"]
    assert tasks["Dig"]["external_ref"] == {"source": "mspdi", "id": "footing/2"}
    assert (tasks["Pour"]["duration"], tasks["Poured"]["kind"]) == ("P3D", "milestone")
    schedule = await api.schedule(path)
    assert schedule[tasks["Poured"]["id"]]["early_finish"] == "2026-03-12T17:00"


async def test_a_later_file_changes_what_differs(api, work):
    first = await uploaded(api, work, mspdi(small()))
    document = small()
    foundations, dig, pour, poured = document.tasks
    tasks = (
        foundations,
        replace(dig, name="Dig deeper", duration=8 * DAY),
        poured,
        DocumentTask("9", "Cure", duration=DAY),
    )
    later = replace(document, tasks=tasks, links=(DocumentLink("2", "4", LinkType.FF),))
    second = await uploaded(api, work, mspdi(later))
    assert second["state"] == "succeeded", second["problem"]
    result, path = second["result"], f"/projects/{first['project_id']}"
    assert result["tasks"] == {"created": 1, "updated": 1, "unchanged": 2, "deleted": 0}
    assert result["links"] == {"created": 1, "updated": 0, "unchanged": 0, "deleted": 2}
    (gone,) = result["not_in_file"]
    assert (await api.get(f"{path}/tasks/{gone}"))["name"] == pour.name
    assert (await api.get(path))["revision"] == 2


async def test_two_projects_of_one_source_stay_apart(api, work):
    first = await uploaded(api, work, mspdi(small()))
    other = small(project=replace(small().project, name="Second footing", guid="second"))
    second = await uploaded(api, work, mspdi(other))
    assert second["state"] == "succeeded", second["problem"]
    assert second["project_id"] != first["project_id"]
    assert len((await api.get("/jobs", params={"kind": "import"}))["items"]) == 2


async def test_links_on_summaries_become_links_on_the_tasks_below(api, work):
    links = (DocumentLink("1", "4"), DocumentLink("4", "1", LinkType.SF))
    job = await uploaded(api, work, mspdi(small(links=links)))
    assert job["state"] == "succeeded", job["problem"]
    assert job["result"]["links"]["created"] == 2
    told = {(finding["loss"], finding["field"]) for finding in job["result"]["fidelity"]}
    assert {("converted", "link"), ("dropped", "link")} <= told


async def test_what_has_no_place_is_named(api, work):
    tasks = (DocumentTask("1", "A" * 300, duration=DAY, priority=700, is_estimated=True, percent_complete=100),)
    document = small(tasks=tasks, links=(), resources=(Resource("7", "Crew", initials="C"),))
    job = await uploaded(api, work, mspdi(document))
    assert job["state"] == "succeeded", job["problem"]
    found = {(each["loss"], each["record"], each["field"]): each for each in job["result"]["fidelity"]}
    assert found["converted", "task", "name"]["source_ids"] == ["1"]
    assert found["converted", "task", "percent_complete"]["reason"].startswith("what has no actual finish")
    assert ("dropped", "task", "priority") in found
    assert ("dropped", "task", "is_estimated") in found
    assert found["dropped", "resource", "initials"]["count"] == 1


async def test_a_project_by_the_day_drops_times_and_says_so(api, work):
    late = datetime.fromisoformat("2026-04-01T17:00")
    task = DocumentTask("1", "A", duration=DAY, constraint=ConstraintType.FNLT, constraint_date=late)
    job = await uploaded(api, work, mspdi(small(tasks=(task,), links=())), granularity="day")
    assert job["state"] == "succeeded", job["problem"]
    (written,) = (await api.get(f"/projects/{job['project_id']}/tasks"))["items"]
    assert written["constraint"] == {"type": "FNLT", "date": "2026-04-01"}
    assert any(each["field"] == "constraint_date" for each in job["result"]["fidelity"])


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"<Project/", "plan.xml", "Line 1"),
        (b"id,name\n1,A\n1,B\n", "plan.csv", "two rows"),
        (b"id,name,duration\n1,A,five days\n", "plan.csv", "Line 2"),
        (b"name\nA\n", "plan.csv", "no column id"),
        (b"id,name,predecessors\n1,A,7FS\n", "plan.csv", "names 7FS"),
        (b"id,name,parent\n1,A,2\n2,B,1\n", "plan.csv", "own ancestor"),
        (b"id,name\n1,\xff\n", "plan.csv", "UTF-8"),
        (b"{", "plan.json", "no JSON"),
        (b"{}", "plan.json", "says"),
        (
            b'{"form": "interlock.project/1", "project": {"name": "P"}, "tasks": [{"name": "A"}]}',
            "plan.json",
            "/tasks/0",
        ),
        (b"?", "plan.mpp", "MPXJ"),
    ],
)
async def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(api, work, data, name, words):
    job = await uploaded(api, work, data, name)
    assert job["state"] == "failed"
    assert job["problem"]["type"] == "/problems/unreadable-file"
    assert words in job["problem"]["detail"]
    assert (await api.get("/projects"))["items"] == []


async def test_a_plan_that_goes_in_circles_leaves_nothing_behind(api, work):
    links = (DocumentLink("2", "3"), DocumentLink("3", "2"))
    job = await uploaded(api, work, mspdi(small(links=links)))
    assert (job["state"], job["problem"]["type"]) == ("failed", "/problems/cycle")
    assert (await api.get("/projects"))["items"] == []


async def test_a_refused_record_is_told_by_its_source_id(api, work):
    table = b"id,name,duration,actual_start,actual_finish\n5,Odd,P1D,2026-03-04,2026-03-02\n"
    job = await uploaded(api, work, table, "plan.csv", currency="EUR", start="2026-03-02")
    assert job["state"] == "failed"
    assert job["problem"].get("source_id") == "5", job["problem"]
    assert job["problem"]["detail"].startswith("Task 5 (Odd): ")


async def test_what_the_file_does_not_say_has_to_be_sent(api, work):
    table = b"id,name,duration\n1,A,P2D\n"
    missing = await uploaded(api, work, table, "plan.csv")
    assert missing["problem"]["errors"][0]["pointer"] == "/currency"
    missing = await uploaded(api, work, table, "plan.csv", currency="EUR")
    assert missing["problem"]["errors"][0]["pointer"] == "/start"
    job = await uploaded(api, work, table, "plan.csv", currency="EUR", start="2026-03-02")
    assert job["state"] == "succeeded", job["problem"]


async def test_an_import_is_a_write(api, auditor):
    answer = await auditor.request("POST", "/imports", files={"file": ("plan.csv", b"id,name\n")})
    assert answer.status_code == 403
    answer = await api.request("POST", "/imports", data={"key": "A"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/file"]
    answer = await api.request("POST", "/imports", files={"file": ("plan.csv", b"")}, data={"currency": "euro"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/currency"]


async def test_a_closed_project_takes_nothing_over(api, work):
    job = await uploaded(api, work, mspdi(small()))
    await api.patch(f"/projects/{job['project_id']}", {"state": "cancelled"})
    again = await uploaded(api, work, mspdi(small()))
    assert again["problem"]["type"] == "/problems/project-closed"


async def test_milestones_are_events_of_a_calendar(api):
    project = await api.project()
    task = await api.task(project, "Pour", "P3D")
    done = await api.task(project, "Poured", "P0D", kind="milestone", description="Ready, at last")
    await api.link(project, task, done)
    (event,) = Calendar.from_ical(await exported(api, project, "ics")).walk("VEVENT")
    assert event["summary"].endswith(": Poured")
    assert str(event.decoded("dtstart")) == "2026-03-04"
    assert str(event.decoded("dtend")) == "2026-03-05"
    assert event["uid"] == f"{done}@interlock"


async def test_an_export_is_for_those_who_may_read(api, stranger):
    project = await api.project()
    await stranger.get_missing(f"{project}/export")
    answer = await api.request("GET", f"{project}/export", params={"form": "pdf"})
    assert answer.status_code == 422


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
async def test_a_table_holds_no_formulas(api, text):
    project = await api.project()
    await api.task(project, text)
    data = await exported(api, project, "csv")
    assert f"'{text}".encode() in data
    document, _ = read_csv(data, "P")
    assert document.tasks[0].name == text
    assert document.tasks[0].kind is TaskKind.TASK


GUIDE = (Path(__file__).parents[2] / "docs/exchange.md").read_text()


@pytest.mark.parametrize(("fence", "name"), [("text", "guide.csv"), ("json", "guide.json")])
async def test_the_examples_of_the_guide_are_taken_over(api, work, fence, name):
    example = next(each for each in re.findall(rf"```{fence}\n(.*?)```", GUIDE, re.DOTALL))
    job = await uploaded(api, work, example.encode(), name, currency="EUR", start="2026-03-02")
    assert job["state"] == "succeeded", job["problem"]
    assert job["result"]["fidelity"] == []
    assert job["result"]["links"]["created"] > 0
