"""A project that was exported is found again by its file, in every form; the file as it went out changes nothing."""

from dataclasses import replace

import pytest
from tests.project_svc.plans import DAY, exported, mspdi, small, uploaded
from tests.project_svc.rich import rich_project

from planning.exchange import DocumentTask, read_mspdi
from project_svc.exchange.csv_form import read_csv
from project_svc.exchange.csv_writing import write_csv

NAMES = {"mspdi": "plan.xml", "csv": "plan.csv", "json": "plan.json"}


@pytest.mark.parametrize("form", NAMES)
async def test_an_export_taken_over_again_changes_nothing(api, work, form):
    project, _ = await rich_project(api)
    await api.patch(project, {"progress_logic": "override", "critical_float": "PT12H"})
    before = await api.get(f"{project}/snapshot")
    await taken_again(api, work, project, form)
    assert await api.get(f"{project}/snapshot") == before


async def taken_again(api, work, project, form):
    """Nothing is made, changed or removed by the project's own file; what it has is all found."""
    job = await uploaded(api, work, await exported(api, project, form), NAMES[form])
    assert job["state"] == "succeeded", job["problem"]
    assert f"/projects/{job['project_id']}" == project
    result = job["result"]
    for kind, counted in result.items():
        if isinstance(counted, dict) and "created" in counted:
            assert {**counted, "unchanged": 0} == dict.fromkeys(counted, 0), kind
    assert result["not_in_file"] == []
    assert not any(each["field"] == "guid" for each in result["fidelity"])
    assert result["tasks"]["unchanged"] == len((await api.get(f"{project}/tasks"))["items"])
    assert result["links"]["unchanged"] == len((await api.get(f"{project}/links"))["items"])


async def test_what_was_imported_once_is_found_by_its_export_in_another_form(api, work):
    first = await uploaded(api, work, mspdi(small()))
    project = f"/projects/{first['project_id']}"
    await api.task(project, "Own", "P2D")
    for form in NAMES:
        await taken_again(api, work, project, form)
    (_, *_), last = await exported_ids(api, project)
    assert last == {"1", "2", "3", "4"}, "what has an id in its source keeps it beside what has none"
    again = await uploaded(api, work, mspdi(small()))
    assert (again["project_id"], again["result"]["tasks"]["unchanged"]) == (first["project_id"], 4)


async def exported_ids(api, project):
    document, _ = read_csv(await exported(api, project, "csv"), "P")
    ids = [task.source_id for task in document.tasks]
    return ids, {each for each in ids if each.isdecimal()}


async def test_what_was_edited_outside_changes_the_project_that_it_came_from(api, work):
    project, tasks = await rich_project(api)
    document, _ = read_mspdi(await exported(api, project))
    longer = [replace(task, duration=task.duration + DAY) if task.name == "Cure" else task for task in document.tasks]
    added = DocumentTask("90", "New", duration=DAY, guid="6d4f8b6e-0000-4000-8000-000000000001")
    costs = [replace(task, cost=task.cost and task.cost + 1) for task in (*longer, added) if task.name != "Seal"]
    kept = tuple(link for link in document.links if link.lag >= 0)
    edited = replace(document, tasks=tuple(costs), links=kept)
    for counted in ({"created": 1, "updated": 1}, {"created": 0, "updated": 0}):
        job = await uploaded(api, work, mspdi(edited))
        assert job["state"] == "succeeded", job["problem"]
        result = job["result"]
        assert {name: result["tasks"][name] for name in counted} == counted
        assert result["not_in_file"] == [tasks["Seal"]]
    assert (result["links"]["deleted"], len((await api.get(f"{project}/links"))["items"])) == (0, len(kept))
    (unclear,) = [each for each in result["fidelity"] if each["field"] == "cost"]
    assert "several budget lines" in unclear["reason"]
    lines = {line["name"]: line["amount"]["amount"] for line in (await api.get(f"{project}/budget/lines"))["items"]}
    assert (lines["Concrete"], lines["Digging"], lines["In case"]) == ("8.00", "120.00", "5.00")


async def test_a_copy_is_made_under_another_name(api, work):
    project, _ = await rich_project(api, key="TRAM")
    data = await exported(api, project)
    job = await uploaded(api, work, data, project="copy", key="COPY", granularity="day")
    assert job["state"] == "succeeded", job["problem"]
    assert f"/projects/{job['project_id']}" != project
    again = await uploaded(api, work, data, project="copy")
    assert (again["project_id"], again["result"]["tasks"]["created"]) == (job["project_id"], 0)
    new = DocumentTask("1", "From elsewhere", duration=DAY)
    elsewhere = mspdi(small(tasks=(new,), links=()))
    into = await uploaded(api, work, elsewhere, project=project.rpartition("/")[2])
    assert into["state"] == "succeeded", into["problem"]
    assert f"/projects/{into['project_id']}" == project, "a file of elsewhere, for a project that is named by its id"


async def test_a_table_keeps_durations_whatever_the_day_is(api):
    project, _ = await rich_project(api)
    written, _ = read_mspdi(await exported(api, project))
    read, _ = read_csv(await exported(api, project, "csv"), "P")
    assert {task.name: task.duration for task in read.tasks} == {task.name: task.duration for task in written.tasks}
    assert {task.name: task.duration for task in read.tasks}["Cure"] == 7 * 360
    assert sorted(link.lag for link in read.links) == sorted(link.lag for link in written.links)
    assert {(each.work, each.actual_work or 0) for each in read.assignments if each.work is not None} == {
        (each.work, each.actual_work or 0) for each in written.assignments if each.work is not None
    }
    again, _ = read_csv(write_csv(read), "P")
    assert again == read
