"""A link that holds nothing back is made without computing the plan; what is kept, told and refused is what computing it gives."""

import random
from typing import Any

import pytest
from tests.project_svc.member import ProjectMember

from project_svc.links import actions

TASKS = 7
LINKS = 30
SEEDS = (1, 2, 3, 4)


async def linked(api: ProjectMember, seed: int) -> list[Any]:
    """Drawn links between drawn tasks of one project: each answer's status, and the schedule behind it."""
    draw = random.Random(seed)
    project = await api.project()
    names = [f"T{number}" for number in range(TASKS)]
    tasks = [await api.task(project, name, f"P{draw.randint(0, 4)}D") for name in names]
    if seed % 2 == 0:
        body = {"constraint": {"type": draw.choice(["SNET", "MSO"]), "date": "2026-03-18"}}
        await api.request("PATCH", f"{project}/tasks/{tasks[3]}", json=body)
    seen: list[Any] = []
    for number in range(LINKS):
        # Mostly forwards and from finish to start, so that links without effect come up; a few that close circles, or end the ordinary case.
        before, after = draw.sample(tasks, 2) if number % 6 == 5 else sorted(draw.sample(tasks, 2), key=tasks.index)
        lag = draw.choice(["P0D", "P0D", "P1D", "P2D"]) if number < LINKS - 6 else draw.choice(["P1D", "-P3D"])
        kind = "FS" if number < LINKS - 6 else draw.choice(["FS", "SS", "FF", "SF"])
        body = {"predecessor_id": before, "successor_id": after, "type": kind, "lag": lag}
        answer = await api.request("POST", f"{project}/links", json=body)
        schedule = await api.schedule(project)
        dates = [(schedule[task]["early_start"], schedule[task]["early_finish"]) for task in tasks]
        driving = [(schedule[task]["driving"] or {}).get("link_id") is not None for task in tasks]
        seen.append((answer.status_code, answer.json().get("type"), dates, driving))
    return seen


async def told(events_of: Any, organization_id: Any) -> list[Any]:
    """What was recorded, without ids."""
    return [
        (event["subject"].rsplit(".", 2)[1:], [move["early_start"] for move in event["data"].get("moves", ())])
        for event in await events_of(organization_id)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_a_link_is_the_same_whether_or_not_its_slack_is_seen(
    api: ProjectMember, stranger: ProjectMember, events_of: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack = 0
    is_slack = actions.is_slack

    def counted(*asked: Any) -> bool:
        nonlocal slack
        found = is_slack(*asked)
        slack += found
        return found

    monkeypatch.setattr(actions, "is_slack", counted)
    ours = await linked(api, seed)
    assert slack > 2 or seed % 2 == 0
    monkeypatch.setattr(actions, "is_slack", lambda *_: False)
    assert await linked(stranger, seed) == ours
    assert await told(events_of, api.organization_id) == await told(events_of, stranger.organization_id)
