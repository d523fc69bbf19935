"""Baselines: what is copied, what is compared, and what the project is measured by."""

from decimal import Decimal
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.project_svc.control import baseline, baselined, eur, plan


async def test_a_baseline_copies_scope_schedule_and_cost(api, events_of):
    project, dig, pour = await plan(api, scope="Foundations only")
    revision = (await api.get(project))["revision"]
    taken = await api.post(f"{project}/baselines", {"name": "As agreed", "description": "by the board"})
    assert (taken["state"], taken["of_revision"], taken["revision"]) == ("draft", revision, revision + 1)
    assert taken["scope"] == "Foundations only"
    assert taken["figures"] == {
        "start": "2026-03-02",
        "finish": "2026-03-13",
        "bac": eur("1000.00"),
        "contingency": eur("100.00"),
        "tasks": 2,
        "budget_lines": 3,
        "project_start": "2026-03-02",
    }
    curve = {point["on"]: point["amount"]["amount"] for point in taken["planned_value"]}
    assert (curve["2026-03-06"], curve["2026-03-13"], len(curve)) == ("450.00", "1000.00", 10)
    path = f"{project}/baselines/{taken['id']}"
    assert await api.get(path) == taken
    tasks = {item["task_id"]: item for item in (await api.get(f"{path}/tasks"))["items"]}
    assert tasks[pour] == {
        "task_id": pour,
        "parent_id": None,
        "wbs_code": "2",
        "name": "pour",
        "kind": "task",
        "duration": "P5D",
        "early_start": "2026-03-09",
        "early_finish": "2026-03-13",
        "scheduled_start": "2026-03-09",
        "scheduled_finish": "2026-03-13",
        "cost": eur("500.00"),
    }
    assert tasks[dig]["cost"] == eur("400.00")
    lines = (await api.get(f"{path}/budget-lines", params={"sort": "-name"}))["items"]
    assert [(line["name"], line["contingency"]) for line in lines] == [("reserve", True), ("L", False), ("L", False)]
    event = (await events_of(api.organization_id))[-1]
    assert event["subject"].endswith(".baseline.created")
    assert event["data"]["record"] == taken


async def test_the_hash_is_that_of_the_content(api):
    project, *_ = await plan(api)
    first, same = [await api.post(f"{project}/baselines", {"name": name}) for name in ("one", "two")]
    assert first["content_hash"] == same["content_hash"]
    content = (await api.request("GET", f"{project}/baselines/{first['id']}/content")).content
    assert first["content_hash"] == f"sha-256:{sha256(content).hexdigest()}"
    await api.task(project, "more", "P1D")
    other = await api.post(f"{project}/baselines", {"name": "three"})
    assert other["content_hash"] != first["content_hash"]
    again = (await api.request("GET", f"{project}/baselines/{first['id']}/content")).content
    assert again == content


async def test_what_was_copied_cannot_be_changed_even_in_the_database(api, database):
    project, *_ = await plan(api)
    await api.post(f"{project}/deliverables", {"name": "Stop"})
    await api.post(f"{project}/baselines", {"name": "B"})
    for table in ("baseline_tasks", "baseline_lines", "baseline_deliverables", "baseline_links"):
        async with database.transaction(api.organization_id) as session:
            with pytest.raises(DBAPIError, match="never changes"):
                await session.execute(text(f"UPDATE {table} SET organization_id = organization_id"))
            await session.rollback()


async def test_an_approved_baseline_is_fixed_and_superseded_by_the_next(api, events_of):
    project, *_ = await plan(api)
    first = await api.post(f"{project}/baselines", {"name": "one"})
    path = f"{project}/baselines/{first['id']}"
    assert (await api.patch(path, {"name": "first"}))["name"] == "first"
    await api.patch(path, {"figures": {}}, status=422)
    approved = await api.post(f"{path}/approve", {"note": "agreed"}, status=200)
    assert (approved["state"], approved["approved_by"], approved["approval_note"]) == ("approved", "ada", "agreed")
    assert approved["approved_at"] is not None
    for refused in (
        await api.patch(path, {"name": "other"}, status=409),
        (await api.delete(path, status=409)).json(),
    ):
        assert (refused["type"], refused["legal"]) == ("/problems/baseline-fixed", ["superseded"])
    again = await api.post(f"{path}/approve", {}, status=409)
    assert (again["type"], again["legal"]) == ("/problems/illegal-step", ["superseded"])
    second = await baseline(api, project, "two")
    assert (await api.get(path))["state"] == "superseded"
    events = (await events_of(api.organization_id))[-2:]
    assert [event["data"]["record"]["state"] for event in events] == ["superseded", "approved"]
    assert {event["revision"] for event in events} == {second["revision"]}
    states = await api.get(f"{project}/baselines", params={"state": "approved"})
    assert [item["id"] for item in states["items"]] == [second["id"]]


async def test_a_draft_is_removed_and_previewed(api):
    project, *_ = await plan(api)
    draft = await api.post(f"{project}/baselines", {"name": "one"})
    path = f"{project}/baselines/{draft['id']}"
    preview = await api.post(f"{path}/approve", {}, status=200, params={"dry_run": "true"})
    assert preview == {"moved": []}
    assert (await api.get(path))["state"] == "draft"
    await api.post(f"{path}/approve", {}, status=412, headers={"If-Match": '"1"'})
    await api.delete(path)
    await api.get_missing(path)
    await api.get_missing(f"{path}/tasks")


async def test_a_comparison_tells_what_was_added_removed_moved_and_recosted(api):
    project, dig, pour = await plan(api)
    gone = await api.task(project, "gone", "P1D")
    cancelled = await api.task(project, "cancelled", "P1D")
    base = await baseline(api, project)
    added = await api.task(project, "added", "P2D")
    await api.post(f"{project}/budget/lines", {"name": "more", "amount": eur("50.00"), "task_id": pour})
    await api.delete(f"{project}/tasks/{gone}")
    await api.patch(f"{project}/tasks/{cancelled}", {"state": "cancelled"})
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P8D"})
    path = f"{project}/baselines/{base['id']}/comparison"
    told = await api.get(path)
    items = {item["task_id"]: item for item in told["items"]}
    assert {
        name: items[task]["differences"]
        for name, task in (("dig", dig), ("pour", pour), ("gone", gone), ("cancelled", cancelled), ("added", added))
    } == {
        "dig": ["moved"],
        "pour": ["moved", "recosted"],
        "gone": ["removed"],
        "cancelled": ["removed"],
        "added": ["added"],
    }
    assert items[gone]["name"] == "gone"
    assert items[gone]["finish"] == {"from": "2026-03-02", "to": None, "variance": None}
    assert items[pour]["start"] == {"from": "2026-03-09", "to": "2026-03-12", "variance": "P3D"}
    assert items[pour]["cost"] == {"from": eur("500.00"), "to": eur("550.00"), "variance": eur("50.00")}
    assert told["finish"] == {"from": "2026-03-13", "to": "2026-03-18", "variance": "P3D"}
    assert told["cost"]["variance"] == eur("50.00")
    assert told["unassigned_cost"]["variance"] == eur("0.00")
    assert told["counts"] == {"added": 1, "removed": 2, "moved": 2, "recosted": 1}
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P4D"})
    assert (await api.get(path))["finish"]["variance"] == "-P1D"

    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await api.get(path, params=query)
        seen += [item["task_id"] for item in page["items"]]
        assert page["counts"] == told["counts"]
        if (cursor := page["next"]) is None:
            break
    assert seen == sorted(items)
    recosted = await api.get(path, params={"difference": "recosted"})
    assert [item["task_id"] for item in recosted["items"]] == [pour]
    for bad in ({"cursor": "x"}, {"limit": 0}, {"difference": "renamed"}, {"colour": "red"}):
        assert (await api.request("GET", path, params=bad)).status_code == 422


async def test_two_baselines_are_compared(api):
    project, dig, _ = await plan(api)
    first = await baseline(api, project, "one")
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P6D"})
    second = await baseline(api, project, "two")
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P9D"})
    told = await api.get(f"{project}/baselines/{first['id']}/comparison", params={"with": second["id"]})
    assert told["finish"]["variance"] == "P1D"
    assert (told["with_baseline_id"], told["to_revision"]) == (second["id"], second["of_revision"])
    same = await api.get(f"{project}/baselines/{first['id']}/comparison", params={"with": first["id"]})
    assert (same["items"], same["finish"]["variance"]) == ([], "P0D")


async def test_a_project_is_measured_by_its_approved_baseline(api):
    project, dig, pour = await plan(api)
    draft = await api.post(f"{project}/baselines", {"name": "B"})
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P10D"})
    await api.patch(project, {"data_date": "2026-03-06"})
    assert (await api.get(f"{project}/earned-value"))["baseline_id"] is None
    await api.post(f"{project}/baselines/{draft['id']}/approve", {}, status=200)
    await api.post(f"{project}/budget/lines", {"name": "extra", "amount": eur("900.00"), "task_id": pour})
    await api.patch(f"{project}/tasks/{dig}", {"percent_complete": 50})
    figures = await api.get(f"{project}/earned-value")
    assert figures["baseline_id"] == draft["id"]
    # 400 for the dug week and half of the reserve were planned; half of the digging and, as planned, half of the reserve are earned.
    assert [figures[name]["amount"] for name in ("bac", "pv", "ev")] == ["1000.00", "450.00", "250.00"]


async def test_earned_value_of_a_past_date_is_what_was_reported_then(api):
    project, dig, pour = await plan(api, data_date="2026-03-04")
    await api.patch(f"{project}/tasks/{dig}", {"percent_complete": 40, "actual_start": "2026-03-02"})
    await api.patch(project, {"data_date": "2026-03-11"})
    await api.patch(f"{project}/tasks/{dig}", {"actual_finish": "2026-03-10"})
    await api.patch(f"{project}/tasks/{pour}", {"actual_start": "2026-03-11", "percent_complete": 10})

    async def earned(on: str) -> Decimal:
        figures = await api.get(f"{project}/earned-value", params={"data_date": on})
        return Decimal(figures["ev"]["amount"]) - Decimal(figures["pv"]["amount"]) + await planned_of_tasks(on, figures)

    async def planned_of_tasks(on: str, figures: dict) -> Decimal:
        days = {"2026-03-02": 1, "2026-03-04": 3, "2026-03-06": 5, "2026-03-10": 7, "2026-03-11": 8}[on]
        reserve = Decimal(100) * days / 10
        return Decimal(figures["pv"]["amount"]) - reserve

    assert await earned("2026-03-04") == 400 * Decimal("0.40")
    assert await earned("2026-03-10") == 400
    assert await earned("2026-03-11") == 400 + 50
    assert 160 < await earned("2026-03-06") < 400


async def test_a_corrected_report_takes_back_later_ones(api):
    project, dig, _ = await plan(api, data_date="2026-03-06")
    await api.patch(f"{project}/tasks/{dig}", {"percent_complete": 90, "actual_start": "2026-03-02"})
    await api.patch(project, {"data_date": "2026-03-04"})
    await api.patch(f"{project}/tasks/{dig}", {"percent_complete": 50})
    figures = await api.get(f"{project}/earned-value", params={"data_date": "2026-03-06"})
    assert Decimal(figures["ev"]["amount"]) == 200 + 50


async def test_only_a_change_request_leads_to_the_next_baseline(api):
    project, dig, _ = await plan(api)
    await baselined(api, project)
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P6D"})
    draft = await api.post(f"{project}/baselines", {"name": "next"})
    problem = await api.post(f"{project}/baselines/{draft['id']}/approve", {}, status=409)
    assert problem["type"] == "/problems/change-request-needed"


async def test_a_minute_project_keeps_its_minutes(api):
    project = await api.project(start="2026-03-02T09:00", granularity="minute")
    await api.task(project, duration="PT1H30M")
    taken = await api.post(f"{project}/baselines", {"name": "B"})
    assert (taken["figures"]["start"], taken["figures"]["finish"]) == ("2026-03-02T09:00", "2026-03-02T10:30")
    told = await api.get(f"{project}/baselines/{taken['id']}/comparison")
    assert (told["items"], told["finish"]["variance"]) == ([], "P0D")


async def test_an_empty_project_has_a_baseline_too(api):
    project = await api.project()
    taken = await baseline(api, project)
    assert (taken["figures"]["tasks"], taken["planned_value"]) == (0, [])
    assert (await api.get(f"{project}/baselines/{taken['id']}/comparison"))["finish"]["variance"] == "P0D"


async def test_baselines_are_nobody_elses(api, stranger, auditor):
    project, *_ = await plan(api)
    taken = await api.post(f"{project}/baselines", {"name": "B"})
    path = f"{project}/baselines/{taken['id']}"
    for inside in ("", "/tasks", "/budget-lines", "/content", "/comparison"):
        await stranger.get_missing(f"{path}{inside}")
    await stranger.post(f"{path}/approve", {}, status=404)
    await auditor.get(path)
    await auditor.post(f"{path}/approve", {}, status=403)
    other = await api.project()
    await api.get_missing(f"{other}/baselines/{taken['id']}")
    assert (await api.get(f"{project}/snapshot"))["baselines"] == [taken]
