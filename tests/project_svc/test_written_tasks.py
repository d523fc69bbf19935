"""Tasks are read past their shapes: what is written must be what the shapes would write."""

import json

import pytest
from sqlalchemy import select

from contracts.project_events import TaskState
from project_svc.tasks.models import Task

FIELDS = {
    "plain": {"duration": "P4D"},
    "milestone": {"kind": "milestone"},
    "level of effort": {"kind": "level_of_effort", "duration": "P1DT4H30M", "mode": "manual", "wbs_code": "1.2"},
    "constrained": {"duration": "PT0M", "constraint": {"type": "SNET", "date": "2026-04-01"}, "deadline": "2026-05-01"},
    "dateless constraint": {"duration": "P1D", "constraint": {"type": "ALAP"}},
    "by hand": {"duration": "P1D", "mode": "manual", "planned_start": "2026-04-01", "planned_finish": "2026-04-02"},
    "in progress": {
        "duration": "P10D",
        "actual_start": "2026-03-03",
        "percent_complete": 33.25,
        "remaining_duration": "P7DT1H",
    },
    "complete": {"duration": "P1D", "actual_start": "2026-03-02", "actual_finish": "2026-03-02"},
    "named outside": {"duration": "P1D", "external_ref": {"source": "jira", "id": "X-1"}, "description": 'ä "quoted"'},
}


@pytest.mark.parametrize("name", FIELDS)
async def test_a_task_is_read_as_its_shape_writes_it(api, database, name):
    project = await api.project()
    parent = await api.summary(project)
    created = await api.post(f"{project}/tasks", {"name": name, "parent_id": parent} | FIELDS[name])
    read = await api.request("GET", f"{project}/tasks/{created['id']}")
    assert read.headers["etag"] == f'"{created["revision"]}"'
    assert read.json() == created
    async with database.transaction(api.organization_id) as session:
        (task,) = (await session.scalars(select(Task).where(Task.name == name))).all()
    assert json.loads(task.wire().model_dump_json()) == read.json()
    assert list(read.json()) == list(TaskState.model_fields)
    listed = (await api.get(f"{project}/tasks"))["items"]
    assert [item for item in listed if item["name"] == name] == [created]


async def test_moments_of_a_minute_project_are_read_as_written(api):
    project = await api.project(granularity="minute", start="2026-03-02T09:00")
    fields = {"name": "A", "duration": "PT4H", "deadline": "2026-03-02T15:30"}
    created = await api.post(f"{project}/tasks", fields | {"actual_start": "2026-03-02T09:10"})
    assert await api.get(f"{project}/tasks/{created['id']}") == created
    assert (created["deadline"], created["actual_start"]) == ("2026-03-02T15:30", "2026-03-02T09:10")


async def test_what_is_already_known_is_not_sent_again(api):
    project = await api.project()
    task = await api.task(project)
    read = await api.request("GET", f"{project}/tasks/{task}")
    again = await api.request("GET", f"{project}/tasks/{task}", headers={"If-None-Match": read.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
