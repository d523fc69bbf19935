"""Several operations in one request: all or nothing, one revision, one recalculation."""

from uuid import uuid4

import pytest


def create(record: str, ref: str | None = None, **body: object) -> dict[str, object]:
    return {"op": "create", "record": record, "ref": ref, "body": body}


PLAN = [
    create("task", "phase", name="Foundations", kind="summary"),
    create("task", "dig", name="Dig", duration="P2D", parent_id={"ref": "phase"}),
    create("task", "pour", name="Pour", duration="P3D", parent_id={"ref": "phase"}),
    create("link", predecessor_id={"ref": "dig"}, successor_id={"ref": "pour"}),
    create("budget_line", name="Concrete", amount={"amount": "900", "currency": "EUR"}, task_id={"ref": "pour"}),
    create("deliverable", name="Foundation", task_id={"ref": "pour"}),
]


async def batch(api, project: str, *operations: dict[str, object], status: int = 200, **options: object):
    return await api.post(f"{project}/batch", {"operations": list(operations)}, status=status, **options)


async def test_a_plan_is_made_at_one_revision_with_one_recalculation(api, events_of):
    project = await api.project()
    made = await batch(api, project, *PLAN)
    assert made["revision"] == 2
    assert [each["record"] for each in made["results"]] == [each["record"] for each in PLAN]
    phase, dig, pour, *_ = (each["id"] for each in made["results"])
    assert made["results"][2]["state"] == await api.get(f"{project}/tasks/{pour}")
    assert made["results"][1]["state"]["parent_id"] == phase
    schedule = await api.schedule(project)
    assert (schedule[dig]["early_finish"], schedule[pour]["early_start"]) == ("2026-03-03", "2026-03-04")
    events = [event for event in await events_of(api.organization_id) if event["revision"] == 2]
    assert [event["subject"].rsplit(".", 2)[-2:] for event in events] == [
        *(["task", "created"],) * 3,
        ["link", "created"],
        ["budget_line", "created"],
        ["deliverable", "created"],
        ["schedule", "recalculated"],
    ]
    assert {event["positions"] for event in events} == {7}


async def test_operations_see_what_came_before_them(api):
    project = await api.project()
    task = await api.task(project, duration="P1D")
    made = await batch(
        api,
        project,
        {"op": "update", "record": "task", "id": task, "body": {"duration": "P4D"}},
        create("task", "next", name="Next", duration="P1D"),
        {"op": "update", "record": "task", "id": {"ref": "next"}, "body": {"name": "After"}},
        create("link", predecessor_id=task, successor_id={"ref": "next"}),
        create("issue", "issue", title="Gas main"),
        {"op": "update", "record": "issue", "id": {"ref": "issue"}, "body": {"state": "in_progress"}},
        {"op": "delete", "record": "issue", "id": {"ref": "issue"}},
    )
    following = made["results"][1]
    assert following["state"]["name"] == "After"
    assert [made["results"][index]["state"] for index in (4, 5, 6)] == [None, None, None]
    assert (await api.schedule(project))[following["id"]]["early_start"] == "2026-03-06"
    assert (await api.get(f"{project}/issues"))["items"] == []


async def test_a_preview_says_what_would_move_and_writes_nothing(api, events_of):
    project = await api.project()
    task = await api.task(project, duration="P1D")
    before = await events_of(api.organization_id)
    change = {"op": "update", "record": "task", "id": task, "body": {"duration": "P3D"}}
    preview = await batch(api, project, change, params={"dry_run": "true"})
    assert [(move["field"], move["to"], move["shift"]) for move in preview["moved"]] == [
        ("early_finish", "2026-03-04", "P2D")
    ]
    assert (await api.get(f"{project}/tasks/{task}"))["duration"] == "P1D"
    assert await events_of(api.organization_id) == before


@pytest.mark.parametrize(
    ("operation", "status", "pointer", "rule"),
    [
        (create("task", name="", duration="P1D"), 422, "/operations/1/body/name", "string_too_short"),
        (create("task", name="A"), 422, "/operations/1/body/duration", "missing"),
        (create("task", name="A", duration="P1D", colour="red"), 422, "/operations/1/body/colour", "extra_forbidden"),
        (create("task", name="A", duration="P1D", wbs_code="1"), 409, "/operations/1", "already-exists"),
        (
            create("task", name="A", duration="P1D", parent_id={"ref": "x"}),
            422,
            "/operations/1/body/parent_id",
            "unknown_ref",
        ),
        (create("task", "first", name="A", duration="P1D"), 422, "/operations/1/ref", "ref_taken"),
        ({"op": "delete", "record": "task", "id": str(uuid4())}, 404, "/operations/1", "not-found"),
        ({"op": "delete", "record": "task", "id": {"ref": "x"}}, 422, "/operations/1/id", "unknown_ref"),
        ({"op": "delete", "record": "task"}, 422, "/operations/1", "operation_id"),
        ({"op": "update", "record": "task", "id": str(uuid4())}, 422, "/operations/1", "operation_body"),
        (
            {"op": "update", "record": "task", "id": str(uuid4()), "ref": "x", "body": {}},
            422,
            "/operations/1",
            "operation_ref",
        ),
        ({"op": "delete", "record": "actual", "id": str(uuid4())}, 422, "/operations/1/op", "append_only"),
        (
            create("budget_line", name="L", amount={"amount": "1", "currency": "USD"}),
            422,
            "/operations/1/body/amount/currency",
            "currency",
        ),
        (
            create("link", predecessor_id={"ref": "first"}, successor_id={"ref": "first"}),
            422,
            "/operations/1/body/successor_id",
            "link_to_itself",
        ),
        (create("project", name="A"), 422, "/operations/1/record", "enum"),
    ],
)
async def test_what_is_refused_is_named_and_nothing_is_done(api, operation, status, pointer, rule):
    project = await api.project()
    first = create("task", "first", name="First", duration="P1D", wbs_code="1")
    problem = await batch(api, project, first, operation, status=status)
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["rule"]) == (pointer, rule)
    assert (await api.get(f"{project}/tasks"))["items"] == []
    assert (await api.get(project))["revision"] == 1


async def test_every_body_that_is_wrong_is_told_at_once(api):
    project = await api.project()
    wrong = [create("task", name="", duration="P1D"), PLAN[0], create("link", lag="soon")]
    problem = await batch(api, project, *wrong, status=422)
    assert {error["pointer"].split("/")[2] for error in problem["errors"]} == {"0", "2"}


async def test_a_cycle_in_a_batch_names_its_path(api):
    project = await api.project()
    one, other = await api.task(project, "one"), await api.task(project, "other")
    links = [
        create("link", predecessor_id=one, successor_id=other),
        create("link", predecessor_id=other, successor_id=one),
    ]
    problem = await batch(api, project, *links, status=409)
    assert (problem["type"], set(problem["path"])) == ("/problems/cycle", {one, other})
    assert (await api.get(f"{project}/links"))["items"] == []


async def test_a_batch_that_changes_nothing_takes_no_revision(api):
    project = await api.project()
    task = await api.task(project, "A")
    same = {"op": "update", "record": "task", "id": task, "body": {"name": "A"}}
    assert (await batch(api, project, same))["revision"] == 2


async def test_a_batch_has_one_to_a_thousand_operations(api):
    project = await api.project()
    for operations in ([], [create("issue", title="I")] * 1001):
        problem = await batch(api, project, *operations, status=422)
        assert problem["errors"][0]["pointer"] == "/operations"


@pytest.mark.slow
async def test_a_thousand_operations_are_one_revision(api, events_of):
    project = await api.project()
    made = await batch(
        api, project, *(create("task", f"t{number}", name=f"T{number}", duration="P1D") for number in range(1000))
    )
    assert made["revision"] == 2
    assert len({each["id"] for each in made["results"]}) == 1000
    recalculated = [event for event in await events_of(api.organization_id) if ".schedule." in event["subject"]]
    assert sum(len(event["data"]["moves"]) for event in recalculated) == 1000


async def test_a_key_makes_a_repeated_batch_harmless(api):
    project = await api.project()
    headers = {"Idempotency-Key": str(uuid4())}
    assert await batch(api, project, *PLAN, headers=headers) == await batch(api, project, *PLAN, headers=headers)
    assert len((await api.get(f"{project}/tasks"))["items"]) == 3


async def test_a_batch_is_for_those_who_may_write(api, auditor, stranger):
    project = await api.project()
    await batch(auditor, project, *PLAN, status=403)
    await batch(stranger, project, *PLAN, status=404)
    await api.patch(project, {"state": "cancelled"})
    assert (await batch(api, project, *PLAN, status=409))["type"] == "/problems/project-closed"
