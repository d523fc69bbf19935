"""The snapshot that late followers start from."""

from uuid import UUID

import pytest

pytestmark = pytest.mark.slow


async def test_a_snapshot_equals_what_the_events_told(api, events_of):
    project = await api.project()
    phase = await api.summary(project)
    first, second = await api.task(project, parent_id=phase), await api.task(project, "B")
    await api.link(project, first, second)
    money = {"amount": "10.00", "currency": "EUR"}
    await api.post(f"{project}/budget/lines", {"name": "L", "amount": money, "task_id": first})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-02", "amount": money})
    risk = {"title": "R", "kind": "threat", "probability": 0.5, "cost_impact": money}
    await api.post(f"{project}/risks", risk)
    await api.patch(f"{project}/tasks/{second}", {"duration": "P3D"})

    told: dict[str, dict[str, dict]] = {}
    for event in await events_of(api.organization_id):
        # The snapshot shows the first version of what is told in two.
        if event["headers"]["ce-type"].endswith(".v1") and (record := event["data"].get("record")) is not None:
            told.setdefault(event["subject"].split(".")[-2], {})[record["id"]] = record
    snapshot = await api.get(f"{project}/snapshot")
    lists = {"task": "tasks", "link": "links", "budget_line": "budget_lines", "actual": "actuals", "risk": "risks"}
    for record, name in lists.items():
        assert {each["id"]: each for each in snapshot[name]} == told[record], record
    assert snapshot["revision"] == snapshot["project"]["revision"] == 9
    assert UUID(snapshot["project"]["id"]) == UUID(project.removeprefix("/projects/"))
