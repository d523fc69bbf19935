"""The life of a dependency: agreed by both ends, at risk and broken by itself, renegotiated, delivered, dissolved."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.slow


@pytest.fixture
async def pair(api):
    """Two projects in a program: A (4 days) in the first, B (3 days) in the second."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    program = await api.program(first, second)
    return program, given, needed


async def states(api, path):
    return (await api.get(path))["state"]


async def happened(api):
    return [event["happened"] for event in await api.events() if event["happened"].startswith("dependency.")]


async def test_both_ends_have_to_commit(api, pair):
    program, given, needed = pair
    proposed = await api.propose(program, given, needed, needed_by="2026-03-06")
    path = f"/dependencies/{proposed['id']}"
    assert (proposed["state"], proposed["margin"], proposed["committed_by"]) == (
        "proposed",
        "P1D",
        {"provider": None, "receiver": None},
    )
    half = await api.post(f"{path}/commit", {"end": "provider"}, status=200)
    assert half["state"] == "proposed"
    assert half["committed_by"]["provider"]["by"] == "ada"
    again = await api.post(f"{path}/commit", {"end": "provider"}, status=200)
    assert again["revision"] == half["revision"]
    whole = await api.post(f"{path}/commit", {"end": "receiver"}, status=200)
    assert whole["state"] == "committed"
    assert whole["imposed"] == {"side": "start", "at": "2026-03-06"}
    assert whole["provider_forecast"] == "2026-03-05"
    assert [step["step"] for step in whole["history"]] == ["propose", "commit", "commit"]
    assert await happened(api) == [
        "dependency.proposed",
        "dependency.forecast_changed",
        "dependency.committed",
        "dependency.committed",
        "dependency.forecast_changed",
    ]


async def test_a_dependency_is_at_risk_recovers_and_is_broken_by_itself(api, pair):
    program, given, needed = pair
    await api.patch(program, {"margin_threshold": "P2D"})
    path = await api.commit(program, given, needed, needed_by="2026-03-10")
    assert await states(api, path) == "committed"
    api.projects.change(given, duration="P6D")
    await api.hear()
    assert (await api.get(path))["margin"] == "P1D"
    assert await states(api, path) == "at_risk"
    api.projects.change(given, duration="P4D")
    await api.hear()
    assert await states(api, path) == "committed"
    api.projects.change(given, duration="P9D")
    await api.hear()
    assert await states(api, path) == "breached"
    api.projects.change(given, duration="P4D")
    await api.hear()
    assert await states(api, path) == "breached"
    assert (await happened(api))[-4:] == [
        "dependency.at_risk",
        "dependency.recovered",
        "dependency.breached",
        "dependency.forecast_changed",
    ]


async def test_a_broken_dependency_is_committed_again_with_a_new_date_that_both_agree_on(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, needed_by="2026-03-04")
    assert await states(api, path) == "breached"
    refused = await api.post(f"{path}/commit", {"end": "provider"}, status=409)
    assert refused["type"] == "/problems/dependency-step"
    assert "renegotiate" in refused["legal"]
    reopened = await api.post(f"{path}/renegotiate", {"needed_by": "2026-03-12"}, status=200)
    assert (reopened["state"], reopened["margin"]) == ("renegotiating", "P5D")
    assert reopened["imposed"] == {"side": "start", "at": "2026-03-06"}
    await api.post(f"{path}/commit", {"end": "provider"}, status=200)
    agreed = await api.post(f"{path}/commit", {"end": "receiver"}, status=200)
    assert agreed["state"] == "committed"


async def test_what_is_delivered_is_accepted_or_disputed(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed)
    refused = await api.post(f"{path}/accept", status=409)
    assert refused["legal"] == ["accept-slip", "cancel", "deliver", "reject-slip", "renegotiate"]
    assert (await api.post(f"{path}/deliver", {"note": "handed over"}, status=200))["state"] == "delivered"
    accepted = await api.post(f"{path}/accept", status=200)
    assert (accepted["state"], accepted["imposed"]["at"]) == ("accepted", "2026-03-06")
    assert accepted["history"][-2]["note"] == "handed over"


@pytest.mark.parametrize(
    ("steps", "state"),
    [(["reject"], "rejected"), (["renegotiate", "withdraw"], "withdrawn"), (["cancel"], "cancelled")],
)
async def test_a_proposal_can_be_ended_and_made_again(api, pair, steps, state):
    program, given, needed = pair
    path = f"/dependencies/{(await api.propose(program, given, needed))['id']}"
    for step in steps:
        ended = await api.post(f"{path}/{step}", status=200)
    assert (ended["state"], ended["margin"], ended["imposed"]) == (state, None, None)
    refused = await api.post(f"{path}/cancel", status=409)
    assert refused["legal"] == []
    assert (await api.propose(program, given, needed))["state"] == "proposed"


async def test_a_cancelled_dependency_lets_dates_go(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed)
    assert (await api.schedule(program))[str(needed)]["early_start"] == "2026-03-06"
    await api.post(f"{path}/cancel", status=200)
    assert (await api.schedule(program))[str(needed)]["early_start"] == "2026-03-02"
    moves = [event for event in await api.events() if event["happened"] == "schedule.recalculated"][-1]["data"]["moves"]
    assert [move["cause"] for move in moves] == [{"dependency_id": path.removeprefix("/dependencies/")}]


@pytest.mark.parametrize(
    "how", ["task deleted", "task cancelled", "project deleted", "project cancelled", "component removed"]
)
async def test_a_lost_end_dissolves_the_dependency(api, pair, how):
    program, given, needed = pair
    path = await api.commit(program, given, needed)
    project_id = api.projects.records[given]["project_id"]
    match how:
        case "task deleted":
            api.projects.delete(given)
        case "task cancelled":
            api.projects.change(given, state="cancelled")
        case "project deleted":
            api.projects.delete(project_id)
        case "project cancelled":
            api.projects.change(project_id, state="cancelled")
        case "component removed":
            await api.delete(f"{program}/components/{project_id}")
    await api.hear()
    lost = await api.get(path)
    assert (lost["state"], lost["imposed"]) == ("dissolved", None)
    assert "dependency.dissolved" in await happened(api)
    assert (await api.schedule(program))[str(needed)]["early_start"] == "2026-03-02"
    keys = {component["project_id"] for component in (await api.get(f"{program}/components"))["items"]}
    assert (str(project_id) in keys) is (how not in {"project deleted", "component removed"})


async def test_a_link_that_closes_a_cycle_suspends_the_dependency_agreed_last_until_it_is_gone(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    a, b = (api.projects.task(first, name) for name in "AB")
    c, d = (api.projects.task(second, name) for name in "CD")
    api.projects.link(second, c, d)
    await api.hear()
    program = await api.program(first, second)
    kept = await api.commit(program, b, c)
    last = await api.commit(program, d, a)
    closing = api.projects.link(first, a, b)
    await api.hear()
    suspended = await api.get(last)
    path = [str(each) for each in (a, b, c, d)]
    assert suspended["suspended"]["reason"] == "cycle"
    assert sorted(suspended["suspended"]["path"][1:]) == sorted(path)
    assert (suspended["imposed"], (await api.get(kept))["suspended"]) == (None, None)
    api.projects.delete(closing)
    await api.hear()
    assert (await api.get(last))["suspended"] is None
    assert [each for each in await happened(api) if each in {"dependency.suspended", "dependency.resumed"}] == [
        "dependency.suspended",
        "dependency.resumed",
    ]


async def test_a_proposal_counts_when_the_next_is_checked_for_a_cycle(api, pair):
    program, given, needed = pair
    await api.propose(program, given, needed)
    refused = await api.propose(program, needed, given, status=409)
    assert refused["type"] == "/problems/cycle"
    assert sorted(refused["path"][1:]) == sorted([str(given), str(needed)])
    assert refused["path"][0] == refused["path"][-1]


async def test_what_one_side_may_put_down_alone_changes_without_an_agreement(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed)
    changed = await api.patch(path, {"provider_owner": "Grace", "margin_threshold": "P0D"})
    assert (changed["provider_owner"], changed["state"]) == ("Grace", "committed")
    refused = await api.patch(path, {"needed_by": "2026-03-09"}, status=422)
    assert refused["errors"][0]["pointer"] == "/needed_by"
    stale = await api.patch(path, {"provider_owner": "Ada"}, status=412, headers={"If-Match": '"1"'})
    assert stale["type"] == "/problems/stale-revision"


@pytest.mark.parametrize(
    ("kind", "side", "at"),
    [
        ("FS", "start", "2026-03-09"),
        ("SS", "start", "2026-03-03"),
        ("FF", "finish", "2026-03-06"),
        ("SF", "finish", "2026-03-02"),
    ],
)
async def test_each_type_holds_its_side_of_the_receiver(api, pair, kind, side, at):
    program, given, needed = pair
    path = await api.commit(program, given, needed, type=kind, lag="P1D")
    assert (await api.get(path))["imposed"] == {"side": side, "at": at}


@pytest.mark.parametrize(
    ("kind", "side", "at"),
    [
        ("FS", "finish", "2026-03-05"),
        ("SS", "start", "2026-03-02"),
        ("FF", "finish", "2026-03-05"),
        ("SF", "start", "2026-03-02"),
    ],
)
async def test_a_milestone_is_held_to_the_day_on_which_the_program_has_it(api, pair, kind, side, at):
    """Its start is its finish. Told as a start, the end of a day became the begin of the next one in the receiving project."""
    program, given, _ = pair
    third = api.projects.project("P3")
    reached = api.projects.task(third, "M", 0, kind="milestone")
    await api.hear()
    await api.post(f"{program}/components", {"project_id": str(third)})
    path = await api.commit(program, given, reached, type=kind)
    schedule = await api.get(f"{program}/schedule")
    assert (await api.get(path))["imposed"] == {"side": side, "at": at}
    assert [row["early_finish"] for row in schedule["items"] if row["task_id"] == str(reached)] == [at]


async def test_a_receiver_that_has_begun_has_nothing_left_to_be_too_late_for(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, policy="soft")
    api.projects.change(needed, actual_start="2026-03-02", state="in_progress")
    api.projects.change(given, duration="P9D")
    await api.hear()
    assert ((await api.get(path))["margin"], await states(api, path)) == (None, "committed")


async def test_what_was_disputed_is_delivered_again_and_each_delivery_stays_in_the_history(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, receiver_owner="grace")
    first = await api.post(f"{path}/deliver", {"evidence": "Test report 11"}, status=200)
    assert (first["delivery"]["by"], first["delivery"]["evidence"]) == ("ada", "Test report 11")
    await api.post(f"{path}/dispute", {"note": "two cracks"}, status=200)
    again = await api.post(f"{path}/deliver", {"evidence": "Test report 12"}, status=200)
    assert (again["state"], again["delivery"]["evidence"]) == ("delivered", "Test report 12")
    told = [(step["step"], step["evidence"] or step["note"]) for step in again["history"]][-3:]
    assert told == [("deliver", "Test report 11"), ("dispute", "two cracks"), ("deliver", "Test report 12")]
    assert (await api.post(f"{path}/accept", status=200))["state"] == "accepted"


async def test_a_threshold_of_its_own_goes_before_that_of_the_program(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, needed_by="2026-03-10", margin_threshold="P1D")
    await api.patch(program, {"margin_threshold": "P9D"})
    assert await states(api, path) == "committed"
    assert (await api.patch(path, {"margin_threshold": "P4D"}))["state"] == "at_risk"
    assert "margin_threshold" not in await api.patch(path, {"margin_threshold": None})
    assert await states(api, path) == "at_risk"
    await api.patch(program, {"margin_threshold": "P0D"})
    assert await states(api, path) == "committed"


async def test_the_database_refuses_to_rewrite_the_history(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed)
    rewritten = "UPDATE dependencies SET history = jsonb_set(history, '{0,by}', '\"eve\"') WHERE id = :id"
    shortened = "UPDATE dependencies SET history = history - 0 WHERE id = :id"
    for statement in (rewritten, shortened):
        with pytest.raises(IntegrityError, match="only added to"):
            async with api.database.transaction(api.organization_id) as session:
                await session.execute(text(statement), {"id": path.removeprefix("/dependencies/")})
    assert [step["by"] for step in (await api.get(path))["history"]] == ["ada", "ada", "ada"]
