"""Every route of project-svc that writes: its answer, its preview, the events that say what it did, and what the audit log says of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from audit_kit import BY_REQUEST, attributable, check_entries, entries_of
from tests.project_svc.write_routes import CANCEL, JOBS, OF_THE_ORGANIZATION, WRITES, filled, one_of_everything

from contracts.project_events.jobs import JobKind, JobStatus
from project_svc.application import ROUTERS
from project_svc.jobs.models import Job
from project_svc.outside_links.models import OUTSIDE_LINKS
from project_svc.records import new_id, now

WRITING = {"POST", "PATCH", "PUT", "DELETE"}


def test_every_route_that_writes_has_a_row():
    routes = {
        f"{method} {route.path}" for router in ROUTERS for route in router.routes for method in route.methods & WRITING
    }
    assert routes == WRITES.keys() | JOBS.keys() | OF_THE_ORGANIZATION | {CANCEL}


@asynccontextmanager
async def undone(database: Any) -> AsyncIterator[None]:
    """What happens inside did not happen."""
    seat = database.seats.seat
    await seat.begin(None)
    try:
        yield
    finally:
        await seat.rollback()


async def levelled(database: Any, api: Any, project_id: str, revision: int, task_id: str) -> str:
    """A levelling that delays a task, as its job would have left it."""
    moved = {"task_id": task_id, "start": "2026-03-16", "finish": "2026-03-20", "delay": "P10D", "is_takeable": True}
    found = {"project_id": project_id, "revision": revision, "seed": 0, "evaluations": 1, "is_shortest": True}
    found |= {"unlevelled_finish": "2026-03-13", "finish": "2026-03-20", "moved": [moved]}
    at = now()
    times = {"created_at": at, "updated_at": at, "finished_at": at}
    done = {"state": JobStatus.SUCCEEDED, "phase": "done", "share": 1.0, "requested_by": "ada", "correlation_id": "c"}
    async with database.transaction(api.organization_id) as session:
        job = Job(id=new_id(), organization_id=api.organization_id, project_id=project_id, kind=JobKind.LEVELLING)
        for name, value in (times | done | {"asked": {}, "result": found, "revision": 1}).items():
            setattr(job, name, value)
        session.add(job)
    return str(job.id)


async def linked_outside(database: Any, api: Any, project_id: str, task_id: str, **more: Any) -> str:
    """A link to another project's task, as an import would have left it."""
    at, link_id = now(), new_id()
    whose = {"id": link_id, "organization_id": api.organization_id, "project_id": project_id, "task_id": task_id}
    said = {"other_end": "predecessor", "other_project": "Track", "other_task": "7", "type": "FS", "lag": "P0D"}
    kept = {"revision": 1, "created_at": at, "updated_at": at, "state": "waiting"}
    async with database.transaction(api.organization_id) as session:
        await session.execute(OUTSIDE_LINKS.table.insert(), [whose | said | kept | more])
    return str(link_id)


async def test_every_write_answers_previews_and_says_what_it_did(api, database, events_of):
    attributable(api)
    project, made = await one_of_everything(api)
    revision = (await api.get(project))["revision"]
    made["levelling"] = await levelled(database, api, made["project_id"], revision, made["free"])
    made["outside_link"] = await linked_outside(database, api, made["project_id"], made["free"])
    before = len(await events_of(api.organization_id))
    wrong = []
    for route in WRITES:
        async with undone(database):
            try:
                await carry_out(api, events_of, before, revision, made, route)
            except AssertionError as error:
                wrong.append(f"{route}: {error}")
    assert not wrong, "\n".join(wrong)


async def carry_out(api, events_of, before: int, revision: int, made: dict[str, str], route: str) -> None:
    write = WRITES[route]
    method, path = route.split(" ")
    path = path.format_map(made | {name: made[record] for name, record in write.named.items()})
    options = {"json": filled(write.body, made)} if write.body is not None else {}
    if write.content is not None:
        options = {"content": write.content.encode(), "headers": {"Content-Type": "text/calendar"}}

    tried = await api.request(method, path, params={"dry_run": "true"}, **options)
    assert tried.status_code == 200, tried.text
    assert tried.json().keys() == {"moved"}, tried.text
    assert len(await events_of(api.organization_id)) == before, "a preview said something"

    answer = await api.request(method, path, **options)
    assert answer.status_code == write.status, answer.text
    said = (await events_of(api.organization_id))[before:]
    happened = [".".join(event["subject"].split(".")[-2:]) for event in said]
    own = [event for event, name in zip(said, happened, strict=True) if name != "schedule.recalculated"]
    assert tuple(name for name in happened if name != "schedule.recalculated") == write.events, happened
    expected = 1 if route == "POST /projects" else revision + 1
    assert {event["revision"] for event in said} == {expected}
    assert [event["position"] for event in said] == list(range(1, len(said) + 1))
    for event in said:
        assert (event["headers"]["ce-actor"], event["positions"]) == ("ada", len(said))
    for event in own:
        check_event(event, expected)
    check_entries(entries_of(said))
    body = answer.json() if answer.content else {}
    told = [event["data"]["record"] for event in own if event["data"].get("record", {}).get("id") == body.get("id")]
    if write.status == 201 or method == "PATCH":
        assert told, "no event has the record of the answer"
        shown = told[0].keys() & body.keys()
        assert {name: body[name] for name in shown} == {name: told[0][name] for name in shown}
        assert answer.headers["etag"] == f'"{body["revision"]}"'


async def test_every_job_is_told_of_when_it_is_asked_for_called_off_and_done(api, database, events_of, work):
    attributable(api)
    project = await api.project()
    path = {"project_id": project.rpartition("/")[2]}
    told = 1
    jobs = []
    for route, kind in JOBS.items():
        method, where = route.split(" ")
        sent = {"files": {"file": ("plan.json", b"{}")}} if kind == "import" else {"json": {}}
        answer = await api.request(method, where.format_map(path), **sent)
        assert answer.status_code == 202, answer.text
        jobs.append(answer.json())
        said, told = await since(api, events_of, told)
        check_entries(said)
        about = None if kind == "import" else path["project_id"]
        assert [(each["record"], each["action"], each["record_id"], each["project_id"]) for each in said] == [
            ("job", "created", jobs[-1]["id"], about)
        ]
        assert (said[0]["after"]["kind"], said[0]["after"]["state"]) == (kind, "queued")
    await api.request(*CANCEL.format(job_id=jobs[1]["id"]).split(" "))
    said, told = await since(api, events_of, told)
    check_entries(said)
    assert [(each["before"]["state"], each["after"]["state"]) for each in said] == [("queued", "cancelled")]
    await work(api.organization_id)
    said, _ = await since(api, events_of, told)
    for job, end in ((jobs[0], "failed"), (jobs[2], "succeeded")):
        about_it = [each for each in said if each["record_id"] == job["id"]]
        assert [each["after"]["state"] for each in about_it] == ["running", end]
        check_entries(about_it[:1], origin=BY_REQUEST | {"kind": "system", "cause": f"jobs/{job['id']}"})
    events = [each for each in await events_of(api.organization_id) if each["headers"]["ce-type"].startswith(JOB)]
    assert [each["revision"] for each in events] == list(range(1, len(events) + 1))


JOB = "io.interlock.project.job."


async def since(api, events_of, told: int) -> tuple[list[dict[str, Any]], int]:
    """What the log says of what was said since; and how much was said in all."""
    said = await events_of(api.organization_id)
    return entries_of(said[told:]), len(said)


def check_event(event: dict[str, Any], revision: int) -> None:
    """What changed is named with its old values; what is new or gone carries its whole state."""
    happened = event["subject"].split(".")[-1]
    data = event["data"]
    if "record" not in data:
        return
    if happened == "updated":
        assert data["changed"], event["subject"]
        assert sorted(data["previous"]) == data["changed"]
        assert all(data["record"][name] != data["previous"][name] for name in data["changed"])
    else:
        assert (data["changed"], data["previous"]) == ([], {})
    if happened != "deleted":
        assert data["record"]["revision"] == revision
