"""Run with the generated client on the path: a project, a task, a page of its schedule, and a problem, by types alone. Says `ok` at the end."""

import os
from uuid import uuid4

from interlock_client import AuthenticatedClient
from interlock_client.api.projects import create_project
from interlock_client.api.schedule import read_schedule
from interlock_client.api.tasks import create_task, read_task, update_task
from interlock_client.models import (
    Problem,
    ProjectCreate,
    ProjectScheduleRead,
    ProjectState,
    TaskCreate,
    TaskKind,
    TaskState,
    TaskUpdate,
)

client = AuthenticatedClient(base_url=os.environ["INTERLOCK_URL"], token=os.environ["INTERLOCK_TOKEN"])
with client:
    asked = ProjectCreate(key=f"C{uuid4().hex[:10].upper()}", name="By a client", start="2026-03-02", currency="EUR")
    project = create_project.sync(client=client, body=asked)
    assert isinstance(project, ProjectState), project

    wanted = TaskCreate(name="Pour the foundation", kind=TaskKind.TASK, duration="P4D")
    task = create_task.sync(project.id, client=client, body=wanted)
    assert isinstance(task, TaskState), task
    assert (task.name, task.duration) == ("Pour the foundation", "P4D")

    schedule = read_schedule.sync(project.id, client=client)
    assert isinstance(schedule, ProjectScheduleRead), schedule
    assert [(item.task_id, item.early_finish) for item in schedule.items] == [(task.id, "2026-03-05")]

    changed = update_task.sync(project.id, task.id, client=client, body=TaskUpdate(duration="P8D"))
    assert isinstance(changed, TaskState), changed
    assert changed.revision > task.revision

    absent = read_task.sync_detailed(project.id, uuid4(), client=client)
    assert absent.status_code == 404
    assert isinstance(absent.parsed, Problem)
    assert absent.parsed.type_ == "/problems/not-found"

    wrong = create_task.sync(project.id, client=client, body=TaskCreate(name="", duration="P4D"))
    assert isinstance(wrong, Problem)
    assert [error.pointer for error in wrong.errors] == ["/name"]
print("ok")
