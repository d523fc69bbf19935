"""A project's tasks and a program's picture of them, over the public API."""

import pytest


async def add_task(client, project: str, name: str) -> str:
    added = await client.post(f"/projects/{project}/tasks", json={"name": name, "kind": "task", "duration": "P4D"})
    assert added.status_code == 201, added.text
    return added.headers["Interlock-Position"]


async def tasks_in_both(client, project: str, program: str) -> tuple[set[str], set[str]]:
    """The ids of the project's tasks as the project tells them, and as the program does."""
    own = (await client.get(f"/projects/{project}/tasks?limit=1000")).json()["items"]
    items = (await client.get(f"/programs/{program}/schedule")).json()["items"]
    return {one["id"] for one in own}, {one["task_id"] for one in items if one["project_id"] == project}


async def included(client, program: str, position: str) -> None:
    """The program's picture includes the position."""
    for _ in range(6):
        asked = {"Interlock-After": position, "Prefer": "wait=10"}
        answer = await client.get(f"/programs/{program}/schedule", headers=asked)
        if answer.status_code == 200:
            return
    pytest.fail(f"{position} is not in the picture: {answer.text}")
