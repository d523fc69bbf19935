"""The work list: what is mine, what is late, what comes next."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from tests.project_svc.member import ProjectMember

from contracts.vocabulary import ProjectRole

MONDAY = "2026-03-09"
DEEPER = {"op": "create", "record": "task", "body": {"name": "Deeper", "duration": "P1D"}}


@pytest.fixture
async def project(api) -> str:
    """Work for Grace, of every kind, on Monday 2026-03-09; the plan begins a week before."""
    project = await api.project()
    late = await api.task(project, "Survey", "P3D", assignees=["grace"])
    now = await api.task(project, "Dig", "P10D", assignees=["grace", "ada"])
    following = await api.task(project, "Pour", "P2D", assignees=["grace"])
    await api.link(project, now, following)
    tight = await api.task(project, "Inspect", "P2D", deadline="2026-03-16", assignees=["grace"])
    await api.link(project, now, tight)
    await api.summary(project, "Stage", assignees=["grace"])
    done = await api.task(project, "Fence", assignees=["grace"])
    finished = {"actual_start": "2026-03-02", "actual_finish": "2026-03-02", "percent_complete": 100}
    await api.patch(f"{project}/tasks/{done}", finished)
    resource = await api.post(f"{project}/resources", {"name": "Crane crew", "email": "grace"})
    lifted = await api.task(project, "Lift", "P20D")
    await api.post(f"{project}/assignments", {"task_id": lifted, "resource_id": resource["id"]})
    for path, body in (
        ("actions", {"title": "Call the gas works", "due_on": "2026-03-06"}),
        ("issues", {"title": "Gas main", "due_on": "2026-03-20"}),
        ("assumptions", {"title": "Dry ground", "validate_by": MONDAY}),
        ("deliverables", {"name": "Report", "due_on": "2026-04-01"}),
        ("phases", {"name": "Build", "planned_start": "2026-03-10", "planned_finish": "2026-05-01"}),
        (
            "risks",
            {"title": "Frost", "kind": "threat", "probability": 0.3, "review_on": "2026-03-01"}
            | {"cost_impact": {"amount": "1.00", "currency": "EUR"}},
        ),
    ):
        await api.post(f"{project}/{path}", body | {"owner": "grace"})
    await api.post(f"{project}/gates", {"name": "Dry enough?", "owner": "grace", "planned_on": "2026-03-05"})
    asked = (await api.post(f"{project}/change-requests", {"title": "Wider", "operations": [DEEPER]}))["id"]
    await api.patch(project, {"manager": "grace"})
    await api.post(f"{project}/change-requests/{asked}/submit", {}, status=200)
    await api.post(f"{project}/decisions", {"title": "Which crane?", "decided_by": "grace", "due_on": "2026-03-10"})
    said = {"record": "task", "record_id": late, "body": "Grace, look here", "mentions": ["grace"]}
    await api.post(f"{project}/comments", said)
    closed = await api.post(f"{project}/actions", {"title": "Over", "owner": "grace"})
    await api.patch(f"{project}/actions/{closed['id']}", {"state": "done"})
    return project


@pytest.fixture
def grace(client, api, project):
    role = {UUID(project.rpartition("/")[2]): ProjectRole.VIEWER}
    return ProjectMember(client, api.organization_id, frozenset(), "grace", in_projects=role)


async def test_everything_that_waits_for_somebody_by_its_day(grace):
    listed = await grace.get("/work-list", params={"as_of": MONDAY})
    assert [(each["kind"], each["title"], each["due_on"], each["when"]) for each in listed["items"]] == [
        ("risk", "Frost", "2026-03-01", "late"),
        ("task", "Survey", "2026-03-04", "late"),
        ("gate", "Dry enough?", "2026-03-05", "late"),
        ("action", "Call the gas works", "2026-03-06", "late"),
        ("assumption", "Dry ground", MONDAY, "now"),
        ("decision", "Which crane?", "2026-03-10", "now"),
        ("task", "Dig", "2026-03-13", "now"),
        ("task", "Inspect", "2026-03-16", "late"),
        ("task", "Pour", "2026-03-17", "next"),
        ("issue", "Gas main", "2026-03-20", "now"),
        ("task", "Lift", "2026-03-27", "now"),
        ("deliverable", "Report", "2026-04-01", "now"),
        ("phase", "Build", "2026-05-01", "next"),
        ("change_request", "Wider", None, "now"),
        ("comment", "Grace, look here", None, "now"),
    ]
    by_title = {each["title"]: each for each in listed["items"]}
    assert (by_title["Inspect"]["starts_on"], by_title["Inspect"]["forecast_on"]) == ("2026-03-16", "2026-03-17")
    assert by_title["Dig"]["people"] == ["ada", "grace"]
    assert by_title["Lift"]["people"] == ["Crane crew", "grace"]
    assert listed["next"] is None


async def test_filters_and_pages(api, grace, project):
    async def titles(path: str = "/work-list", **params: object) -> list[str]:
        return [each["title"] for each in (await grace.get(path, params={"as_of": MONDAY} | params))["items"]]

    everything = await titles()
    assert await titles(when="late") == ["Frost", "Survey", "Dry enough?", "Call the gas works", "Inspect"]
    assert await titles(when="next") == ["Pour", "Build"]
    assert await titles(kind="comment") == ["Grace, look here"]
    assert await titles(due_before="2026-03-06") == ["Frost", "Survey", "Dry enough?"]
    assert await titles(person="ada") == ["Dig"]
    assert await titles(person=["ada", "Crane crew"]) == ["Dig", "Lift"]
    assert await titles(f"{project}/work-list", when="next") == ["Pour", "Build"]
    assert await titles(f"{project}/work-list", person="nobody") == []
    found, cursor = [], None
    while True:
        params = {"as_of": MONDAY, "limit": 5} | ({"cursor": cursor} if cursor else {})
        page = await grace.get("/work-list", params=params)
        found += [each["title"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == everything
    assert (await grace.request("GET", "/work-list", params={"colour": "red"})).status_code == 422


async def test_each_person_of_the_team_has_so_much_to_do(api, project):
    people = await api.get(f"{project}/work-list/people", params={"as_of": MONDAY})
    assert people["items"] == [
        {"person": "Crane crew", "late": 0, "now": 1, "next": 0},
        {"person": "ada", "late": 0, "now": 1, "next": 0},
        {"person": "grace", "late": 5, "now": 8, "next": 2},
    ]
    first = await api.get(f"{project}/work-list/people", params={"as_of": MONDAY, "limit": 2})
    rest = await api.get(f"{project}/work-list/people", params={"as_of": MONDAY, "cursor": first["next"]})
    assert [*first["items"], *rest["items"]] == people["items"]


async def test_a_gate_and_a_change_request_of_nobody_wait_for_the_manager_and_a_task_on_hold_stays(api, grace, project):
    await api.post(f"{project}/gates", {"name": "Nobody's"})
    (task,) = (each for each in (await api.get(f"{project}/tasks"))["items"] if each["name"] == "Survey")
    await api.patch(f"{project}/tasks/{task['id']}", {"state": "on_hold"})
    waits = {each["title"]: each for each in (await grace.get("/work-list", params={"as_of": MONDAY}))["items"]}
    assert (waits["Nobody's"]["people"], waits["Wider"]["people"]) == (["grace"], ["grace"])
    assert (waits["Survey"]["state"], waits["Survey"]["when"]) == ("on_hold", "late")


async def test_a_mention_waits_until_it_is_resolved(api, grace, project):
    (comment,) = (await grace.get("/work-list", params={"kind": "comment"}))["items"]
    await api.patch(f"{project}/comments/{comment['id']}", {"state": "resolved"})
    assert (await grace.get("/work-list", params={"kind": "comment"}))["items"] == []


async def test_a_stakeholder_is_to_hear_of_the_project_by_their_cadence(api, grace, project):
    path = f"{project}/stakeholders"
    ids = {}
    for cadence, last, owner in (
        ("daily", "2026-03-06", "grace"),
        ("weekly", "2026-03-02", "grace"),
        ("fortnightly", "2026-03-02", "grace"),
        ("monthly", "2026-01-31", "grace"),
        ("quarterly", "2026-01-15", "grace"),
        ("on_event", "2026-01-01", "grace"),
        ("weekly", "2026-01-01", ""),
    ):
        body = {"name": cadence, "cadence": cadence, "last_contact_on": last, "owner": owner}
        ids[cadence, owner] = (await api.post(path, body))["id"]
    asked = {"kind": "stakeholder", "as_of": MONDAY}

    async def told() -> list[tuple[str, ...]]:
        items = (await grace.get("/work-list", params=asked))["items"]
        return [(each["title"], each["due_on"], each["when"], each["state"]) for each in items]

    assert await told() == [
        ("monthly", "2026-02-28", "late", "neutral"),
        ("daily", "2026-03-07", "late", "neutral"),
        ("weekly", "2026-03-09", "now", "neutral"),
        ("fortnightly", "2026-03-16", "next", "neutral"),
        ("quarterly", "2026-04-15", "next", "neutral"),
    ]
    heard = await api.patch(f"{path}/{ids['monthly', 'grace']}", {"last_contact_on": MONDAY})
    assert (await told())[-2] == ("monthly", "2026-04-09", "next", "neutral")
    since = await api.get(path, params={"since": MONDAY, "until": MONDAY})
    assert since["items"] == [heard]


async def test_who_never_heard_of_the_project_is_told_so_long_after_they_were_named(api, grace, project):
    made = await api.post(f"{project}/stakeholders", {"name": "Mayor", "cadence": "weekly", "owner": "grace"})
    (item,) = (await grace.get("/work-list", params={"kind": "stakeholder"}))["items"]
    named = date.fromisoformat(made["created_at"][:10])
    assert (item["due_on"], item["when"]) == ((named + timedelta(days=7)).isoformat(), "next")


async def test_only_projects_that_one_sees_and_that_are_not_over(api, stranger, client, grace, project):
    other = await api.project()
    await api.post(f"{other}/actions", {"title": "Elsewhere", "owner": "grace"})
    assert "Elsewhere" not in [each["title"] for each in (await grace.get("/work-list"))["items"]]
    everywhere = await api.get("/work-list", params={"person": "grace"})
    assert "Elsewhere" in [each["title"] for each in everywhere["items"]]
    one = await api.get("/work-list", params={"person": "grace", "project_id": other.rpartition("/")[2]})
    assert [each["title"] for each in one["items"]] == ["Elsewhere"]
    await grace.get_missing(f"/work-list?project_id={other.rpartition('/')[2]}")
    assert (await stranger.get("/work-list", params={"person": "grace"}))["items"] == []
    await stranger.get_missing(f"{project}/work-list")
    await stranger.get_missing(f"{project}/work-list/people")
    await api.patch(project, {"state": "cancelled"})
    assert (await grace.get("/work-list"))["items"] == []
