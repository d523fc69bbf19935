"""Declared records: every one of them has the same life, and each its own states and rules."""

from uuid import UUID, uuid4

import pytest

from project_svc.registers import ALL

DECLARED = {declared.collection: declared for declared in ALL}
TITLES = {"stakeholders": "name", "deliverables": "name", "phases": "name", "gates": "name"}
DECIDED = {"decision": "hold", "decided_by": "City transport board", "decided_on": "2026-10-30"}
UNDECIDED = {"decision": None, "decided_by": "", "decided_on": None}


@pytest.fixture
async def project(api) -> str:
    return await api.project()


def body(collection: str, **fields: object) -> dict[str, object]:
    return {TITLES.get(collection, "title"): "Gas main under the third stop"} | fields


@pytest.fixture(params=sorted(DECLARED))
def collection(request) -> str:
    return request.param


async def test_a_record_is_written_down_listed_changed_and_removed(api, project, collection, events_of):
    declared = DECLARED[collection]
    title = TITLES.get(collection, "title")
    written = await api.post(f"{project}/{collection}", body(collection))
    path = f"{project}/{collection}/{written['id']}"
    assert written.keys() == declared.state.model_fields.keys()
    assert written[title] == "Gas main under the third stop"
    assert written.get("state") == declared.begins
    assert await api.get(path) == written
    assert (await api.get(f"{project}/{collection}"))["items"] == [written]

    changed = await api.patch(path, {title: "Gas main, moved"}, headers={"If-Match": f'"{written["revision"]}"'})
    assert changed == written | {
        title: "Gas main, moved",
        "revision": written["revision"] + 1,
        "updated_at": changed["updated_at"],
    }
    same = await api.patch(path, {title: "Gas main, moved"})
    assert same == changed
    await api.patch(path, {title: "stale"}, status=412, headers={"If-Match": '"1"'})
    await api.delete(path)
    await api.get_missing(path)

    events = (await events_of(api.organization_id))[1:]
    assert [event["subject"].split(".")[-2:] for event in events] == [
        [declared.name, happened] for happened in ("created", "updated", "deleted")
    ]
    assert [event["revision"] for event in events] == [2, 3, 4]
    assert events[1]["data"]["changed"] == [title]
    assert events[1]["data"]["previous"] == {title: "Gas main under the third stop"}
    assert events[2]["data"]["record"] == changed


async def test_every_state_is_reached_by_its_steps_alone(api, project, collection):
    declared = DECLARED[collection]
    if declared.steps is None:
        await api.post(f"{project}/{collection}", body(collection, state="open"), status=422)
        return
    other = await api.post(f"{project}/issues", body("issues"))
    decision = await api.post(f"{project}/decisions", body("decisions"))
    await api.patch(f"{project}/decisions/{decision['id']}", {"state": "decided", "outcome": "Timber."})
    complete = {
        "issues": {"resolution": "The main was moved."},
        "decisions": {"outcome": "Composite.", "superseded_by_id": None},
        "assumptions": {"issue_id": other["id"]},
        "deliverables": {"accepted_by": "Tomas Novak"},
    }.get(collection, {})
    reached = {}
    start = await api.post(f"{project}/{collection}", body(collection))
    frontier = [(declared.begins, f"{project}/{collection}/{start['id']}", [])]
    while frontier:
        state, path, way = frontier.pop()
        if state in reached:
            continue
        reached[state] = way
        illegal = [each for each in declared.steps if each != state and each not in declared.steps[state]]
        for to in illegal:
            problem = await api.patch(path, {"state": to}, status=409)
            assert problem["type"] == "/problems/illegal-step"
            assert problem["legal"] == list(declared.steps[state])
        for to in declared.steps[state]:
            copy = await api.post(f"{project}/{collection}", body(collection))
            there = f"{project}/{collection}/{copy['id']}"
            for step in [*way, to]:
                needed = {name: value for name, value in complete.items() if not name.startswith("accepted")}
                if step == "accepted":
                    needed = complete
                if collection == "gates":
                    needed = DECIDED if step == "decided" else UNDECIDED
                if step == "superseded":
                    needed = complete | {"superseded_by_id": decision["id"]}
                await api.patch(there, needed | {"state": str(step)})
            frontier.append((to, there, [*way, to]))
    assert reached.keys() == declared.steps.keys()


@pytest.mark.parametrize(
    ("collection", "states", "change", "pointer", "rule"),
    [
        ("issues", ["in_progress"], {"state": "resolved"}, "/resolution", "resolved_how"),
        ("decisions", [], {"state": "decided"}, "/outcome", "decided_what"),
        ("decisions", [], {"superseded_by_id": "itself"}, "/superseded_by_id", "superseded_by"),
        ("actions", [], {"done_on": "2026-03-09"}, "/done_on", "not_done"),
        ("assumptions", [], {"state": "invalidated"}, "/risk_id", "became_what"),
        ("deliverables", ["delivered"], {"state": "accepted"}, "/accepted_by", "accepted_by_whom"),
        ("deliverables", [], {"accepted_on": "2026-03-09"}, "/accepted_by", "not_accepted"),
        (
            "phases",
            [],
            {"planned_start": "2026-03-09", "planned_finish": "2026-03-02"},
            "/planned_finish",
            "finish_before_start",
        ),
        ("gates", [], {"decided_by": "the board"}, "/decision", "not_decided"),
        ("gates", [], {"state": "decided"} | DECIDED | {"decision": None}, "/decision", "decided_what"),
        ("gates", [], {"state": "decided"} | DECIDED | {"decided_by": ""}, "/decided_by", "decided_by_whom"),
        ("gates", [], {"state": "decided"} | DECIDED | {"decided_on": None}, "/decided_on", "decided_when"),
        (
            "gates",
            [],
            {"state": "decided", "criteria": [{"text": "Energised"}]} | DECIDED | {"decision": "go"},
            "/decision",
            "criteria_unmet",
        ),
        (
            "gates",
            [],
            {"state": "decided"} | DECIDED | {"decision": "conditional_go"},
            "/conditions",
            "conditions_missing",
        ),
        ("gates", [], {"criteria": [{"text": ""}]}, "/criteria/0/text", "string_too_short"),
        ("stakeholders", [], {"power": "immense"}, "/power", "enum"),
        ("issues", [], {"escalated": "true"}, "/escalated", "bool_type"),
        ("issues", [], {"title": None}, "/title", "string_type"),
        ("issues", [], {"due_on": "tomorrow"}, "/due_on", "date_format"),
        ("issues", [], {"colour": "red"}, "/colour", "extra_forbidden"),
    ],
)
async def test_what_does_not_go_together_is_refused_by_name(api, project, collection, states, change, pointer, rule):
    written = await api.post(f"{project}/{collection}", body(collection))
    path = f"{project}/{collection}/{written['id']}"
    for state in states:
        await api.patch(path, {"state": state})
    change = {name: written["id"] if value == "itself" else value for name, value in change.items()}
    before = await api.get(path)
    problem = await api.patch(path, change, status=422)
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["rule"]) == (pointer, rule)
    assert await api.get(path) == before


async def test_a_named_record_is_one_of_the_same_project(api, project):
    elsewhere = await api.project()
    issue = await api.post(f"{elsewhere}/issues", body("issues"))
    for named in (issue["id"], str(uuid4())):
        problem = await api.post(f"{project}/actions", body("actions", issue_id=named), status=404)
        assert problem["errors"][0]["pointer"] == "/issue_id"
    task = await api.task(elsewhere)
    await api.post(f"{project}/issues", body("issues", task_id=task), status=409)


async def test_a_record_that_another_one_names_stays(api, project):
    issue = await api.post(f"{project}/issues", body("issues"))
    action = await api.post(f"{project}/actions", body("actions", issue_id=issue["id"]))
    refused = await api.delete(f"{project}/issues/{issue['id']}", status=409)
    assert refused.json()["type"] == "/problems/record-in-use"
    await api.delete(f"{project}/actions/{action['id']}")
    await api.delete(f"{project}/issues/{issue['id']}")


async def test_phases_come_in_their_order(api, project):
    for name, order in (("Handover", 3), ("Design", 1), ("Construction", 2)):
        await api.post(f"{project}/phases", {"name": name, "order": order})
    phases = (await api.get(f"{project}/phases", params={"sort": "order"}))["items"]
    assert [phase["name"] for phase in phases] == ["Design", "Construction", "Handover"]


async def test_a_task_that_a_record_names_stays(api, project):
    task = await api.task(project)
    issue = await api.post(f"{project}/issues", body("issues", task_id=task))
    refused = await api.delete(f"{project}/tasks/{task}", status=409)
    assert refused.json()["type"] == "/problems/task-in-use"
    assert refused.json()["uses"]["issues"] == 1
    await api.delete(f"{project}/issues/{issue['id']}")
    await api.delete(f"{project}/tasks/{task}")


async def test_lists_are_filtered_sorted_and_paged(api, project):
    for number, priority in enumerate(("low", "high", "high")):
        await api.post(
            f"{project}/issues", body("issues", title=f"I{2 - number}", priority=priority, escalated=number == 1)
        )
    page = await api.get(f"{project}/issues", params={"sort": "title", "limit": 2})
    rest = await api.get(f"{project}/issues", params={"sort": "title", "limit": 2, "cursor": page["next"]})
    assert [item["title"] for item in [*page["items"], *rest["items"]]] == ["I0", "I1", "I2"]
    assert rest["next"] is None
    high = await api.get(f"{project}/issues", params={"priority": "high", "escalated": "true"})
    assert [item["title"] for item in high["items"]] == ["I1"]
    assert (await api.request("GET", f"{project}/issues", params={"colour": "red"})).status_code == 422


async def test_the_same_external_reference_is_refused_twice(api, project):
    ref = {"source": "register", "id": "7"}
    await api.post(f"{project}/issues", body("issues", external_ref=ref))
    problem = await api.post(f"{project}/issues", body("issues", external_ref=ref), status=409)
    assert problem["type"] == "/problems/already-exists"
    await api.post(f"{project}/actions", body("actions", external_ref=ref))


async def test_a_stranger_sees_nothing_of_it(api, stranger, project, collection):
    written = await api.post(f"{project}/{collection}", body(collection))
    await stranger.get_missing(f"{project}/{collection}/{written['id']}")
    await stranger.get_missing(f"{project}/{collection}")
    await stranger.patch(f"{project}/{collection}/{written['id']}", {"owner": "x"}, status=404)


async def test_an_auditor_reads_and_does_not_write(api, auditor, project, collection):
    await api.post(f"{project}/{collection}", body(collection))
    assert len((await auditor.get(f"{project}/{collection}"))["items"]) == 1
    await auditor.post(f"{project}/{collection}", body(collection), status=403)


async def test_a_preview_writes_nothing(api, project, collection):
    answer = await api.request("POST", f"{project}/{collection}", params={"dry_run": "true"}, json=body(collection))
    assert (answer.status_code, answer.json()) == (200, {"moved": []})
    assert (await api.get(f"{project}/{collection}"))["items"] == []


async def test_a_key_makes_a_retry_harmless(api, project):
    headers = {"Idempotency-Key": str(uuid4())}
    first = await api.post(f"{project}/issues", body("issues"), headers=headers)
    again = await api.post(f"{project}/issues", body("issues"), headers=headers)
    assert first == again
    assert len((await api.get(f"{project}/issues"))["items"]) == 1


async def test_the_snapshot_has_all_of_them(api, project):
    written = {name: await api.post(f"{project}/{name}", body(name)) for name in DECLARED}
    snapshot = await api.get(f"{project}/snapshot")
    assert {name: snapshot[name] for name in DECLARED} == {name: [record] for name, record in written.items()}
    assert all(UUID(record["id"]).version == 7 for record in written.values())


async def test_a_risk_that_occurs_becomes_an_issue(api, project):
    task = await api.task(project)
    risk = await api.post(
        f"{project}/risks",
        {
            "title": "Unexploded ordnance",
            "kind": "threat",
            "probability": 0.3,
            "cost_impact": {"amount": "30000.00", "currency": "EUR"},
            "owner": "Jonas Weber",
            "task_id": task,
        },
    )
    await api.patch(f"{project}/risks/{risk['id']}", {"state": "occurred"})
    (issue,) = (await api.get(f"{project}/issues", params={"risk_id": risk["id"]}))["items"]
    assert {name: issue[name] for name in ("title", "owner", "task_id", "state")} == {
        "title": "Unexploded ordnance",
        "owner": "Jonas Weber",
        "task_id": task,
        "state": "open",
    }
    refused = await api.delete(f"{project}/risks/{risk['id']}", status=409)
    assert refused.json()["type"] == "/problems/record-in-use"


async def test_a_decision_is_superseded_by_one_that_is_decided(api, project):
    first, second = [(await api.post(f"{project}/decisions", body("decisions")))["id"] for _ in range(2)]
    decided = {"state": "decided", "outcome": "Composite."}
    await api.patch(f"{project}/decisions/{first}", decided)
    superseded = {"state": "superseded", "superseded_by_id": second}
    problem = await api.patch(f"{project}/decisions/{first}", superseded, status=422)
    assert [(each["pointer"], each["rule"]) for each in problem["errors"]] == [("/superseded_by_id", "not_decided")]
    await api.patch(f"{project}/decisions/{second}", decided)
    assert (await api.patch(f"{project}/decisions/{first}", superseded))["superseded_by_id"] == second
