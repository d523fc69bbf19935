"""Plans that come back as they went, in each form; and files that say nothing new the second time."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from tests.project_svc.plans import DAY, START, exported, large, mspdi, said, small, uploaded

from planning.exchange import Document, DocumentTask, read_mspdi
from planning.plan import ConstraintType, SchedulingMode
from project_svc.exchange.csv_form import read_csv
from project_svc.exchange.json_form import FORM, read_json
from project_svc.exchange.writing import write

SAMPLES = Path(__file__).parents[1] / "planning/exchange/samples"
NAMED = {
    "mspdi": {"name": "plan.xml"},
    "json": {"name": "plan.json"},
    "csv": {"name": "plan.csv", "currency": "EUR", "start": "2026-03-02T08:00"},
}
"""What is sent beside a file of each form; a table does not say all that a project needs."""


@pytest.mark.parametrize("form", ["mspdi", "csv", "json"])
async def test_the_same_file_again_changes_nothing(api, work, events_of, form):
    data, _ = write(large(40), form)
    first = await uploaded(api, work, data, **NAMED[form])
    assert first["state"] == "succeeded", first["problem"]
    before = await events_of(api.organization_id)
    second = await uploaded(api, work, data, **NAMED[form])
    assert second["state"] == "succeeded", second["problem"]
    assert second["project_id"] == first["project_id"]
    for kind in ("tasks", "links", "calendars", "budget_lines", "baselines", "resources", "assignments"):
        counted = second["result"][kind]
        assert counted == {**dict.fromkeys(counted, 0), "unchanged": first["result"][kind]["created"]}, kind
    assert second["result"]["revision"] == first["result"]["revision"]
    more = (await events_of(api.organization_id))[len(before) :]
    assert {event["subject"].split(".")[3] for event in more} == {"work"}, "the job alone has something to tell"


async def test_a_sample_comes_back_as_it_went(api, work):
    data = (SAMPLES / "footbridge.xml").read_bytes()
    job = await uploaded(api, work, data, "footbridge.xml")
    assert job["state"] == "succeeded", job["problem"]
    assert job["result"]["assignments"]["created"] == 2
    lost = {(each["record"], each["field"]) for each in job["result"]["fidelity"] if each["loss"] == "dropped"}
    assert lost >= {("resource", "overtime"), ("baseline", "work"), ("baseline", "task")}
    before, _ = read_mspdi(data)
    after, _ = read_mspdi(await exported(api, f"/projects/{job['project_id']}"))
    told, kept = said(after), said(_without_what_has_no_place(before, after))
    for about in kept:
        assert told[about] == kept[about], about


def _without_what_has_no_place(before: Document, after: Document) -> Document:
    """The report names overtime rates, a baseline's work, and a task without dates in one. A task without a code is given one."""
    codes = {task.source_id: task.wbs for task in after.tasks}
    dated = {
        task.source_id: tuple(replace(each, work=None) for each in task.baselines if each.start and each.finish)
        for task in before.tasks
    }
    return replace(
        before,
        tasks=tuple(
            replace(task, wbs=task.wbs or codes[task.source_id], baselines=dated[task.source_id])
            for task in before.tasks
        ),
        resources=tuple(
            replace(each, rates=tuple(replace(rate, overtime=Decimal(0)) for rate in each.rates))
            for each in before.resources
        ),
    )


async def test_a_round_trip_keeps_all_that_a_plan_says(api, work):
    document = large(120, seed=3)
    job = await uploaded(api, work, mspdi(document))
    assert job["state"] == "succeeded", job["problem"]
    after, _ = read_mspdi(await exported(api, f"/projects/{job['project_id']}"))
    assert said(after) == said(document)


@pytest.mark.slow
@pytest.mark.long
async def test_a_round_trip_of_five_thousand_tasks(api, work):
    document = large(5_000)
    job = await uploaded(api, work, mspdi(document))
    assert job["state"] == "succeeded", job["problem"]
    assert job["result"]["tasks"]["created"] == 5_000
    after, _ = read_mspdi(await exported(api, f"/projects/{job['project_id']}"))
    assert said(after) == said(document)


async def test_a_task_by_hand_without_dates_of_its_own_is_held_to_its_start(api, work):
    by_hand = DocumentTask("1", "By hand", duration=DAY, mode=SchedulingMode.MANUAL, start=START.replace(day=9))
    job = await uploaded(api, work, mspdi(small(tasks=(by_hand,), links=())))
    assert job["state"] == "succeeded", job["problem"]
    after, _ = read_mspdi(await exported(api, f"/projects/{job['project_id']}"))
    assert (after.tasks[0].mode, after.tasks[0].planned_start) == (SchedulingMode.MANUAL, by_hand.start)


@pytest.mark.parametrize("form", ["mspdi", "json", "csv"])
async def test_a_task_by_hand_keeps_its_dates_beside_its_constraint(api, work, form):
    by_hand = DocumentTask("1", "By hand", duration=DAY, mode=SchedulingMode.MANUAL, planned_start=START)
    later = START.replace(day=9)
    tasks = (
        replace(by_hand, constraint=ConstraintType.ALAP),
        replace(by_hand, source_id="2", constraint=ConstraintType.MSO, constraint_date=later),
        replace(by_hand, source_id="3", planned_start=None, planned_finish=later.replace(hour=17)),
    )
    job = await uploaded(api, work, mspdi(small(tasks=tasks, links=())))
    assert job["state"] == "succeeded", job["problem"]
    assert not {each["field"] for each in job["result"]["fidelity"]} & {"constraint", "planned_start", "start"}
    data = await exported(api, f"/projects/{job['project_id']}", form)
    read = {"mspdi": read_mspdi, "json": read_json, "csv": lambda data: read_csv(data, "P")}[form]
    told = [(each.planned_start, each.planned_finish, each.constraint, each.constraint_date) for each in tasks]
    after = read(data)[0].tasks
    assert [(each.planned_start, each.planned_finish, each.constraint, each.constraint_date) for each in after] == told
    assert [each.start and each.start.date() for each in after] == [START.date(), START.date(), later.date()]


async def test_a_table_comes_back_as_it_went(api, work):
    job = await uploaded(api, work, mspdi(small()))
    data = await exported(api, f"/projects/{job['project_id']}", "csv")
    document, report = read_csv(data, "Footing")
    assert list(report) == []
    assert [(task.source_id, task.kind, task.parent_id, task.duration) for task in document.tasks] == [
        (task.source_id, task.kind, task.parent_id, task.duration) for task in small().tasks
    ]
    assert set(document.links) == set(small().links)
    again = await uploaded(api, work, data, "Footing.csv", currency="EUR", start="2026-03-02T08:00", key="TABLE")
    assert (again["project_id"], again["result"]["tasks"]["unchanged"]) == (job["project_id"], 4)


async def test_the_open_form_comes_back_as_it_went_and_reports_what_it_does_not_know(api, work):
    job = await uploaded(api, work, mspdi(large(30)))
    data = await exported(api, f"/projects/{job['project_id']}", "json")
    document, report = read_json(data)
    assert list(report) == []
    assert said(document) == said(large(30))
    content = orjson.loads(data)
    assert content["form"] == FORM
    content["colour"] = "red"
    content["tasks"][1]["mood"] = "good"
    _, report = read_json(orjson.dumps(content))
    assert [(each.record, each.field) for each in report] == [("task", "mood"), ("document", "colour")]
