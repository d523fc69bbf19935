"""Six programs of MPSPLIB against the dates that Microsoft Project stored, on the working-minute axis."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from planning.calendar import MON_TO_FRI
from planning.critical_path import schedule
from planning.instant import to_instant
from planning.plan import Link, LinkType, Plan, Project, Task, TaskKind

FOLDER = Path(os.environ.get("INTERLOCK_DATA", "../shared/data")) / "mpsplib"
PROGRAMS = sorted(FOLDER.glob("*.json"))


@pytest.mark.skipif(not PROGRAMS, reason=f"no MPSPLIB programs in {FOLDER} (set INTERLOCK_DATA)")
@pytest.mark.parametrize("file", PROGRAMS, ids=lambda file: file.stem)
def test_every_date_is_as_microsoft_project_stored_it(file):
    given = json.loads(file.read_text())
    start = MON_TO_FRI.start_at_or_after(to_instant(datetime.fromisoformat(given["start"])))
    homes = {task["uid"]: task["name"].split("-")[0] for task in given["tasks"]}
    tasks = [
        Task(
            task["uid"],
            homes[task["uid"]],
            TaskKind.TASK if task["duration_min"] else TaskKind.MILESTONE,
            int(task["duration_min"]),
        )
        for task in given["tasks"]
    ]
    links = [
        Link(number, before, after, LinkType(kind), int(lag), is_dependency=homes[before] != homes[after])
        for number, (before, after, kind, lag) in enumerate(given["links"])
    ]
    projects = [Project(name, start, None, None, MON_TO_FRI) for name in sorted(set(homes.values()))]
    items = schedule(Plan(projects, tasks, links)).items

    origin = MON_TO_FRI.worked(start)

    def offsets(row):
        return [
            MON_TO_FRI.worked(at) - origin
            for at in (row.early_start, row.early_finish, row.late_start, row.late_finish)
        ]

    expected = {task["uid"]: [task[key] for key in ("es", "ef", "ls", "lf")] for task in given["tasks"]}
    assert {uid: offsets(items[uid]) for uid in expected} == expected
