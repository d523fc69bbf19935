"""A task that nothing ties to others is planned alone; what is kept and told is what planning the whole project gives."""

import random
from typing import Any

import pytest
from tests.project_svc.member import ProjectMember

from project_svc.schedule import settlement

OPERATIONS = 40
SEEDS = (1, 2, 3)


async def live(api: ProjectMember, seed: int) -> list[Any]:
    """A drawn life of a project: tasks made, tied, changed, moved, deleted. The schedule after each step."""
    draw = random.Random(seed)
    project = await api.project()
    tasks = [await api.task(project, f"first {number}") for number in range(3)]
    summary = await api.summary(project)
    seen = []
    for number in range(OPERATIONS):
        task = draw.choice(tasks) if tasks else await api.task(project, f"again {number}")
        days = draw.randint(1, 9)
        match draw.choice(["make", "change", "change", "tie", "above", "out", "kind", "late", "cancel", "delete"]):
            case "make":
                tasks.append(await api.task(project, f"T{number}", f"P{days}D"))
            case "change":
                await api.request("PATCH", f"{project}/tasks/{task}", json={"duration": f"P{days}D"})
            case "tie":
                body = {"predecessor_id": task, "successor_id": draw.choice([task, *tasks])}
                await api.request("POST", f"{project}/links", json=body)
            case "above":
                await api.request("PATCH", f"{project}/tasks/{task}", json={"parent_id": summary})
            case "out":
                await api.request("PATCH", f"{project}/tasks/{task}", json={"parent_id": None})
            case "kind":
                body = {"kind": draw.choice(["task", "level_of_effort"])}
                await api.request("PATCH", f"{project}/tasks/{task}", json=body)
            case "late":
                on = f"2026-04-{days:02}"
                await api.request("PATCH", f"{project}/tasks/{task}", json={"constraint": {"type": "SNET", "date": on}})
            case "cancel":
                body = {"state": draw.choice(["cancelled", "not_started"])}
                await api.request("PATCH", f"{project}/tasks/{task}", json=body)
            case "delete":
                await api.request("DELETE", f"{project}/tasks/{task}")
        names = {one["id"]: one["name"] for one in (await api.get(f"{project}/tasks?limit=1000"))["items"]}
        tasks = [known for known in tasks if known in names]
        schedule = await api.schedule(project)
        seen.append(
            sorted((names[known], item["early_start"], item["early_finish"]) for known, item in schedule.items())
        )
    return seen


async def told(api: ProjectMember, events_of: Any, seed: int) -> tuple[list[Any], list[Any]]:
    """The life of a project, and every recalculation that was recorded in it, without ids."""
    seen = await live(api, seed)
    recalculations = [
        (
            event["data"]["start"],
            event["data"]["finish"],
            [{name: value for name, value in move.items() if "early" in name} for move in event["data"]["moves"]],
        )
        for event in await events_of(api.organization_id)
        if event["subject"].endswith("schedule.recalculated")
    ]
    return seen, recalculations


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_planned_alone_or_with_all_others_is_the_same(
    api: ProjectMember, stranger: ProjectMember, events_of: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = 0
    lone_task = settlement.lone_task

    async def counted(*asked: Any) -> Any:
        nonlocal alone
        row = await lone_task(*asked)
        alone += row is not None
        return row

    monkeypatch.setattr(settlement, "lone_task", counted)
    ours = await told(api, events_of, seed)
    assert alone > 5

    async def never(*_: Any) -> None:
        return None

    monkeypatch.setattr(settlement, "lone_task", never)
    assert await told(stranger, events_of, seed) == ours
