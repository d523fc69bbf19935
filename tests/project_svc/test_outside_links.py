"""Links to another project wait until it arrives, whichever comes first, and become what a program agrees on."""

from dataclasses import replace

import pytest
from tests.project_svc.plans import DAY, START, mspdi, small, uploaded
from tests.project_svc.test_imposed_dates import Program

from contracts.program_events import DependencyProposed
from planning.exchange import DocumentProject, DocumentTask, OtherEnd, OutsideLink, read_mspdi
from planning.plan import LinkType
from project_svc.exchange.csv_form import read_csv
from project_svc.exchange.json_form import read_json, write_json

TO_TRACK = OutsideLink("2", "Track", "7", OtherEnd.PREDECESSOR, LinkType.FS, DAY)
FOOTING = small(outside_links=(TO_TRACK,))
TRACK = small(
    project=DocumentProject("Track", START, currency="EUR", guid="track-guid"),
    tasks=(DocumentTask("7", "Rails", duration=2 * DAY),),
    links=(),
)


async def taken(api, work, document, name="plan.xml"):
    data = write_json(document) if name.endswith("json") else mspdi(document)
    job = await uploaded(api, work, data, name, source="office")
    assert job["state"] == "succeeded", job["problem"]
    return job, f"/projects/{job['project_id']}"


def of_projects(events):
    """What was said, but for the jobs themselves."""
    return [event for event in events if ".work.job." not in event["subject"]]


async def outside_links(api, path):
    return (await api.get(f"{path}/outside-links"))["items"]


async def test_a_link_waits_and_says_for_what(api, work):
    job, path = await taken(api, work, FOOTING)
    assert job["result"]["outside_links"]["created"] == 1
    (finding,) = [each for each in job["result"]["fidelity"] if each["field"] == "outside_link"]
    assert (finding["loss"], finding["reason"], finding["source_ids"]) == (
        "converted",
        "waits for the project Track",
        ["2"],
    )
    (link,) = await outside_links(api, path)
    assert (link["state"], link["other_project"], link["other_task"]) == ("waiting", "Track", "7")
    assert (link["other_end"], link["type"], link["lag"], link["other_task_id"]) == ("predecessor", "FS", "P1D", None)
    assert "not been imported" in link["why"]
    answer = await api.request("GET", f"{path}/outside-links/{link['id']}")
    assert (answer.json(), answer.headers["etag"]) == (link, f'"{link["revision"]}"')
    assert (await api.get(f"{path}/snapshot"))["outside_links"][0]["id"] == link["id"]


@pytest.mark.parametrize("order", [(FOOTING, TRACK), (TRACK, FOOTING)], ids=["link first", "task first"])
async def test_whichever_project_comes_first_both_ends_are_found(api, work, order, events_of):
    paths = {}
    for document in order:
        job, paths[document.project.name] = await taken(api, work, document)
    assert job["result"]["completed_links"] == (1 if order[-1] is TRACK else 0)
    (link,) = await outside_links(api, paths["Footing"])
    (rails,) = (await api.get(f"{paths['Track']}/tasks"))["items"]
    assert (link["state"], link["other_task_id"]) == ("found", rails["id"])
    assert f"/projects/{link['other_project_id']}" == paths["Track"]
    said = [event for event in await events_of(api.organization_id) if ".outside_link.updated" in event["subject"]]
    assert [event["data"]["record"]["state"] for event in said] == ["found"]
    before = of_projects(await events_of(api.organization_id))
    for document in order:
        again, _ = await taken(api, work, document)
        assert (again["result"]["completed_links"], again["result"]["outside_links"]["created"]) == (0, 0)
    assert of_projects(await events_of(api.organization_id)) == before


async def test_a_link_of_another_source_is_not_mistaken(api, work):
    _, path = await taken(api, work, FOOTING)
    job = await uploaded(api, work, mspdi(TRACK), source="elsewhere")
    assert job["result"]["completed_links"] == 0
    (link,) = await outside_links(api, path)
    assert link["state"] == "waiting"


async def test_a_link_that_leads_back_into_its_own_project_is_a_link(api, work):
    own = OutsideLink("2", "Footing", "4", OtherEnd.SUCCESSOR)
    lost = OutsideLink("2", "Footing", "99", OtherEnd.SUCCESSOR)
    job, path = await taken(api, work, small(outside_links=(own, lost)), "plan.json")
    assert (job["result"]["links"]["created"], await outside_links(api, path)) == (3, [])
    assert [each["loss"] for each in job["result"]["fidelity"] if each["field"] == "outside_link"] == ["dropped"]


async def test_a_link_on_a_summary_becomes_links_on_the_tasks_below(api, work):
    link = OutsideLink("1", "Track", "7", OtherEnd.PREDECESSOR)
    _, path = await taken(api, work, small(outside_links=(link,)))
    names = {task["id"]: task["name"] for task in (await api.get(f"{path}/tasks"))["items"]}
    assert {names[each["task_id"]] for each in await outside_links(api, path)} == {"Dig", "Pour"}


async def test_a_later_file_changes_its_links_and_takes_away_those_that_are_gone(api, work):
    _, path = await taken(api, work, FOOTING)
    other = replace(TO_TRACK, task_id="3")
    job, _ = await taken(api, work, small(outside_links=(replace(TO_TRACK, lag=2 * DAY), other)))
    assert job["result"]["outside_links"] == {"created": 1, "updated": 1, "unchanged": 0, "deleted": 0}
    job, _ = await taken(api, work, small(outside_links=(other,)))
    assert job["result"]["outside_links"] == {"created": 0, "updated": 0, "unchanged": 1, "deleted": 1}
    assert len(await outside_links(api, path)) == 1


async def test_a_link_is_let_go_alone_or_with_its_task(api, work):
    _, path = await taken(api, work, small(outside_links=(TO_TRACK, replace(TO_TRACK, task_id="4", lag=0))))
    first, second = await outside_links(api, path)
    preview = await api.request("DELETE", f"{path}/outside-links/{first['id']}", params={"dry_run": "true"})
    assert preview.json() == {"moved": []}
    await api.delete(f"{path}/outside-links/{first['id']}")
    await api.delete(f"{path}/tasks/{second['task_id']}")
    assert await outside_links(api, path) == []


async def test_a_dependency_between_its_ends_stands_for_a_link(api, work, database):
    _, footing = await taken(api, work, FOOTING)
    back = OutsideLink("7", "Footing", "2", OtherEnd.SUCCESSOR, LinkType.FS)
    _, track = await taken(api, work, replace(TRACK, outside_links=(back,)))
    (link,), (same,) = await outside_links(api, footing), await outside_links(api, track)
    program = Program(database, api.organization_id)
    ends = {
        "provider": {"project_id": link["other_project_id"], "task_id": link["other_task_id"]},
        "receiver": {"project_id": link["project_id"], "task_id": link["task_id"]},
    }
    told = program.dependency(footing, link["task_id"], None, **ends, state="proposed", type="FS")
    await program.hear(program.tells(DependencyProposed, told))
    for path, one in ((footing, link), (track, same)):
        joined = await api.get(f"{path}/outside-links/{one['id']}")
        assert (joined["state"], joined["dependency_id"]) == ("joined", told["id"])
    revision = (await api.get(footing))["revision"]
    await program.hear(program.tells(DependencyProposed, told))
    assert (await api.get(footing))["revision"] == revision


@pytest.mark.parametrize("form", ["mspdi", "json", "csv"])
async def test_links_to_other_projects_come_back_as_they_went(api, work, form):
    after = OutsideLink("4", "Line 7", "12", OtherEnd.SUCCESSOR, LinkType.FF)
    _, path = await taken(api, work, small(outside_links=(TO_TRACK, after)))
    answer = await api.request("GET", f"{path}/export", params={"form": form})
    if form == "csv":
        assert read_csv(answer.content, "P")[0].outside_links == (TO_TRACK,)
        assert "outside_link" in answer.headers["interlock-fidelity"]
    else:
        read = read_mspdi if form == "mspdi" else read_json
        assert set(read(answer.content)[0].outside_links) == {TO_TRACK, after}


async def test_a_closed_project_is_left_as_it_is(api, work):
    _, path = await taken(api, work, FOOTING)
    await api.patch(path, {"state": "cancelled"})
    job, _ = await taken(api, work, TRACK)
    assert job["result"]["completed_links"] == 0
    assert (await outside_links(api, path))[0]["state"] == "waiting"


async def test_strangers_see_no_links(api, work, stranger):
    _, path = await taken(api, work, FOOTING)
    await stranger.get_missing(f"{path}/outside-links")
