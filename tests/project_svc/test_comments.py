"""Comments: on any record, with mentions; each changes what it said itself, anybody resolves."""

from uuid import UUID, uuid4

import pytest
from tests.project_svc.member import ProjectMember
from tests.project_svc.write_routes import one_of_everything

from contracts.project_events.comments import CommentedRecord
from contracts.vocabulary import ProjectRole
from project_svc.comments.models import TABLES
from project_svc.records import METADATA


@pytest.fixture
async def project(api) -> str:
    return await api.project()


@pytest.fixture
async def issue(api, project) -> str:
    return str((await api.post(f"{project}/issues", {"title": "Gas main"}))["id"])


@pytest.fixture
def grace_of(client, api):
    """A member of a project's team."""

    def member(project: str) -> ProjectMember:
        role = {UUID(project.rpartition("/")[2]): ProjectRole.PROJECT_MEMBER}
        return ProjectMember(client, api.organization_id, frozenset(), "grace", in_projects=role)

    return member


@pytest.fixture
def grace(grace_of, project):
    return grace_of(project)


def about(record_id: str, record: str = "issue", **fields: object) -> dict[str, object]:
    return {"record": record, "record_id": record_id, "body": "Is that so?"} | fields


async def test_a_comment_is_made_found_changed_resolved_and_taken_back(api, project, issue, events_of):
    made = await api.post(f"{project}/comments", about(issue, mentions=["grace", "members/7"]))
    assert {name: made[name] for name in ("author", "state", "mentions", "record", "record_id")} == {
        "author": "ada",
        "state": "open",
        "mentions": ["grace", "members/7"],
        "record": "issue",
        "record_id": issue,
    }
    path = f"{project}/comments/{made['id']}"
    assert await api.get(path) == made
    for wanted in (
        {"record": "issue", "record_id": issue},
        {"mentions": "grace"},
        {"author": "ada"},
        {"state": "open"},
    ):
        assert (await api.get(f"{project}/comments", params=wanted))["items"] == [made]
    for other in ({"record": "task"}, {"mentions": "grac"}, {"author": "grace"}, {"state": "resolved"}):
        assert (await api.get(f"{project}/comments", params=other))["items"] == []
    said = await api.patch(path, {"body": "So it is.", "mentions": []}, headers={"If-Match": f'"{made["revision"]}"'})
    resolved = await api.patch(path, {"state": "resolved"})
    assert (said["body"], resolved["state"]) == ("So it is.", "resolved")
    await api.patch(path, {"state": "open"})
    await api.patch(path, {"body": "stale"}, status=412, headers={"If-Match": '"1"'})
    await api.delete(path)
    await api.get_missing(path)
    told = [event["data"] for event in await events_of(api.organization_id) if ".comment." in event["subject"]]
    assert [each["changed"] for each in told] == [[], ["body", "mentions"], ["state"], ["state"], []]
    assert told[1]["previous"] == {"body": "Is that so?", "mentions": ["grace", "members/7"]}


async def test_what_somebody_said_is_theirs(api, grace, project, issue):
    hers = await grace.post(f"{project}/comments", about(issue))
    mine = await api.post(f"{project}/comments", about(issue))
    refused = await api.patch(f"{project}/comments/{hers['id']}", {"body": "She said something else"}, status=403)
    assert refused["type"] == "/problems/not-the-author"
    assert (await grace.delete(f"{project}/comments/{mine['id']}", status=403)).json()["title"]
    await grace.patch(f"{project}/comments/{mine['id']}", {"state": "resolved"})
    await api.delete(f"{project}/comments/{hers['id']}")  # an admin, as the project's manager, may


async def test_a_comment_outlives_its_record_until_somebody_resolves_it(api, grace, project, issue):
    comment = await api.post(f"{project}/comments", about(issue, mentions=["grace"]))
    await api.delete(f"{project}/issues/{issue}")
    asked = {"record": "issue", "record_id": issue}
    assert (await api.get(f"{project}/comments", params=asked))["items"] == [comment]
    waits = {"kind": "comment"}
    assert [each["id"] for each in (await grace.get("/work-list", params=waits))["items"]] == [comment["id"]]
    await grace.patch(f"{project}/comments/{comment['id']}", {"state": "resolved"})
    assert (await grace.get("/work-list", params=waits))["items"] == []
    await api.post(f"{project}/comments", about(issue), status=404)


async def test_a_comment_is_about_a_record_of_the_same_project(api, project, issue):
    elsewhere = await api.project()
    for path, record, record_id in (
        (elsewhere, "issue", issue),
        (project, "task", issue),
        (project, "issue", str(uuid4())),
        (project, "project", elsewhere.rpartition("/")[2]),
    ):
        problem = await api.post(f"{path}/comments", about(record_id, record), status=404)
        assert problem["errors"][0]["pointer"] == "/record_id"
    await api.post(f"{project}/comments", about(project.rpartition("/")[2], "project"))


async def test_every_kind_of_record_is_commented_on(api, grace_of, events_of):
    """Said of a real record of each kind: answered, told as an event, found by its record, on the work list of who is mentioned."""
    project, made = await one_of_everything(api)
    spent = {"on": "2026-03-02", "amount": {"amount": "1.00", "currency": "EUR"}}
    period = {"title": "March", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}
    for kind, path, body in (
        ("commitment", "budget/commitments", spent),
        ("actual", "budget/actuals", spent),
        ("status_report", "status-reports", period),
    ):
        made[kind] = (await api.post(f"{project}/{path}", body))["id"]
    ids = made | {"project": made["project_id"], "task": made["dig"]}
    said = len(await events_of(api.organization_id))
    grace = grace_of(project)
    comments = {}
    for kind in CommentedRecord:
        sent = about(ids[kind], kind.value, body=f"Of the {kind}?", mentions=["grace"])
        comments[kind] = await grace.post(f"{project}/comments", sent)
    told = [event["data"]["record"] for event in (await events_of(api.organization_id))[said:]]
    assert told == [*comments.values()]
    for kind, comment in comments.items():
        asked = {"record": kind.value, "record_id": ids[kind]}
        mine = [
            each for each in (await api.get(f"{project}/comments", params=asked))["items"] if each["author"] == "grace"
        ]
        assert mine == [comment], kind
    waits = (await api.get("/work-list", params={"person": "grace", "kind": "comment"}))["items"]
    assert {each["title"] for each in waits} == {f"Of the {kind}?" for kind in CommentedRecord}


def test_every_kind_of_record_can_be_commented_on():
    assert TABLES.keys() == set(CommentedRecord)
    kept = {name for name, table in METADATA.tables.items() if {"id", "project_id", "revision"} <= set(table.c.keys())}
    assert kept - set(TABLES.values()) == {"comments", "jobs", "imposed_changes", "outside_links"}, (
        "the last two: what is noted on the way, no records of anybody"
    )


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"body": ""}, "/body"),
        ({"mentions": ["ada", "ada"]}, "/mentions"),
        ({"mentions": [" "]}, "/mentions/0"),
        ({"mentions": [str(number) for number in range(51)]}, "/mentions"),
        ({"record": "weather"}, "/record"),
        ({"author": "grace"}, "/author"),
    ],
)
async def test_bad_input_is_refused_by_name(api, project, issue, fields, pointer):
    problem = await api.post(f"{project}/comments", about(issue) | fields, status=422)
    assert problem["errors"][0]["pointer"] == pointer


async def test_it_stays_when_its_record_goes_and_nobody_else_sees_it(api, stranger, auditor, project, issue):
    made = await api.post(f"{project}/comments", about(issue))
    await api.delete(f"{project}/issues/{issue}")
    assert await api.get(f"{project}/comments/{made['id']}") == made
    assert await auditor.get(f"{project}/comments/{made['id']}") == made
    await auditor.post(f"{project}/comments", about(issue), status=403)
    await stranger.get_missing(f"{project}/comments")
    assert (await api.get(f"{project}/snapshot"))["comments"] == [made]
    answer = await api.request(
        "POST", f"{project}/comments", params={"dry_run": "true"}, json=about(project.rpartition("/")[2], "project")
    )
    assert (answer.status_code, answer.json()) == (200, {"moved": []})
