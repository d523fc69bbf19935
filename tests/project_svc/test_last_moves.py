"""Whatever moved a date last is named as its cause, above all what is gone: a link, a calendar's free day, a constraint, a task.

The plan starts on Monday 2026-03-02: Dig 4d → Pour 3d → Ready, done on 2026-03-10; Cure 6d → Ready. An older change of another record comes
before each disturbance, and must not be taken for it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import pytest
from tests.project_svc.control import baselined
from tests.project_svc.plans import uploaded
from tests.project_svc.test_imposed_dates import START, Program
from tests.project_svc.test_write_routes import levelled as left_by_a_levelling

from contracts.program_events import DependencyCancelled, DependencyCommitted
from project_svc.exchange.json_form import FORM

DAY_OFF = [{"on": "2026-03-05", "name": "Feast"}]
Disturbance = Callable[["Plan"], Awaitable[dict[str, str]]]


@dataclass
class Plan:
    """The plan, and the ids of its tasks, links and its calendar by name."""

    api: Any
    program: Program
    path: str
    ids: dict[str, str]

    def task(self, name: str) -> str:
        return f"{self.path}/tasks/{self.ids[name]}"

    async def moved_last(self, name: str, field: str) -> dict[str, Any] | None:
        told = await self.api.get(f"{self.task(name)}/explain", params={"field": field})
        last: dict[str, Any] | None = told["last_move"]
        return last

    async def imposes(self, kind: Any, dependency: dict[str, Any]) -> None:
        await self.program.hear(self.program.tells(kind, dependency))


@pytest.fixture
async def plan(api, database) -> Plan:
    path = await api.project()
    calendar = await api.post(f"{path}/calendars", {"name": "Crew", "exceptions": DAY_OFF})
    await api.patch(path, {"calendar_id": calendar["id"]})
    await api.patch(f"{path}/calendars/{calendar['id']}", {"exceptions": []})
    ids = {"crew": calendar["id"]}
    for name, days in (("Dig", "P4D"), ("Pour", "P3D"), ("Cure", "P6D")):
        ids[name] = await api.task(path, name, days)
    ids["Ready"] = await api.task(path, "Ready", "P0D", kind="milestone")
    for before, after in (("Dig", "Pour"), ("Pour", "Ready"), ("Cure", "Ready")):
        ids[f"{before}-{after}"] = await api.link(path, ids[before], ids[after])
    return Plan(api, Program(database, api.organization_id), path, ids)


async def changed(plan: Plan, name: str, **change: Any) -> dict[str, str]:
    await plan.api.patch(plan.task(name), change)
    return {"task_id": plan.ids[name]}


async def of_the_project(plan: Plan, **change: Any) -> dict[str, str]:
    await plan.api.patch(plan.path, change)
    return {}


async def link_added(plan: Plan) -> dict[str, str]:
    return {"link_id": await plan.api.link(plan.path, plan.ids["Cure"], plan.ids["Pour"])}


async def link_changed(plan: Plan, lag: str) -> dict[str, str]:
    await plan.api.patch(f"{plan.path}/links/{plan.ids['Pour-Ready']}", {"lag": lag})
    return {"link_id": plan.ids["Pour-Ready"]}


async def link_gone(plan: Plan) -> dict[str, str]:
    await plan.api.delete(f"{plan.path}/links/{plan.ids['Dig-Pour']}")
    return {"link_id": plan.ids["Dig-Pour"]}


async def task_added(plan: Plan) -> dict[str, str]:
    return {"task_id": await plan.api.task(plan.path, "Late", "P12D")}


async def task_gone(plan: Plan, name: str) -> dict[str, str]:
    await plan.api.delete(plan.task(name))
    return {"task_id": plan.ids[name]}


async def days_off(plan: Plan, exceptions: list[dict[str, str]]) -> dict[str, str]:
    await plan.api.patch(f"{plan.path}/calendars/{plan.ids['crew']}", {"exceptions": exceptions})
    return {"calendar_id": plan.ids["crew"]}


async def batched(plan: Plan) -> dict[str, str]:
    operations = [
        {"op": "update", "record": "task", "id": plan.ids["Dig"], "body": {"name": "Dig deep"}},
        {"op": "create", "record": "task", "body": {"name": "Beside", "duration": "P1D"}},
        {"op": "delete", "record": "link", "id": plan.ids["Dig-Pour"]},
    ]
    await plan.api.post(f"{plan.path}/batch", {"operations": operations}, status=200)
    return {"link_id": plan.ids["Dig-Pour"]}


async def free_day_in_a_batch(plan: Plan) -> dict[str, str]:
    operations = [
        {"op": "create", "record": "task", "body": {"name": "Beside", "duration": "P1D"}},
        {"op": "update", "record": "calendar", "id": plan.ids["crew"], "body": {"exceptions": DAY_OFF}},
    ]
    await plan.api.post(f"{plan.path}/batch", {"operations": operations}, status=200)
    return {"calendar_id": plan.ids["crew"]}


async def imposed(plan: Plan) -> dict[str, str]:
    dependency = plan.program.dependency(plan.path, plan.ids["Pour"], START)
    await plan.imposes(DependencyCommitted, dependency)
    return {"dependency_id": dependency["id"]}


async def imposed_no_more(plan: Plan) -> dict[str, str]:
    dependency = plan.program.dependency(plan.path, plan.ids["Pour"], START)
    await plan.imposes(DependencyCommitted, dependency)
    await older(plan)
    await plan.imposes(DependencyCancelled, dependency | {"state": "cancelled", "imposed": None})
    return {"dependency_id": dependency["id"]}


async def implemented(plan: Plan) -> dict[str, str]:
    await baselined(plan.api, plan.path)
    operations = [{"op": "update", "record": "task", "id": plan.ids["Dig"], "body": {"duration": "P6D"}}]
    asked = await plan.api.post(f"{plan.path}/change-requests", {"title": "Deeper", "operations": operations})
    for step in ("submit", "assess", "approve", "implement"):
        await plan.api.post(f"{plan.path}/change-requests/{asked['id']}/{step}", {}, status=200)
    return {"task_id": plan.ids["Dig"]}


async def levelled(plan: Plan) -> dict[str, str]:
    revision = (await plan.api.get(plan.path))["revision"]
    project_id = plan.path.rpartition("/")[2]
    job = await left_by_a_levelling(plan.program.database, plan.api, project_id, revision, plan.ids["Pour"])
    taken = await plan.api.post(f"{plan.path}/schedule/level/take", {"job_id": job}, status=200)
    assert taken["held"] == [plan.ids["Pour"]]
    return {"task_id": plan.ids["Pour"]}


async def older(plan: Plan) -> None:
    """A change that moves the same dates, before what is to be found."""
    await plan.api.patch(plan.task("Cure"), {"duration": "P8D"})
    await plan.api.patch(plan.task("Cure"), {"duration": "P6D"})
    await plan.api.patch(plan.path, {"name": "Renamed"})


BACK_TO = {"constraint": {"type": "SNET", "date": "2026-03-12"}}
READY, DIG = ("Ready", "early_finish"), ("Dig", "late_finish")
CASES: dict[str, tuple[Disturbance | None, Disturbance, tuple[tuple[str, str], ...]]] = {
    # what: (before it, what happens, whose last move it is)
    "a task is added": (None, task_added, (DIG, ("Cure", "total_float"))),
    "a task takes longer": (None, partial(changed, name="Dig", duration="P6D"), (READY, ("Cure", "total_float"))),
    "a predecessor is deleted": (None, partial(task_gone, name="Dig"), (("Pour", "early_start"), READY)),
    "a successor is deleted": (None, partial(task_gone, name="Pour"), (DIG, ("Dig", "total_float"))),
    "a task is cancelled": (None, partial(changed, name="Pour", state="cancelled"), (READY, DIG)),
    "a task is moved by hand": (None, partial(changed, name="Pour", mode="manual", **BACK_TO), (READY, DIG)),
    "a task is planned by hand for later": (
        partial(changed, name="Pour", mode="manual", planned_start="2026-03-12"),
        partial(changed, name="Pour", planned_start="2026-03-16"),
        (READY, DIG, ("Cure", "total_float")),
    ),
    "what a task by hand was held to is gone": (
        partial(changed, name="Pour", mode="manual", planned_finish="2026-03-16"),
        partial(changed, name="Pour", planned_finish=None),
        (READY, ("Cure", "total_float")),
    ),
    "a day for which a task is planned by hand is free": (
        partial(changed, name="Pour", mode="manual", planned_start=DAY_OFF[0]["on"]),
        partial(days_off, exceptions=DAY_OFF),
        (("Pour", "late_start"),),
    ),
    "a task is to be late": (None, partial(changed, name="Cure", mode="auto_alap"), (("Cure", "scheduled_start"),)),
    "a deadline is set": (None, partial(changed, name="Pour", deadline="2026-03-09"), (DIG, ("Dig", "total_float"))),
    "a deadline is gone": (
        partial(changed, name="Pour", deadline="2026-03-09"),
        partial(changed, name="Pour", deadline=None),
        (DIG, ("Pour", "total_float")),
    ),
    "a constraint is set": (None, partial(changed, name="Pour", **BACK_TO), (READY, ("Cure", "late_finish"))),
    "a constraint is gone": (
        partial(changed, name="Pour", **BACK_TO),
        partial(changed, name="Pour", constraint=None),
        (READY, DIG, ("Cure", "total_float")),
    ),
    "a link is added": (None, link_added, (READY, ("Cure", "late_finish"), ("Dig", "free_float"))),
    "a lag grows": (None, partial(link_changed, lag="P2D"), (READY, ("Cure", "total_float"))),
    "a lag shrinks": (
        partial(link_changed, lag="P2D"),
        partial(link_changed, lag="P1D"),
        (READY, ("Cure", "total_float")),
    ),
    "a link is deleted": (None, link_gone, (("Pour", "early_start"), READY, DIG, ("Dig", "free_float"))),
    "a day is free": (None, partial(days_off, exceptions=DAY_OFF), (READY, DIG)),
    "a day is free no more": (
        partial(days_off, exceptions=DAY_OFF),
        partial(days_off, exceptions=[]),
        (READY, DIG, ("Dig", "early_finish")),
    ),
    "the project starts later": (None, partial(of_the_project, start="2026-03-04"), (READY, DIG)),
    "the project has a deadline": (
        None,
        partial(of_the_project, deadline="2026-03-20"),
        (DIG, ("Pour", "total_float")),
    ),
    "the project's deadline is gone": (
        partial(of_the_project, deadline="2026-03-20"),
        partial(of_the_project, deadline=None),
        (DIG, ("Pour", "total_float")),
    ),
    "the data date": (None, partial(of_the_project, data_date="2026-03-05"), (READY, DIG)),
    "the project's calendar": (None, partial(of_the_project, calendar_id=None), ()),
    "work has begun late": (None, partial(changed, name="Dig", actual_start="2026-03-04"), (READY, DIG)),
    "work is done": (
        None,
        partial(changed, name="Dig", actual_start="2026-03-02", actual_finish="2026-03-03"),
        (READY, DIG),
    ),
    "a date is imposed": (None, imposed, (READY, ("Cure", "total_float"))),
    "a date is imposed no more": (None, imposed_no_more, (READY, DIG)),
    "a batch": (None, batched, (("Pour", "early_start"), READY, DIG)),
    "a batch with a free day": (None, free_day_in_a_batch, (READY, DIG, ("Cure", "early_finish"))),
    "a change request is carried out": (None, implemented, (READY, ("Cure", "total_float"))),
    "a levelling is taken over": (None, levelled, (READY,)),
}


@pytest.mark.parametrize("case", CASES)
async def test_the_last_change_is_the_cause(plan, case):
    before, disturb, asked = CASES[case]
    if before is not None:
        await before(plan)
    await older(plan)
    cause = {"project_id": plan.path.rpartition("/")[2], **await disturb(plan)}
    revision = (await plan.api.get(plan.path))["revision"]
    for name, field in asked:
        last = await plan.moved_last(name, field)
        assert last is not None, (name, field)
        assert (last["cause"], last["revision"]) == (cause, revision), (name, field)
        assert last["from"] != last["to"], (name, field)
    finish = (await plan.api.get(f"{plan.path}/schedule/explain"))["last_move"]
    if READY in asked:
        assert (finish["cause"], finish["revision"]) == (cause, revision)


async def test_an_import_is_led_to_the_task_that_it_changed(api, work):
    content = {
        "form": FORM,
        "project": {"name": "Footing", "start": "2026-03-02T08:00:00", "currency": "EUR"},
        "tasks": [
            {"source_id": "1", "name": "Dig", "duration": 960},
            {"source_id": "2", "name": "Pour", "duration": 960},
        ],
        "links": [{"predecessor_id": "1", "successor_id": "2"}],
    }
    job = await uploaded(api, work, orjson.dumps(content), "plan.json")
    project = f"/projects/{job['project_id']}"
    ids = {each["name"]: each["id"] for each in (await api.get(f"{project}/tasks"))["items"]}
    content["tasks"][0]["duration"] = 1440
    await uploaded(api, work, orjson.dumps(content), "plan.json")
    for name, field in (("Pour", "early_finish"), ("Pour", "late_start")):
        last = (await api.get(f"{project}/tasks/{ids[name]}/explain", params={"field": field}))["last_move"]
        assert last["cause"]["task_id"] == ids["Dig"]
