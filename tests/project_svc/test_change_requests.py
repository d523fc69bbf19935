"""Change requests: what they would do is computed, and they do it all at once or not at all."""

from uuid import uuid4

import pytest
from tests.project_svc.control import baselined, eur, plan


def update(task: str, **body: object) -> dict[str, object]:
    return {"op": "update", "record": "task", "id": task, "body": body}


async def request(api, project: str, *operations: dict[str, object], to: tuple[str, ...] = ()) -> tuple[str, dict]:
    """A change request that has gone through steps; returns its path and its last state."""
    written = await api.post(f"{project}/change-requests", {"title": "Deeper", "operations": list(operations)})
    path = f"{project}/change-requests/{written['id']}"
    for step in to:
        written = await api.post(f"{path}/{step}", {}, status=200)
    return path, written


ASSESSED = ("submit", "assess")
APPROVED = (*ASSESSED, "approve")


async def test_the_impact_is_computed_and_nothing_is_written(api, events_of):
    project, dig, pour = await plan(api)
    risk = {"title": "Frost", "kind": "threat", "probability": 0.5, "cost_impact": eur("100.00"), "days_impact": "P4D"}
    side = await api.task(project, "survey", "P8D")
    await api.post(f"{project}/risks", risk | {"task_id": side})
    before = await api.get(f"{project}/snapshot")
    path, assessed = await request(
        api,
        project,
        update(dig, duration="P8D"),
        {"op": "create", "record": "task", "ref": "drain", "body": {"name": "Drain", "duration": "P2D"}},
        {"op": "create", "record": "link", "body": {"predecessor_id": pour, "successor_id": {"ref": "drain"}}},
        {
            "op": "create",
            "record": "budget_line",
            "body": {"name": "Drain", "amount": eur("75.00"), "task_id": {"ref": "drain"}},
        },
        to=ASSESSED,
    )
    impact = assessed["impact"]
    days = {"before": "2026-03-13", "after": "2026-03-20", "hours_per_day": 8, "variance": "P5D"}
    assert impact["finish"] == days
    assert impact["cost"] == {"before": eur("1000.00"), "after": eur("1075.00"), "variance": eur("75.00")}
    assert (impact["added"], impact["removed"], impact["moved"]) == (1, 0, 2)
    assert {move["task_id"]: move["finish"]["variance"] for move in impact["moves"]} == {dig: "P3D", pour: "P3D"}
    assert len(impact["becomes_critical"]) == 1
    assert [(each["title"], each["before"], each["after"]) for each in impact["risks"]] == [("Frost", "P1D", "P0D")]
    assert impact["premises"] == [{"operation": 0, "values": {"duration": "P5D"}}]
    after = await api.get(f"{project}/snapshot")
    for name in ("tasks", "links", "budget_lines"):
        assert after[name] == before[name]
    last = (await events_of(api.organization_id))[-1]
    assert last["subject"].endswith(".change_request.updated")
    assert last["data"]["record"] == await api.get(path)
    assert last["positions"] == 2, "the event in its two versions"


async def test_it_is_implemented_at_one_revision_and_leads_to_a_baseline(api, events_of):
    project, dig, pour = await plan(api)
    first = await baselined(api, project)
    path, approved = await request(api, project, update(dig, duration="P8D"), update(pour, name="Pour"), to=APPROVED)
    assert (approved["state"], approved["decided_by"]) == ("approved", "ada")
    early = await api.post(f"{project}/baselines", {"name": "early", "change_request_id": approved["id"]})
    refused = await api.post(f"{project}/baselines/{early['id']}/approve", {}, status=409)
    assert refused["type"] == "/problems/change-request-needed"
    preview = await api.post(f"{path}/implement", {}, status=200, params={"dry_run": "true"})
    assert {move["shift"] for move in preview["moved"]} == {"P3D"}
    done = await api.post(f"{path}/implement", {}, status=200)
    assert (done["state"], done["implemented_revision"]) == ("implemented", done["revision"])
    events = [event for event in await events_of(api.organization_id) if event["revision"] == done["revision"]]
    assert [event["subject"].split(".", 4)[-1] for event in events] == [
        "task.updated",
        "task.updated",
        *("change_request.updated", "change_request.updated"),
        "schedule.recalculated",
    ]
    refused = await api.post(f"{project}/baselines/{early['id']}/approve", {}, status=409)
    assert "before the change request was implemented" in refused["detail"]
    draft = await api.post(f"{project}/baselines", {"name": "next", "change_request_id": done["id"]})
    following = await api.post(f"{project}/baselines/{draft['id']}/approve", {}, status=200)
    assert (following["change_request_id"], following["figures"]["finish"]) == (done["id"], "2026-03-18")
    assert (await api.get(f"{project}/baselines/{first['id']}"))["state"] == "superseded"
    another = await api.post(f"{project}/baselines", {"name": "again", "change_request_id": done["id"]})
    refused = await api.post(f"{project}/baselines/{another['id']}/approve", {}, status=409)
    assert "already" in refused["detail"]
    assert (await api.post(f"{path}/close", {}, status=200))["state"] == "closed"


async def test_what_no_longer_fits_is_named_and_nothing_is_done(api):
    project, dig, pour = await plan(api)
    path, _ = await request(
        api, project, update(dig, duration="P8D"), update(pour, name="Pour", duration="P6D"), to=APPROVED
    )
    await api.patch(f"{project}/tasks/{pour}", {"percent_complete": 10})
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P7D"})
    problem = await api.post(f"{path}/implement", {}, status=409)
    assert problem["type"] == "/problems/no-longer-fits"
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [
        ("/operations/0/body/duration", "changed_since")
    ]
    assert (await api.get(f"{project}/tasks/{pour}"))["name"] == "pour"
    for step in ("defer", "submit", "assess", "approve", "implement"):
        done = await api.post(f"{path}/{step}", {}, status=200)
    assert (done["state"], (await api.get(f"{project}/tasks/{dig}"))["duration"]) == ("implemented", "P8D")


async def test_a_record_that_is_gone_no_longer_fits(api):
    project, *_ = await plan(api)
    task, other = await api.task(project, "task"), await api.task(project, "other")
    path, _ = await request(
        api, project, update(task, name="T"), {"op": "delete", "record": "task", "id": other}, to=APPROVED
    )
    await api.delete(f"{project}/tasks/{other}")
    problem = await api.post(f"{path}/implement", {}, status=409)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [("/operations/1", "not-found")]
    await api.delete(f"{project}/tasks/{task}")
    problem = await api.post(f"{path}/implement", {}, status=409)
    assert problem["errors"][0]["rule"] == "gone"


async def test_every_step_has_its_place(api):
    project, dig, _ = await plan(api)
    steps = {
        (): ("submit",),
        ("submit",): ("assess",),
        ASSESSED: ("assess", "approve", "reject", "defer"),
        APPROVED: ("implement", "defer"),
        (*ASSESSED, "reject"): ("close",),
        (*ASSESSED, "defer"): ("submit",),
        (*APPROVED, "implement"): ("close",),
        (*APPROVED, "implement", "close"): (),
    }
    names = ("submit", "assess", "approve", "reject", "defer", "implement", "close")
    for number, (way, legal) in enumerate(steps.items()):
        path, _ = await request(api, project, update(dig, duration=f"P{10 + number}D"), to=way)
        for name in names:
            if name not in legal:
                problem = await api.post(f"{path}/{name}", {}, status=409)
                assert problem["type"] == "/problems/illegal-step", (way, name)


async def test_a_request_is_rewritten_as_a_draft_or_deferred_only(api):
    project, dig, _ = await plan(api)
    path, _ = await request(api, project, update(dig, duration="P8D"))
    changed = await api.patch(path, {"title": "Wider", "operations": [update(dig, duration="P9D")]})
    assert (changed["title"], changed["operations"][0]["body"]) == ("Wider", {"duration": "P9D"})
    for step in ASSESSED:
        await api.post(f"{path}/{step}", {}, status=200)
        assert (await api.patch(path, {"title": "No"}, status=409))["type"] == "/problems/change-request-fixed"
    await api.post(f"{path}/defer", {"decided_by": "the board", "note": "next year"}, status=200)
    deferred = await api.patch(path, {"title": "Later"})
    assert (deferred["title"], deferred["decided_by"], deferred["decision_note"]) == ("Later", "the board", "next year")
    assert (await api.post(f"{path}/submit", {}, status=200))["impact"] is None
    assert (await api.delete(path, status=409)).json()["type"] == "/problems/change-request-fixed"


async def test_a_draft_is_removed_unless_a_baseline_names_it(api):
    project, dig, _ = await plan(api)
    path, written = await request(api, project, update(dig, duration="P8D"))
    draft = await api.post(f"{project}/baselines", {"name": "B", "change_request_id": written["id"]})
    assert (await api.delete(path, status=409)).json()["type"] == "/problems/record-in-use"
    await api.delete(f"{project}/baselines/{draft['id']}")
    await api.delete(path)
    await api.get_missing(path)


@pytest.mark.parametrize(
    ("operation", "pointer", "rule"),
    [
        ({"op": "create", "record": "task", "body": {"name": ""}}, "/operations/0/body/name", "string_too_short"),
        ({"op": "create", "record": "stakeholder", "body": {}}, "/operations/0/record", "enum"),
        ({"op": "update", "record": "task", "body": {}}, "/operations/0", "operation_id"),
        (
            {"op": "create", "record": "link", "body": {"predecessor_id": {"ref": "x"}, "successor_id": {"ref": "y"}}},
            "/operations/0/body/predecessor_id",
            "unknown_ref",
        ),
    ],
)
async def test_operations_of_a_wrong_shape_are_refused_when_written(api, operation, pointer, rule):
    project, *_ = await plan(api)
    body = {"title": "T", "operations": [operation]}
    problem = await api.post(f"{project}/change-requests", body, status=422)
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["rule"]) == (pointer, rule)


async def test_what_cannot_be_done_cannot_be_assessed(api):
    project, dig, pour = await plan(api)
    back = {"op": "create", "record": "link", "body": {"predecessor_id": pour, "successor_id": dig}}
    path, _ = await request(api, project, back, to=("submit",))
    assert (await api.post(f"{path}/assess", {}, status=409))["type"] == "/problems/cycle"
    path, _ = await request(api, project, update(str(uuid4()), name="A"), to=("submit",))
    problem = await api.post(f"{path}/assess", {}, status=404)
    assert problem["operation"] == 0
    assert (await api.get(path))["state"] == "submitted"
    path, _ = await request(api, project)
    problem = await api.post(f"{path}/submit", {}, status=422)
    assert problem["errors"][0]["rule"] == "nothing_proposed"


async def test_a_request_has_a_size(api):
    project, dig, _ = await plan(api)
    many = [update(dig, name="A")] * 201
    await api.post(f"{project}/change-requests", {"title": "T", "operations": many}, status=422)
    large = [update(dig, description="x" * 10_000)] * 30
    problem = await api.post(f"{project}/change-requests", {"title": "T", "operations": large}, status=422)
    assert problem["errors"][0]["rule"] == "too_large"


async def test_requests_are_listed_and_nobody_elses(api, stranger, auditor):
    project, dig, _ = await plan(api)
    path, written = await request(api, project, update(dig, duration="P8D"))
    listed = await api.get(f"{project}/change-requests", params={"state": "draft", "sort": "title"})
    assert listed["items"] == [written]
    assert (await api.get(f"{project}/change-requests", params={"state": "closed"}))["items"] == []
    await stranger.get_missing(path)
    await stranger.post(f"{path}/submit", {}, status=404)
    await auditor.get(path)
    await auditor.post(f"{path}/submit", {}, status=403)
    await api.post(f"{path}/submit", {}, status=412, headers={"If-Match": '"1"'})
    assert (await api.get(f"{project}/snapshot"))["change_requests"] == [written]
