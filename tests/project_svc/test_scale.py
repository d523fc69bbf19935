"""Ten thousand tasks: written as rows, moved through the API."""

import pytest

from project_svc.records import METADATA, new_id, now

TASKS = 10_000


@pytest.mark.slow
async def test_the_head_of_ten_thousand_tasks_is_moved_in_parts(api, database, events_of):
    project = await api.project(start="2026-03-02")
    head = await api.task(project, "head")
    project_id, moment = project.removeprefix("/projects/"), now()
    common = {"organization_id": api.organization_id, "project_id": project_id, "revision": 2}
    common |= {"created_at": moment, "updated_at": moment}
    ids = [new_id() for _ in range(TASKS)]
    tasks, links = METADATA.tables["tasks"], METADATA.tables["links"]
    task = {"name": "T", "wbs_code": "", "description": "", "kind": "task", "mode": "auto_asap", "state": "not_started"}
    # A hundred chains of a hundred tasks, all behind the head.
    chained = zip([head] * 100 + ids, ids, strict=False)
    async with database.transaction(api.organization_id) as session:
        await session.execute(
            tasks.insert(), [common | task | {"id": id_, "duration": 480, "percent_complete": 0} for id_ in ids]
        )
        await session.execute(
            links.insert(),
            [
                common
                | {"id": new_id(), "predecessor_id": a, "successor_id": b, "type": "FS", "lag": 0}
                | {"lag_calendar": "successor"}
                for a, b in chained
            ],
        )
    await api.patch(f"{project}/tasks/{head}", {"duration": "P2D"})
    await api.patch(f"{project}/tasks/{head}", {"duration": "P3D"})
    parts = [event for event in await events_of(api.organization_id) if event["revision"] == 4][1:]
    assert [part["data"]["part"] for part in parts] == list(range(1, 12))
    assert {part["data"]["parts"] for part in parts} == {11}
    moves = [move for part in parts for move in part["data"]["moves"]]
    assert len(moves) == TASKS + 1
    assert {move["cause"]["task_id"] for move in moves} == {head}
    schedule = await api.get(f"{project}/schedule")
    assert len(schedule["items"]) == TASKS + 1
    assert len(schedule["longest_path"]) == 101
