"""Projects that no program coordinates, in portfolios."""

from dataclasses import replace
from uuid import uuid4

import pytest

from contracts.vocabulary import ProjectRole

pytestmark = pytest.mark.slow

PERIOD = {"title": "March", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}


@pytest.fixture
async def held(api):
    """A portfolio below another; in it the project ALONE, done on 2026-03-13 with a deadline two days before."""
    alone = api.projects.project("ALONE", deadline="2026-03-11")
    api.projects.task(alone, "Build", 10)
    api.projects.budget_line(alone, "500.00")
    api.projects.risk(alone, "0.5", "100.00")
    await api.hear()
    top = (await api.post("/portfolios", {"key": "CITY", "name": "City"}))["id"]
    below = (await api.post("/portfolios", {"key": "MOBILITY", "name": "Mobility", "parent_id": top}))["id"]
    await api.post(f"/portfolios/{below}/projects", {"project_id": str(alone)})
    return f"/portfolios/{top}", f"/portfolios/{below}", alone


async def memberships(api):
    return [event["happened"] for event in await api.events() if event["happened"].startswith("portfolio_project.")]


async def test_a_portfolio_shows_its_projects_beside_its_programs(api, held):
    top, below, alone = held
    await api.program(key="ZOO", portfolio_id=below.rpartition("/")[2])
    (listed,) = (await api.get(f"{below}/projects"))["items"]
    assert (listed["project_id"], listed["key"], listed["state"]) == (str(alone), "ALONE", "executing")
    read = await api.get(f"{top}/overview")
    (project,) = read["projects"]
    told = ("key", "deadline", "finish", "is_late")
    assert [project[name] for name in told] == ["ALONE", "2026-03-11", "2026-03-13", True]
    first = await api.get(f"{top}/overview", params={"limit": 1})
    second = await api.get(f"{top}/overview", params={"limit": 1, "cursor": first["next"]})
    shown = [[[each["key"] for each in one[kind]] for kind in ("programs", "projects")] for one in (first, second)]
    assert (shown, second["next"]) == ([[[], ["ALONE"]], [["ZOO"], []]], None)


async def test_its_report_freezes_their_figures_and_prints_them(api, held):
    top, _, _ = held
    report = await api.post(f"{top}/status-reports", PERIOD)
    (project,) = (await api.get(f"{top}/status-reports/{report['id']}"))["content"]["projects"]
    assert project["schedule"] == {"start": "2026-03-02", "finish": "2026-03-13"}
    assert (project["earned_value"]["bac"]["amount"], project["risks"][0]["emv"]["amount"]) == ("500.00", "-50.00")
    page = (await api.request("GET", f"{top}/status-reports/{report['id']}/page")).text
    assert "Projects outside programs" in page
    assert page.count("ALONE") >= 3


async def test_a_plan_that_cannot_be_scheduled_is_shown_without_dates(api, held):
    top, _, alone = held
    one, other = api.projects.task(alone, "A"), api.projects.task(alone, "B")
    api.projects.link(alone, one, other)
    api.projects.link(alone, other, one)
    await api.hear()
    (project,) = (await api.get(f"{top}/overview"))["projects"]
    assert (project["finish"], project["is_late"]) == (None, False)
    report = await api.post(f"{top}/status-reports", PERIOD)
    (frozen,) = (await api.get(f"{top}/status-reports/{report['id']}"))["content"]["projects"]
    assert "unschedulable" in frozen
    assert (await api.request("GET", f"{top}/status-reports/{report['id']}/page")).status_code == 200


async def test_a_project_is_in_one_portfolio_and_a_portfolio_with_one_is_not_deleted(api, held):
    top, below, alone = held
    body = {"project_id": str(alone)}
    again = await api.post(f"{top}/projects", body, status=409)
    assert (again["type"], again["portfolio_id"]) == ("/problems/already-in-portfolio", below.rpartition("/")[2])
    assert (await api.delete(below, status=409)).json()["type"] == "/problems/portfolio-not-empty"
    await api.post(f"{below}/projects", {"project_id": str(uuid4())}, status=404)
    await api.post(f"/portfolios/{uuid4()}/projects", body, status=404)
    await api.delete(f"{top}/projects/{alone}", status=404)
    await api.delete(f"{below}/projects/{alone}")
    await api.post(f"{top}/projects", body)
    await api.delete(below)
    assert await memberships(api) == ["portfolio_project.added", "portfolio_project.removed", "portfolio_project.added"]


async def test_a_project_that_joins_a_program_leaves_its_portfolio(api, held):
    _, below, alone = held
    program = await api.program(alone)
    assert (await api.get(f"{below}/projects"))["items"] == []
    refused = await api.post(f"{below}/projects", {"project_id": str(alone)}, status=409)
    assert (refused["type"], refused["program_id"]) == ("/problems/already-component", program.rpartition("/")[2])
    assert await memberships(api) == ["portfolio_project.added", "portfolio_project.removed"]


async def test_a_project_that_is_deleted_leaves_its_portfolio(api, held):
    top, below, alone = held
    api.projects.delete(alone)
    await api.hear()
    assert (await api.get(f"{below}/projects"))["items"] == []
    assert (await api.get(f"{top}/overview"))["projects"] == []
    assert await memberships(api) == ["portfolio_project.added", "portfolio_project.removed"]


async def test_who_does_not_see_a_project_gets_its_count_alone(api, held):
    top, below, alone = held
    stranger = replace(api, roles=frozenset())
    hidden = await stranger.get(f"{top}/overview")
    assert (hidden["projects"], hidden["hidden_count"]) == ([], 1)
    assert (await stranger.get(f"{below}/projects"))["items"] == []
    member = replace(stranger, in_projects={alone: ProjectRole.VIEWER})
    seen = await member.get(f"{top}/overview")
    assert ([each["key"] for each in seen["projects"]], seen["hidden_count"]) == (["ALONE"], 0)
    answer = await member.request("POST", f"{below}/projects", json={"project_id": str(alone)})
    assert answer.status_code == 403
