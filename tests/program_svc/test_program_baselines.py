"""Program baselines: the dates of all projects at one moment, kept when tasks go, compared with what has become of them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.slow


@pytest.fixture
async def golden(eleven):
    return await eleven.heard()


async def test_a_baseline_holds_all_projects_at_one_moment(golden):
    golden.api.projects.budget_line(golden.project_ids["P1"], "100.00")
    await golden.api.hear()
    baseline = await golden.api.post(f"{golden.program}/baselines", {"name": "As agreed"})
    figures = {
        "start": "2026-03-02",
        "finish": "2026-04-27",
        "tasks": 11,
        "dependencies": 4,
        "bac": [{"amount": "100.00", "currency": "EUR"}],
    }
    assert (baseline["state"], baseline["figures"]) == ("draft", figures)
    schedule = await golden.api.get(f"{golden.program}/schedule")
    assert baseline["positions"] == schedule["positions"]
    again = await golden.api.post(f"{golden.program}/baselines", {"name": "The same"})
    assert again["content_hash"] == baseline["content_hash"] != "sha-256:" + "0" * 64
    told = [event for event in await golden.api.events() if event["happened"] == "baseline.created"]
    assert [event["data"]["record"]["figures"]["tasks"] for event in told] == [11, 11]


async def test_the_comparison_keeps_what_is_gone_and_says_what_moved(golden):
    path = f"{golden.program}/baselines"
    path += "/" + (await golden.api.post(path, {"name": "As agreed"}))["id"]
    assert (await golden.api.get(f"{path}/comparison"))["items"] == []
    api = golden.api
    api.projects.change(golden.ids["J"], duration="P6D")
    api.projects.delete(golden.ids["C"])
    added = api.projects.task(golden.project_ids["P1"], "New", 1)
    await api.hear()
    compared = await api.get(f"{path}/comparison")
    assert [compared[name] for name in ("added", "removed", "moved", "finish_then", "finish")] == [
        1,
        1,
        3,
        "2026-04-27",
        "2026-04-29",
    ]
    rows = {row["name"]: row for row in compared["items"]}
    assert (rows["J"]["difference"], rows["J"]["variance"], rows["K"]["variance"]) == ("moved", "P2D", "P2D")
    assert (rows["C"]["difference"], rows["C"]["finish"], rows["C"]["variance"]) == ("removed", None, None)
    assert (rows["New"]["task_id"], rows["New"]["difference"]) == (str(added), "added")
    first = await api.get(f"{path}/comparison", params={"limit": 3})
    rest = await api.get(f"{path}/comparison", params={"limit": 3, "after": first["next"]})
    assert [*first["items"], *rest["items"]] == compared["items"]
    assert rest["next"] is None


async def test_one_baseline_is_approved_in_the_place_of_the_other_and_drafts_alone_go(golden):
    path = f"{golden.program}/baselines"
    first, second = [f"{path}/{(await golden.api.post(path, {'name': name}))['id']}" for name in ("First", "Second")]
    approved = await golden.api.post(f"{first}/approve", {"note": "Minutes of March"}, status=200)
    assert (approved["state"], approved["approved_by"], approved["approval_note"]) == (
        "approved",
        "ada",
        "Minutes of March",
    )
    await golden.api.post(f"{second}/approve", {"approved_by": "Board"}, status=200)
    states = {each["name"]: each["state"] for each in (await golden.api.get(path))["items"]}
    assert states == {"First": "superseded", "Second": "approved"}
    assert (await golden.api.post(f"{first}/approve", status=409))["legal"] == []
    assert (await golden.api.delete(first, status=409)).json()["type"] == "/problems/baseline-fixed"
    draft = await golden.api.post(path, {"name": "Third"})
    await golden.api.delete(f"{path}/{draft['id']}")
    assert len((await golden.api.get(path, params={"state": "draft"}))["items"]) == 0
    with pytest.raises(IntegrityError, match="does not change"):
        async with golden.api.database.transaction(golden.api.organization_id) as session:
            await session.execute(text("UPDATE baseline_tasks SET early_finish = 0"))


async def test_a_program_without_tasks_has_an_empty_baseline(api):
    baseline = await api.post(f"{await api.program()}/baselines", {"name": "Nothing yet"})
    assert (baseline["figures"]["finish"], baseline["figures"]["tasks"], baseline["positions"]) == (None, 0, {})
