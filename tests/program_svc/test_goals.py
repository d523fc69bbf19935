"""Goals: measured, rolled up, aligned, threatened."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.slow


async def goal(api, name="G", **fields):
    return (await api.post("/goals", {"name": name} | fields))["id"]


async def key_result(api, goal_id, kind="maximize", base=0, target=100, actual=None, **fields):
    body = {"name": "K", "kind": kind, "base": base, "target": target} | fields
    created = await api.post(f"/goals/{goal_id}/key-results", body)
    if actual is not None:
        await api.post(f"/key-results/{created['id']}/check-ins", {"value": actual, "on": "2026-03-02"})
    return created["id"]


async def progress(api, goal_id):
    return (await api.get(f"/goals/{goal_id}"))["progress"]


async def test_progress_rolls_up_by_weight(api, figures):
    case = figures["goal_roll_up"]
    top = await goal(api)
    for child in case["children"]:
        below = await goal(api, parent_id=top, weight=child["weight"])
        await key_result(api, below, actual=child["progress"] * 100)
    assert await progress(api, top) == {"value": case["progress"], "reason": None}
    cancelled = await goal(api, parent_id=top, weight=100)
    await key_result(api, cancelled, actual=100)
    await api.patch(f"/goals/{cancelled}", {"state": "cancelled"})
    assert await progress(api, top) == {"value": case["progress"], "reason": None}


@pytest.mark.parametrize(
    ("kind", "base", "target", "actual", "expected"),
    [
        ("maximize", 10, 20, 15, 0.5),
        ("maximize", 0, 10, 12, 1.2),
        ("minimize", 40, 20, 25, 0.75),
        ("milestone", 0, 1, 1, 1),
        ("milestone", 0, 1, 0, 0),
        ("maximize", 5, 5, 5, "degenerate_target"),
        ("maximize", 0, 5, None, "no_check_ins"),
    ],
)
async def test_a_key_result_says_how_far_it_is_or_why_it_cannot(api, kind, base, target, actual, expected):
    key_result_id = await key_result(api, await goal(api), kind, base, target, actual)
    shown = (await api.get(f"/key-results/{key_result_id}"))["progress"]
    is_reason = isinstance(expected, str)
    assert shown == {"value": None if is_reason else expected, "reason": expected if is_reason else None}


async def test_more_than_all_counts_as_all_in_the_roll_up(api):
    top = await goal(api)
    await key_result(api, top, actual=200)
    await key_result(api, top, actual=0)
    assert (await progress(api, top))["value"] == 0.5


async def test_without_measurements_or_weights_there_is_no_progress(api):
    top = await goal(api)
    assert await progress(api, top) == {"value": None, "reason": "nothing_measured"}
    await key_result(api, top, actual=50, weight=0)
    assert await progress(api, top) == {"value": None, "reason": "no_weight"}


async def test_the_latest_day_counts_and_on_it_the_last_check_in(api):
    key_result_id = await key_result(api, await goal(api), actual=10)
    path = f"/key-results/{key_result_id}"
    for on, value in (("2026-03-09", 30), ("2026-03-05", 20), ("2026-03-09", 40)):
        await api.post(f"{path}/check-ins", {"value": value, "on": on})
    assert (await api.get(path))["actual"] == 40
    listed = (await api.get(f"{path}/check-ins"))["items"]
    assert [item["on"] for item in listed] == ["2026-03-02", "2026-03-05", "2026-03-09", "2026-03-09"]


async def test_a_goal_cannot_stand_below_itself(api):
    top = await goal(api)
    middle = await goal(api, parent_id=top)
    low = await goal(api, parent_id=middle)
    refused = await api.patch(f"/goals/{top}", {"parent_id": low}, status=409)
    assert (refused["type"], refused["path"]) == ("/problems/cycle", [top, low, middle, top])
    itself = await api.patch(f"/goals/{top}", {"parent_id": top}, status=409)
    assert itself["path"] == [top, top]
    assert (await api.patch(f"/goals/{low}", {"parent_id": None}))["parent_id"] is None


async def test_a_goal_goes_with_what_hangs_on_it_but_not_with_goals_below(api):
    project_id = api.projects.project()
    await api.hear()
    top = await goal(api)
    low = await goal(api, parent_id=top)
    key_result_id = await key_result(api, low)
    await api.post("/alignments", {"goal_id": low, "project_id": str(project_id)})
    assert (await api.delete(f"/goals/{top}", status=409)).json()["type"] == "/problems/goal-not-empty"
    await api.delete(f"/goals/{low}")
    assert (await api.request("GET", f"/key-results/{key_result_id}")).status_code == 404
    assert (await api.get("/alignments"))["items"] == []
    said = [event for event in await api.events() if event["subject"].split(".")[3] == "strategy"]
    assert [event["happened"] for event in said[-3:]] == ["key_result.deleted", "alignment.deleted", "goal.deleted"]
    assert [event["positions"] for event in said[-3:]] == [3, 3, 3]


async def test_key_results_are_changed_listed_and_removed(api):
    top = await goal(api)
    key_result_id = await key_result(api, top, actual=50)
    changed = await api.patch(f"/key-results/{key_result_id}", {"target": 200, "unit": "km"})
    assert (changed["progress"]["value"], changed["unit"], changed["actual"]) == (0.25, "km", 50)
    assert [item["id"] for item in (await api.get(f"/goals/{top}/key-results"))["items"]] == [key_result_id]
    refused = await api.patch(f"/key-results/{key_result_id}", {"actual": 1}, status=422)
    assert refused["errors"][0]["pointer"] == "/actual"
    await api.delete(f"/key-results/{key_result_id}")
    assert (await api.get(f"/goals/{top}/key-results"))["items"] == []


async def test_an_alignment_is_made_once_and_names_a_task_of_its_project(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    milestone = api.projects.task(second, "M", 0, kind="milestone")
    await api.hear()
    body = {"goal_id": await goal(api), "project_id": str(first)}
    made = await api.post("/alignments", body)
    again = await api.post("/alignments", body, status=409)
    assert (again["type"], again["alignment_id"]) == ("/problems/already-exists", made["id"])
    await api.post("/alignments", body | {"milestone_task_id": str(milestone)}, status=404)
    await api.patch(f"/alignments/{made['id']}", {"milestone_task_id": str(milestone)}, status=404)
    changed = await api.patch(f"/alignments/{made['id']}", {"weight": 2.5, "contribution": "opens the line"})
    assert (changed["weight"], changed["contribution"]) == (2.5, "opens the line")
    await api.post("/alignments", body | {"goal_id": str(uuid4())}, status=404)
    await api.delete(f"/alignments/{made['id']}")


async def test_orphans_are_projects_without_a_live_goal_and_goals_without_a_project(api):
    served, lost, gone = (api.projects.project(key) for key in ("P1", "P2", "P3"))
    api.projects.change(gone, state="cancelled")
    await api.hear()
    top, idle = await goal(api, "top"), await goal(api, "idle")
    below = await goal(api, "below", parent_id=top)
    dropped = await goal(api, "dropped")
    await api.patch(f"/goals/{dropped}", {"state": "cancelled"})
    for goal_id, project_id in ((below, served), (dropped, lost)):
        await api.post("/alignments", {"goal_id": goal_id, "project_id": str(project_id)})
    orphans = await api.get("/alignment/orphans")
    assert [project["project_id"] for project in orphans["projects"]] == [str(lost)]
    assert [each["goal_id"] for each in orphans["goals"]] == [idle]


async def test_coverage_is_the_share_of_the_budget_that_serves_a_live_goal(api):
    nothing = await api.get("/alignment/coverage")
    assert (nothing["total"], nothing["share"]) == (None, {"value": None, "reason": "no_budget"})
    served, lost = api.projects.project("P1"), api.projects.project("P2")
    api.projects.budget_line(served, "300.00")
    api.projects.budget_line(lost, "100.00")
    await api.hear()
    await api.post("/alignments", {"goal_id": await goal(api), "project_id": str(served)})
    coverage = await api.get("/alignment/coverage")
    assert coverage["aligned"] == {"amount": "300.00", "currency": "EUR"}
    assert coverage["total"] == {"amount": "400.00", "currency": "EUR"}
    assert coverage["share"] == {"value": 0.75, "reason": None}
    api.projects.budget_line(lost, "5.00", "USD")
    await api.hear()
    mixed = await api.get("/alignment/coverage")
    assert (mixed["total"], mixed["share"], mixed["warnings"]) == (
        None,
        {"value": None, "reason": "mixed_currencies"},
        ["mixed_currencies"],
    )
    assert [each["total"]["currency"] for each in mixed["currencies"]] == ["EUR", "USD"]


@pytest.fixture
async def chain(api):
    """P1's A (4 days) is needed by P2's B (3 days), which a goal waits for; the goal's path, the program and the tasks."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    program = await api.program(first, second)
    top = await goal(api, due="2026-03-11")
    low = await goal(api, parent_id=top)
    await api.post("/alignments", {"goal_id": low, "project_id": str(second)})
    return program, given, needed, top, low


async def test_a_slip_in_one_project_threatens_the_goal_of_another(api, chain):
    program, given, needed, top, low = chain
    await api.commit(program, given, needed)
    assert (await api.get(f"/goals/{top}/exposure"))["threats"] == []
    body = {
        "changes": [
            {"project_id": str(api.projects.records[given]["project_id"]), "task_id": str(given), "duration": "P8D"}
        ]
    }
    imagined = (await api.post(f"{program}/what-if", body, status=200))["goals"]
    assert [(each["id"], each["kind"], each["by"]) for each in imagined] == [(low, "slip", "P3D")]
    assert imagined[0]["why"] == "P2 will be ready 2026-03-16, P3D too late for 2026-03-11"
    api.projects.change(given, duration="P8D")
    await api.hear()
    (threat,) = (await api.get(f"/goals/{top}/exposure"))["threats"]
    project_id = str(api.projects.records[needed]["project_id"])
    assert (threat["kind"], threat["goal_id"], threat["project_id"], threat["by"]) == ("slip", low, project_id, "P3D")
    assert (threat["forecast"], threat["due"]) == ("2026-03-16", "2026-03-11")


async def test_a_broken_dependency_threatens_the_goal_of_its_receiver(api, chain):
    program, given, needed, top, _ = chain
    path = await api.commit(program, given, needed, needed_by="2026-03-04")
    (threat,) = (await api.get(f"/goals/{top}/exposure"))["threats"]
    assert (threat["kind"], threat["by"], f"/dependencies/{threat['dependency_id']}") == ("dependency", "P1D", path)


async def test_a_risk_threatens_by_what_exceeds_the_float_it_meets_and_by_its_money(api, chain):
    _, _, needed, top, _ = chain
    project_id = api.projects.records[needed]["project_id"]
    api.projects.risk(project_id, "0.5", "0", days_impact="P5D")
    api.projects.risk(project_id, "0.5", "0", days_impact="P9D")
    api.projects.risk(project_id, "0.5", "100")
    api.projects.risk(project_id, "0.5", "100", kind="opportunity")
    api.projects.risk(project_id, "0.5", "100", state="closed", emv={"amount": "0.00", "currency": "EUR"})
    await api.hear()
    threats = (await api.get(f"/goals/{top}/exposure"))["threats"]
    assert sorted((threat["by"], threat["emv"]["amount"]) for threat in threats) == [("P0D", "-50.00"), ("P4D", "0.00")]


async def test_a_project_outside_any_program_threatens_its_goal_too(api):
    project_id = api.projects.project()
    task_id = api.projects.task(project_id, "A", 8)
    api.projects.task(project_id, "B", 20)
    await api.hear()
    top = await goal(api, due="2026-03-10")
    await api.post("/alignments", {"goal_id": top, "project_id": str(project_id), "milestone_task_id": str(task_id)})
    (threat,) = (await api.get(f"/goals/{top}/exposure"))["threats"]
    assert (threat["by"], threat["task_id"]) == ("P1D", str(task_id))


async def test_without_a_date_a_goal_is_told_of_any_slip_that_is_thought_through(api, chain):
    program, given, needed, top, low = chain
    await api.commit(program, given, needed)
    await api.patch(f"/goals/{top}", {"due": None})
    body = {
        "changes": [
            {"project_id": str(api.projects.records[needed]["project_id"]), "task_id": str(needed), "duration": "P4D"}
        ]
    }
    (told,) = (await api.post(f"{program}/what-if", body, status=200))["goals"]
    assert (told["id"], told["by"], told["why"]) == (low, "P1D", "P2 will be ready 2026-03-11, P1D later than now")


async def test_a_program_lists_the_goals_that_its_projects_serve(api, chain):
    program, *_, low = chain
    assert [each["id"] for each in (await api.get(f"{program}/goals"))["items"]] == [low]


async def test_a_goal_has_a_period_a_program_and_the_confidence_of_its_check_ins(api):
    program = await api.program()
    top = await goal(api, starts="2020-01-01", due="2020-12-31", program_id=program.removeprefix("/programs/"))
    first, second = [await key_result(api, top, weight=weight) for weight in (1, 3)]
    read = await api.get(f"/goals/{top}")
    assert (read["elapsed"], read["confidence"]["reason"]) == ({"value": 1, "reason": None}, "nothing_measured")
    for path, confidence in ((first, 0.2), (second, 0.6)):
        await api.post(f"/key-results/{path}/check-ins", {"value": 1, "on": "2020-03-02", "confidence": confidence})
    assert (await api.get(f"/goals/{top}"))["confidence"] == {"value": 0.5, "reason": None}
    assert (await api.get(f"/key-results/{first}"))["confidence"] == 0.2
    await api.post(f"/key-results/{first}/check-ins", {"value": 1, "on": "2020-03-03"})
    assert "confidence" not in await api.get(f"/key-results/{first}")
    assert [each["id"] for each in (await api.get(f"{program}/goals"))["items"]] == [top]
    refused = await api.patch(f"/goals/{top}", {"due": "2019-12-31"}, status=409)
    assert refused["type"] == "/problems/period-reversed"
    later = await goal(api, starts="2120-01-01", due="2120-12-31")
    assert (await api.get(f"/goals/{later}"))["elapsed"]["value"] == 0


async def test_a_risk_is_aligned_with_the_goal_that_it_threatens(api):
    project = api.projects.project("P1")
    api.projects.task(project, "A", 4)
    risk = api.projects.risk(project, "0.5", "1000.00")
    api.projects.risk(project, "0.5", "500.00")
    await api.hear()
    threatened = await goal(api, due="2026-12-31")
    body = {"goal_id": threatened, "project_id": str(project)}
    await api.post("/alignments", body | {"risk_id": str(risk)})
    await api.post("/alignments", body | {"risk_id": str(risk)}, status=409)
    await api.post("/alignments", body | {"risk_id": str(uuid4())}, status=404)
    again = await api.post("/alignments", {"goal_id": threatened, "risk_id": str(risk)}, status=409)
    assert [each["id"] for each in (await api.get("/alignments", params={"risk_id": str(risk)}))["items"]] == [
        again["alignment_id"]
    ]
    threats = (await api.get(f"/goals/{threatened}/exposure"))["threats"]
    assert [(each["kind"], each["risk_id"], each["emv"]["amount"]) for each in threats] == [
        ("risk", str(risk), "-500.00")
    ]
    assert [each["key"] for each in (await api.get("/alignment/orphans"))["projects"]] == ["P1"]
    await api.post("/alignments", body)
    assert len((await api.get(f"/goals/{threatened}/exposure"))["threats"]) == 2
