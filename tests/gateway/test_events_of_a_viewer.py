"""Whoever sees one project of a program follows its events, and learns of the other projects only that there is something."""

from uuid import uuid4

import orjson
from live_kit import example, listening
from webhook_kit import make_hook, states

from contracts import program_events
from contracts.program_events.portfolio_subscriptions import PortfolioSubscriptionDelivered
from contracts.program_events.portfolios import PortfolioCreated, PortfolioReportCreated
from contracts.project_events.jobs import JobCreated
from contracts.project_events.shared_calendars import SharedCalendarCreated

SECRETS = ("Hidden shaft", "Signed track geometry", "Mara Lindqvist")
"""What only who sees both projects may read."""


async def tell(author) -> dict[str, str]:
    """One event of each kind: of the project that is seen, of one that is not, and of a dependency between the two."""
    hidden = uuid4()
    ends = {
        "provider": {"project_id": str(hidden), "task_id": str(uuid4())},
        "receiver": {"project_id": str(author.project_id), "task_id": str(uuid4())},
    }
    whose = {"id": uuid4(), "organization_id": author.organization_id, "program_id": author.program_id}
    proposed = example(program_events.DependencyProposed, **whose, **ends)
    return {
        "seen": await author.task("Seen"),
        "hidden": await author.task("Hidden shaft", project_id=hidden),
        "dependency": await author.say("program", author.program_id, proposed),
    }


async def test_the_list_leaves_out_what_is_hidden_and_counts_it(live, author, viewer):
    said = await tell(author)
    whole = await live.client.get("/v1/events")
    assert [item["id"] for item in whole.json()["items"]] == list(said.values())
    assert [secret for secret in SECRETS if secret not in whole.text] == []

    answer = await viewer.get("/v1/events")
    page = answer.json()
    assert ([item["id"] for item in page["items"]], page["hidden_count"]) == ([said["seen"], said["dependency"]], 1)
    assert [secret for secret in SECRETS if secret in answer.text] == []
    assert "Seen" in answer.text


async def test_a_stream_passes_over_what_is_hidden(author, viewer):
    async with listening(viewer) as reader:
        said = await tell(author)
        assert await reader.ids(2) == [said["seen"], said["dependency"]]
        told = await reader.next()
    assert (told.name, told.data) == ("hidden", {"hidden_count": 1})
    assert [secret for secret in SECRETS if secret in str(reader.seen)] == []


async def test_of_what_is_asked_for_by_name_and_hidden_nothing_is_told(live, author, viewer):
    """The id of a project that one does not see was enough to count what happened there, by type of event; and `next` told it, too."""
    hidden = uuid4()
    for _ in range(3):
        await author.task("Hidden shaft", project_id=hidden)
    task = orjson.loads((await live.client.get("/v1/events")).content)["items"][0]["subject"]
    elsewhere = example(program_events.ProgramCreated, id=uuid4(), organization_id=author.organization_id)
    await author.say("program", there := uuid4(), elsewhere)
    for asked in (f"project_id={hidden}", f"program_id={there}", f"subject={task}", f"project_id={hidden}&record=task"):
        assert (await live.client.get(f"/v1/events?{asked}")).json()["items"]
        page = (await viewer.get(f"/v1/events?{asked}&limit=1")).json()
        assert (page["items"], page["next"], page["hidden_count"]) == ([], None, 0), asked
    seen = await author.task("Seen")
    page = (await viewer.get(f"/v1/events?project_id={hidden}&project_id={author.project_id}&limit=1")).json()
    assert ([each["id"] for each in page["items"]], page["hidden_count"]) == ([seen], 0)
    assert (await viewer.get("/v1/events?record=task")).json()["hidden_count"] == 3
    path = f"/v1/events?project_id={hidden}&project_id={author.project_id}"
    async with listening(viewer, path) as reader:
        await author.task("Hidden shaft", project_id=hidden)
        await author.task("Seen")
        assert (await reader.next()).data["data"]["record"]["name"] == "Seen"
        await author.task("Hidden shaft", project_id=hidden)
        await live.client.delete(f"/v1/members/{viewer.headers['X-Member']}")
        await author.task("Seen")
        assert (await reader.next()).name == "close"


async def test_who_comes_back_after_what_is_hidden_does_not_pass_over_it_again(author, viewer):
    """Only what was seen moved the id: a listener of little came back with an old one, and after 30 days of silence with one too old."""
    async with listening(viewer) as reader:
        await author.tasks(3, project_id=uuid4())
        told = await reader.next()
        while told.data["hidden_count"] < 3:
            told.data["hidden_count"] += (await reader.next()).data["hidden_count"]
        at = reader.seen[-1].id
    async with listening(viewer, last_event_id=at) as reader:
        await author.task("Seen")
        assert (await reader.next()).data["data"]["record"]["name"] == "Seen"


async def test_a_webhook_with_a_members_eyes_gets_what_that_one_may_see(live, author, viewer, worker, receiver):
    hook = await make_hook(live.client, f"{receiver.url}?viewer", member_id=viewer.headers["X-Member"])
    whole = await make_hook(live.client, receiver.url)
    await worker.start()
    said = await tell(author)
    await whole.until(lambda found: states(found) == ["delivered"] * 3)
    got = await hook.until(lambda found: states(found) == ["delivered"] * 2)
    assert {each["event_id"] for each in got} == {said["seen"], said["dependency"]}
    theirs = [each.body.decode() for each in receiver.received if each.path.endswith("?viewer")]
    assert [secret for secret in SECRETS if secret in str(theirs)] == []
    assert [secret for secret in SECRETS if secret not in str([each.body for each in receiver.received])] == []
    (stub,) = (event["data"]["record"] for event in map(orjson.loads, theirs) if event["id"] == said["dependency"])
    assert stub["redacted"] == ["provider"]
    assert {event["actor"] for event in map(orjson.loads, theirs) if event["id"] == said["dependency"]} == {""}
    assert ((await hook.get())["hidden_count"], (await whole.get())["hidden_count"]) == (1, 0)

    assert (await live.client.delete(f"/v1/members/{viewer.headers['X-Member']}")).status_code == 204
    await tell(author)
    await whole.until(lambda found: states(found) == ["delivered"] * 6)
    assert len(await hook.deliveries()) == 2
    changed = await live.client.patch(hook.path, json={"member_id": None})
    assert (changed.status_code, changed.json()["member_id"]) == (200, None)
    refused = await live.client.patch(hook.path, json={"member_id": viewer.headers["X-Member"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/member_id")


async def test_what_waits_for_a_webhook_ends_with_the_member_whose_eyes_it_has(live, author, viewer, worker, receiver):
    """It was tried for days after that one had left, as long as the receiver did not take it."""
    hook = await make_hook(live.client, f"{receiver.url}?viewer", member_id=viewer.headers["X-Member"])
    held = await make_hook(live.client, f"{receiver.url}?held", member_id=viewer.headers["X-Member"])
    whole = await make_hook(live.client, receiver.url)
    receiver.answer = 500
    await worker.start()
    await author.task("Seen")
    for each in (hook, held, whole):
        await each.until(lambda found: states(found) == ["pending"] and len(found[0]["attempts"]) == 1)
    assert (await live.client.patch(held.path, json={"state": "disabled"})).status_code == 200
    assert states(await held.deliveries()) == ["held"]
    assert (await live.client.delete(f"/v1/members/{viewer.headers['X-Member']}")).status_code == 204
    assert [states(await each.deliveries()) for each in (hook, held, whole)] == [["failed"], ["failed"], ["pending"]]
    assert (await live.client.patch(held.path, json={"state": "enabled"})).status_code == 200
    receiver.answer = 204
    await worker.make_due()
    await whole.until(lambda found: states(found) == ["delivered"])
    assert len(receiver.received) == 4
    assert [len(each[0]["attempts"]) for each in (await hook.deliveries(), await held.deliveries())] == [1, 1]


async def test_without_a_role_nothing_is_seen(live, author, viewer):
    await tell(author)
    for role in (await live.client.get("/v1/roles")).json()["items"]:
        if role["role"] == "viewer":
            assert (await live.client.delete(f"/v1/roles/{role['id']}")).status_code == 204
    page = (await viewer.get("/v1/events")).json()
    assert (page["items"], page["hidden_count"]) == ([], 3)


async def test_the_organisations_calendars_are_everybodys_and_its_jobs_are_not(author, viewer):
    whose = {"id": uuid4(), "organization_id": author.organization_id}
    created = [
        await author.say("work", author.organization_id, event)
        for event in (example(SharedCalendarCreated, **whose), example(JobCreated, **whose, project_id=uuid4()))
    ]
    page = (await viewer.get("/v1/events")).json()
    assert ([item["id"] for item in page["items"]], page["hidden_count"]) == (created[:1], 1)


async def test_of_portfolios_everybody_hears_but_not_of_the_reports_on_them(author, viewer):
    whose = {"id": uuid4(), "organization_id": author.organization_id}
    created = [
        await author.say("strategy", author.organization_id, example(event, **whose))
        for event in (PortfolioCreated, PortfolioReportCreated, PortfolioSubscriptionDelivered)
    ]
    page = (await viewer.get("/v1/events")).json()
    assert ([item["id"] for item in page["items"]], page["hidden_count"]) == (created[:1], 2)


async def test_a_job_is_its_projects_before_it_is_anybodys(author, viewer):
    """Who asked for it and lost sight of the project no longer learns what was found there."""
    whose = {"organization_id": author.organization_id, "requested_by": f"members/{viewer.headers['X-Member']}"}
    told = [
        await author.say("work", author.organization_id, example(JobCreated, id=uuid4(), project_id=project, **whose))
        for project in (author.project_id, None, uuid4())
    ]
    page = (await viewer.get("/v1/events")).json()
    assert ([item["id"] for item in page["items"]], page["hidden_count"]) == (told[:2], 1)
