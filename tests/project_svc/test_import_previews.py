"""`POST /imports?dry_run=true`: the same report, and nothing is kept."""

from dataclasses import replace

from tests.project_svc.plans import DAY, mspdi, small, uploaded

from planning.exchange import DocumentLink


async def tried(api, work, data, name="plan.xml"):
    answer = await api.request("POST", "/imports", params={"dry_run": "true"}, files={"file": (name, data)})
    assert answer.status_code == 202, answer.text
    await work(api.organization_id)
    return await api.get(answer.headers["location"])


async def test_a_new_project_is_only_told_of(api, work, events_of):
    job = await tried(api, work, mspdi(small()))
    assert (job["state"], job["project_id"]) == ("succeeded", None), job["problem"]
    result = job["result"]
    assert (result["dry_run"], result["project_id"], result["moved"]) == (True, None, [])
    assert (result["tasks"]["created"], result["links"]["created"]) == (4, 2)
    assert (await api.get("/projects"))["items"] == []
    said = [event for event in await events_of(api.organization_id) if "work" not in event["subject"]]
    assert said == []
    real = await uploaded(api, work, mspdi(small()))
    same = {name: value for name, value in real["result"].items() if name not in {"dry_run", "project_id"}}
    assert same == {name: value for name, value in result.items() if name in same}


async def test_a_known_project_shows_what_would_move_and_stays(api, work):
    job = await uploaded(api, work, mspdi(small()))
    path = f"/projects/{job['project_id']}"
    before = await api.get(f"{path}/snapshot")
    dig = next(task for task in before["tasks"] if task["name"] == "Dig")
    longer = tuple(replace(task, duration=8 * DAY) if task.name == "Dig" else task for task in small().tasks)
    preview = await tried(api, work, mspdi(small(tasks=longer)))
    assert (preview["state"], preview["project_id"]) == ("succeeded", job["project_id"]), preview["problem"]
    assert preview["result"]["tasks"] == {"created": 0, "updated": 1, "unchanged": 3, "deleted": 0}
    moved = {(each["task_id"], each["field"]): each for each in preview["result"]["moved"]}
    end = moved[dig["id"], "early_finish"]
    assert (end["from"], end["to"], end["shift"]) == ("2026-03-06T17:00", "2026-03-11T17:00", "P3D")
    assert await api.get(f"{path}/snapshot") == before


async def test_a_preview_is_refused_as_the_import_would_be(api, work):
    links = (DocumentLink("2", "3"), DocumentLink("3", "2"))
    job = await tried(api, work, mspdi(small(links=links)))
    assert (job["state"], job["problem"]["type"]) == ("failed", "/problems/cycle")
