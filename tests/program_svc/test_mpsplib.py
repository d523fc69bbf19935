"""The programs of MPSPLIB, loaded as programs: every date of every task is the one that Microsoft Project stored."""

import json
import os
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.program_svc.told_projects import Projects

from chassis.parking import Parked, Reason
from chassis.restoring import Restoration
from program_svc.consumers import projection

pytestmark = [pytest.mark.slow, pytest.mark.long]

FOLDER = Path(os.environ.get("INTERLOCK_DATA", "../shared/data")) / "mpsplib"
PROGRAMS = sorted(FOLDER.glob("*.json"))
PARK = text(
    "INSERT INTO parked_boundaries (kind, id, organization_id, reason) VALUES ('project', :id, :organization_id, 'stale')"
)
DAY = 480
START = date(2026, 1, 1)
DAYS = [day for day in (START + timedelta(days=days) for days in range(2_000)) if day.weekday() < 5]


class Snapshots(Projects):
    """Projects that are not told event by event: they are there to be asked for."""

    def _say(self, project_id, event, record):
        self.revisions[project_id] = 1
        self.records[UUID(record["id"])] = {"record": record, "event": event, "project_id": project_id}
        return UUID(record["id"])


def told(api, given):
    """The projects, and their tasks' ids by number."""
    api.projects = Snapshots(api.organization_id)
    homes = {task["uid"]: task["name"].split("-Task")[0] for task in given["tasks"]}
    projects = {
        name: api.projects.project(f"Q{number}", start=START.isoformat())
        for number, name in enumerate(sorted(set(homes.values())))
    }
    ids = {}
    for task in given["tasks"]:
        days, minutes = divmod(int(task["duration_min"]), DAY)
        assert minutes == 0
        kind = "task" if days else "milestone"
        ids[task["uid"]] = api.projects.task(projects[homes[task["uid"]]], task["name"], days, kind=kind)
    between = []
    for before, after, kind, lag in given["links"]:
        assert lag == 0
        if homes[before] == homes[after]:
            api.projects.link(projects[homes[before]], ids[before], ids[after], type=kind)
        else:
            between.append((ids[before], ids[after], kind))
    return projects, ids, between


async def restore(api, project_ids, revision, task_ids=None):
    """The service asks for each project, and is told these tasks, or all of it."""
    for project_id in project_ids:
        snapshot = api.projects.snapshot(project_id) | {"revision": revision}
        if task_ids is not None:
            tasks = [task for task in snapshot["tasks"] if UUID(task["id"]) in task_ids]
            snapshot |= {"tasks": tasks, "links": []}
        parked = Parked("project", project_id, api.organization_id, Reason.STALE)
        async with api.database.transaction() as session:
            await session.execute(PARK, {"id": project_id, "organization_id": api.organization_id})
            await projection().restore(session, Restoration(parked, snapshot))


async def loaded(api, given):
    """The program's path and its tasks' ids by number. What is between projects is agreed on before the rest of them is known: that is quick."""
    projects, ids, between = told(api, given)
    await restore(api, projects.values(), 1, {end for provider, receiver, _ in between for end in (provider, receiver)})
    program = await api.program(*projects.values())
    for provider, receiver, kind in between:
        await api.commit(program, provider, receiver, type=kind)
    await restore(api, projects.values(), 2)
    return program, ids


async def whole_schedule(api, program):
    items, cursor = {}, ""
    while cursor is not None:
        page = await api.get(f"{program}/schedule?limit=1000" + (f"&cursor={cursor}" if cursor else ""))
        items |= {item["task_id"]: item for item in page["items"]}
        cursor = page["next"]
    return items


def first_days(offset, days):
    """The days on which work of so many days may begin, so many minutes after the start; without work also the day before."""
    day = DAYS[offset // DAY]
    return {day.isoformat()} if days or not offset else {day.isoformat(), DAYS[offset // DAY - 1].isoformat()}


@pytest.mark.skipif(not PROGRAMS, reason=f"no MPSPLIB programs in {FOLDER} (set INTERLOCK_DATA)")
@pytest.mark.parametrize("file", PROGRAMS, ids=lambda file: file.stem)
async def test_every_date_is_as_it_was_stored(api, file):
    given = json.loads(file.read_text())
    program, ids = await loaded(api, given)
    items = await whole_schedule(api, program)
    assert items.keys() == {str(id_) for id_ in ids.values()}
    for task in given["tasks"]:
        item, days = items[str(ids[task["uid"]])], task["duration_min"] > 0
        for side, start, finish in (("early", "es", "ef"), ("late", "ls", "lf")):
            assert item[f"{side}_start"] in first_days(int(task[start]), days), task["name"]
            last = {DAYS[int(task[finish]) // DAY - 1].isoformat()} if days else first_days(int(task[finish]), False)
            assert item[f"{side}_finish"] in last, task["name"]
        assert item["total_float"] == f"P{(int(task['ls']) - int(task['es'])) // DAY}D", task["name"]
