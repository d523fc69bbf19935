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
        "budgets": [
            {"project_id": str(golden.project_ids["P1"]), "budget": {"amount": "100.00", "currency": "EUR"}},
        ],
    }
    agreed = baseline["figures"].pop("agreed")
    assert (baseline["state"], baseline["figures"], len(agreed)) == ("draft", figures, 4)
    schedule = await golden.api.get(f"{golden.program}/schedule")
    assert baseline["positions"] == schedule["positions"]
    again = await golden.api.post(f"{golden.program}/baselines", {"name": "The same"})
    assert again["content_hash"] == baseline["content_hash"] != "sha-256:" + "0" * 64
    told = [event for event in await golden.api.events() if event["happened"] == "baseline.created"]
    assert [event["data"]["record"]["figures"]["tasks"] for event in told] == [11, 11]


async def test_a_baseline_is_another_one_with_another_budget_or_agreement(golden):
    api, path = golden.api, f"{golden.program}/baselines"
    first = await api.post(path, {"name": "First"})
    line = api.projects.budget_line(golden.project_ids["P1"], "100.00")
    await api.hear()
    second = await api.post(path, {"name": "Second"})
    await api.post(f"{golden.dependencies['B', 'D']}/cancel", status=200)
    third = await api.post(path, {"name": "Third"})
    assert len({each["content_hash"] for each in (first, second, third)}) == 3
    api.projects.change(line, amount={"amount": "70.00", "currency": "EUR"})
    await api.hear()
    compared = await api.get(f"{path}/{second['id']}/comparison")
    assert (compared["dependencies_then"], compared["dependencies"]) == (4, 3)
    assert [each["amount"] for each in (*compared["bac_then"], *compared["bac"])] == ["100.00", "70.00"]
    (recosted,) = compared["recosted"]
    assert recosted["project_id"] == str(golden.project_ids["P1"])
    assert (recosted["budget_then"]["amount"], recosted["budget"]["amount"]) == ("100.00", "70.00")


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


async def test_a_comparison_tells_the_agreements_that_differ_and_compares_with_another_baseline(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    other = api.projects.task(second, "C", 1)
    line = api.projects.budget_line(first, "100.00")
    await api.hear()
    program = await api.program(first, second)
    path = await api.commit(program, given, needed, needed_by="2026-03-13")
    before = await api.post(f"{program}/baselines", {"name": "Before"})
    same = await api.get(f"{program}/baselines/{before['id']}/comparison")
    assert (same["differing_dependencies"], same["with"]) == ([], None)
    await api.post(f"{path}/renegotiate", {"needed_by": "2026-03-20"}, status=200)
    # What was agreed is in force until both sides commit to the new terms.
    meanwhile = await api.post(f"{program}/baselines", {"name": "Meanwhile"})
    assert (meanwhile["figures"]["agreed"], meanwhile["content_hash"]) == (
        before["figures"]["agreed"],
        before["content_hash"],
    )
    same = await api.get(f"{program}/baselines/{before['id']}/comparison")
    assert (same["differing_dependencies"], same["dependencies"]) == ([], 1)
    for end in ("provider", "receiver"):
        await api.post(f"{path}/commit", {"end": end}, status=200)
    another = await api.commit(program, given, other)
    api.projects.change(given, duration="P5D")
    api.projects.change(line, amount={"amount": "150.00", "currency": "EUR"})
    await api.hear()
    after = await api.post(f"{program}/baselines", {"name": "After"})
    assert after["content_hash"] != before["content_hash"]
    await api.post(f"{path}/cancel", status=200)

    async def told(baseline, **asked):
        read = await api.get(f"{program}/baselines/{baseline['id']}/comparison", params=asked)
        differing = {
            each["dependency_id"]: (each["difference"], each["needed_by_then"], each["needed_by"])
            for each in read["differing_dependencies"]
        }
        return read, differing

    read, differing = await told(before, **{"with": after["id"]})
    first_id, second_id = (each.rpartition("/")[2] for each in (path, another))
    assert differing == {first_id: ("moved", "2026-03-13", "2026-03-20"), second_id: ("added", None, None)}
    assert (read["with"], read["moved"], read["dependencies_then"], read["dependencies"]) == (after["id"], 3, 1, 2)
    assert [each["budget"]["amount"] for each in read["recosted"]] == ["150.00"]
    assert read["positions"] == after["positions"]
    read, differing = await told(before)
    assert differing == {first_id: ("removed", "2026-03-13", None), second_id: ("added", None, None)}
    await api.get_missing(f"{program}/baselines/{before['id']}/comparison?with={first}")
