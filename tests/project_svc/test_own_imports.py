"""Who imports into what: a manager into the own project, who organises projects into a new one, an admin into any."""

from uuid import UUID

import pytest
from tests.project_svc.member import ProjectMember
from tests.project_svc.plans import mspdi, small

from contracts.vocabulary import ProjectRole

FILE = {"file": ("plan.xml", mspdi(small()))}


def member(api, client, *roles: str, manages: str | None = None) -> ProjectMember:
    """Somebody of the same organisation."""
    projects = {} if manages is None else {UUID(manages.rpartition("/")[2]): ProjectRole.PROJECT_MANAGER}
    return ProjectMember(client, api.organization_id, frozenset(roles), in_projects=projects)


async def asked(who, project: str | None = None, **form: str):
    params = {} if project is None else {"project_id": project.rpartition("/")[2]}
    return await who.request("POST", "/imports", files=FILE, data=form, params=params)


async def done(api, work, answer):
    assert answer.status_code == 202, answer.text
    await work(api.organization_id)
    return await api.get(f"/jobs/{answer.json()['id']}")


async def test_a_manager_imports_into_the_own_project_and_finds_it_again(api, client, work, project, events_of):
    own = await api.task(project, "By hand")
    manager = member(api, client, manages=project)
    first = await asked(manager, project)
    assert first.json()["project_id"] == project.rpartition("/")[2]
    job = await done(api, work, first)
    assert job["state"] == "succeeded", job["problem"]
    assert f"/projects/{job['project_id']}" == project
    assert (job["result"]["tasks"]["created"], job["requested_by"]) == (4, manager.subject)
    assert (await api.get(project))["external_ref"] == {"source": "mspdi", "id": "footing"}
    updated = next(each for each in await events_of(api.organization_id) if each["subject"].endswith("project.updated"))
    assert "external_ref" in updated["data"]["changed"]
    codes = {each["id"]: each["wbs_code"] for each in (await api.get(f"{project}/tasks"))["items"]}
    assert codes[own] == "1"
    assert sorted(codes.values()) == ["1", "2", "2.1", "2.2", "3"]
    assert {each["field"]: each["count"] for each in job["result"]["fidelity"]}["wbs"] == 4
    for who, into in ((manager, project), (api, None)):
        again = await done(api, work, await asked(who, into))
        assert (again["state"], again["project_id"]) == ("succeeded", job["project_id"])
        assert again["result"]["tasks"] == {"created": 0, "updated": 0, "unchanged": 4, "deleted": 0}


async def test_a_manager_imports_nowhere_else(api, client, project):
    other = await api.project()
    manager = member(api, client, manages=project)
    assert (await asked(manager, other)).status_code == 404
    assert (await asked(manager)).status_code == 403
    viewer = ProjectMember(
        client, api.organization_id, frozenset(), in_projects={UUID(project.rpartition("/")[2]): ProjectRole.VIEWER}
    )
    assert (await asked(viewer, project)).status_code == 403
    assert (await asked(api, f"/projects/{api.organization_id}")).status_code == 404


async def test_who_organises_projects_imports_new_ones_alone(api, client, work, project):
    organizer = member(api, client, "portfolio_manager")
    assert (await asked(organizer, project)).status_code == 403
    job = await done(api, work, await asked(organizer, key="NEW"))
    assert job["state"] == "succeeded", job["problem"]
    assert (await api.get(f"/projects/{job['project_id']}"))["key"] == "NEW"
    again = await done(api, work, await asked(organizer))
    assert (again["state"], again["problem"]["status"]) == ("failed", 403)
    assert "project_id" in again["problem"]["detail"]


@pytest.mark.parametrize("preview", ["true", "false"])
async def test_a_plan_that_is_another_project_is_not_taken_over_twice(api, work, project, preview):
    job = await done(api, work, await asked(api, key="FIRST"))
    params = {"project_id": project.rpartition("/")[2], "dry_run": preview}
    twice = await done(api, work, await api.request("POST", "/imports", files=FILE, params=params))
    assert (twice["state"], twice["problem"]["type"]) == ("failed", "/problems/already-exists")
    assert job["project_id"] != project.rpartition("/")[2]
    copy = await done(
        api, work, await api.request("POST", "/imports", files=FILE, params=params, data={"project": "copy"})
    )
    assert (copy["state"], copy["project_id"]) == ("succeeded", params["project_id"]), copy["problem"]
    assert len((await api.get(f"{project}/tasks"))["items"]) == (0 if preview == "true" else 4)
