"""Roadmap and status reports: frozen, in JSON and as a page; nothing that people write becomes markup."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pictures.between import MOST_NODES
from program_svc.reports import content, roadmap
from program_svc.reports.captions import map_caption
from program_svc.reports.roadmap import months_between

pytestmark = pytest.mark.slow


@pytest.fixture
async def line(api):
    """Two projects, the second with a milestone, in a program with a gate and a deadline."""
    first, second = api.projects.project("TRACK"), api.projects.project("SERVICE", name="Trams & <b>buses</b>")
    build = api.projects.task(first, "Build", 30)
    opening = api.projects.task(second, "Line <7> opens", 0, kind="milestone")
    await api.hear()
    program = await api.program(first, second, deadline="2026-05-01", name="Line 7 & harbour")
    await api.commit(program, build, opening)
    await api.post(f"{program}/gates", {"name": "Ready?", "planned_on": "2026-04-15"})
    await api.post(f"{program}/gates", {"name": "Some day"})
    return build, program


async def test_the_roadmap_shows_projects_milestones_and_gates(api, line):
    build, program = line
    read = await api.get(f"{program}/roadmap")
    assert [(each["key"], each["starts_on"], each["ends_on"]) for each in read["projects"]] == [
        ("TRACK", "2026-03-02", "2026-04-10"),
        ("SERVICE", "2026-04-10", "2026-04-10"),
    ]
    assert [(each["on"], each["is_reached"]) for each in read["projects"][1]["milestones"]] == [("2026-04-10", False)]
    assert [each["name"] for each in read["gates"]] == ["Ready?"]
    api.projects.change(build, duration="P40D")
    await api.hear()
    assert (await api.get(f"{program}/roadmap"))["ends_on"] == "2026-04-24"


async def test_the_picture_is_well_formed_whatever_people_write(api, line):
    _, program = line
    answer = await api.request("GET", f"{program}/roadmap.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    picture = ET.fromstring(answer.text)
    told = " ".join(picture.itertext())
    assert "Line <7> opens: 2026-04-10" in told
    assert "SERVICE Trams & <b>buses</" in told
    kinds = [element.get("class") for element in picture.iter()]
    assert (kinds.count("bar"), kinds.count("milestone"), kinds.count("gate"), kinds.count("deadline")) == (2, 1, 1, 1)
    empty = await api.request("GET", f"{await api.program()}/roadmap.svg")
    assert "No project has any work yet." in empty.text


async def test_a_report_is_frozen_when_it_is_published(api, line):
    build, program = line
    body = {
        "title": "March",
        "starts_on": "2026-03-01",
        "ends_on": "2026-03-31",
        "achievements": "Tendered <script>alert(1)</script>",
        "lights": {"schedule": "amber"},
    }
    report = await api.post(f"{program}/status-reports", body)
    path = f"{program}/status-reports/{report['id']}"
    before = await api.get(path)
    assert before["content"]["schedule"] == {"start": "2026-03-02", "finish": "2026-04-10"}
    assert before["content"]["dependencies"]["states"] == {"committed": 1}
    assert (report["published_by"], report["lights"]["cost"]) == ("ada", None)
    page = await api.request("GET", f"{path}/page")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for shown in ("&lt;script&gt;", "Line 7 &amp; harbour", "<svg", '<td class="amber">amber</td>'):
        assert shown in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    api.projects.change(build, duration="P40D")
    await api.hear()
    assert await api.get(path) == before
    assert (await api.request("GET", f"{path}/page")).text == page.text
    for method in ("PATCH", "DELETE"):
        assert (await api.request(method, path, json={})).status_code == 405
    with pytest.raises(IntegrityError, match="does not change"):
        async with api.database.transaction(api.organization_id) as session:
            await session.execute(text("UPDATE status_report_contents SET content = '{}'"))
    assert [each["title"] for each in (await api.get(f"{program}/status-reports"))["items"]] == ["March"]
    refused = await api.post(f"{program}/status-reports", body | {"ends_on": "2026-02-01"}, status=422)
    assert refused["errors"][0]["pointer"] == "/ends_on"


async def test_a_page_shows_where_the_program_stands_in_pictures(api, line):
    build, program = line
    track = api.projects.records[build]["project_id"]
    api.projects.budget_line(track, "1000.00", task_id=str(build))
    api.projects.actual(track, "100.00")
    api.projects.risk(track, "0.4", "60.00")
    await api.hear()
    top = (await api.post("/goals", {"name": "A <city> that moves"}))["id"]
    goal = (await api.post("/goals", {"name": "Line 7", "parent_id": top, "due": "2026-05-01"}))["id"]
    await api.post("/goals", {"name": "Nobody's"})
    await api.post("/alignments", {"goal_id": goal, "project_id": str(track)})
    await api.post(
        f"{program}/risks", {"title": "R", "probability": 0.05, "cost_impact": {"amount": "500.00", "currency": "EUR"}}
    )
    report = await api.post(
        f"{program}/status-reports", {"title": "T", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}
    )
    path = f"{program}/status-reports/{report['id']}"
    outlines = (await api.get(path))["content"]["outlines"]
    curve = outlines["curve"]
    assert (curve["planned"][0]["on"], curve["currency"], curve["cost"]) == ("2026-03-02", "EUR", "100.0000")
    assert [float(curve["planned"][place]["amount"]) for place in (0, -1)] == [pytest.approx(1000 / 30), 1000]
    assert outlines["between"] == [{"giver": "TRACK", "receiver": "SERVICE", "count": 1, "mood": "well"}]
    assert [(each["name"], each["depth"]) for each in outlines["tree"]] == [("A <city> that moves", 0), ("Line 7", 1)]
    assert outlines["risk_cells"] == [
        {"probability": 1, "impact": 5, "count": 1},
        {"probability": 3, "impact": 4, "count": 1},
    ]
    page = (await api.request("GET", f"{path}/page")).text
    assert page.count("<svg") == 5
    assert "A &lt;city&gt; that moves" in page


async def test_a_report_can_be_published_of_a_program_that_has_nothing_yet(api):
    program = await api.program()
    body = {"title": "Start", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}
    report = await api.post(f"{program}/status-reports", body)
    page = await api.request("GET", f"{program}/status-reports/{report['id']}/page")
    assert page.status_code == 200


def test_months_go_from_the_first_to_the_last():
    assert months_between(date(2026, 11, 15), date(2027, 1, 1)) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
    ]


async def test_a_roadmap_is_of_a_period_and_of_a_project_if_asked(api, line, monkeypatch):
    _, program = line
    whole = await api.get(f"{program}/roadmap")
    ends = [each["on"] for project in whole["projects"] for each in project["milestones"]]
    asked = {"from": max(ends), "to": max(ends)}
    of_a_day = await api.get(f"{program}/roadmap", params=asked)
    assert [each["on"] for project in of_a_day["projects"] for each in project["milestones"]] == [max(ends)]
    assert (await api.get(f"{program}/roadmap", params={"from": "2030-01-01"}))["projects"] == []
    for project in whole["projects"]:
        alone = await api.get(f"{program}/roadmap", params={"project_id": project["project_id"]})
        assert alone["projects"] == [project]
    monkeypatch.setattr(roadmap, "MOST_MILESTONES", 0)
    assert (whole["milestones_from"], (await api.get(f"{program}/roadmap"))["milestones_from"]) == (None, min(ends))
    picture = await api.request("GET", f"{program}/roadmap.svg", params=asked)
    assert picture.status_code == 200


async def test_a_report_says_how_much_of_a_list_it_holds(api, line, monkeypatch):
    """Once it left out what was beyond the first two hundred, and nobody could tell."""
    _, program = line
    for number in range(3):
        await api.post("/goals", {"name": f"G{number}", "program_id": program.removeprefix("/programs/")})
        await api.post(f"{program}/benefits", {"name": f"B{number}", "baseline": 0, "target": 1})
    body = {"title": "T", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}

    async def published():
        path = f"{program}/status-reports/{(await api.post(f'{program}/status-reports', body))['id']}"
        return (await api.get(path))["content"], (await api.request("GET", f"{path}/page")).text

    whole, page = await published()
    assert whole["listed"] == {
        "worrying": {"shown": 0, "total": 0},
        **{name: {"shown": 3, "total": 3} for name in ("goals", "benefits", "tree")},
    }
    assert "The first" not in page
    assert "are not drawn" not in page
    monkeypatch.setattr(content, "MOST_LISTED", {"worrying": 0, "goals": 2, "benefits": 1, "tree": 2})
    monkeypatch.setattr(roadmap, "MOST_MILESTONES", 0)
    part, page = await published()
    assert {name: each["shown"] for name, each in part["listed"].items() if each["total"] == 3} == {
        "goals": 2,
        "benefits": 1,
        "tree": 2,
    }
    assert ([each["name"] for each in part["goals"]], len(part["outlines"]["tree"])) == (["G0", "G1"], 2)
    for told in (
        "The first 2 of 3 goals of the program.",
        "The first 1 of 3 benefits.",
        "The first 2 of 3 goals of the tree.",
    ):
        assert told in page
    assert f"Milestones from {part['roadmap']['milestones_from']} on are not drawn." in page


def test_a_dependency_map_says_when_it_has_no_room_for_all_projects():
    waits = [{"giver": f"G{number}", "receiver": "R"} for number in range(MOST_NODES)]
    assert map_caption(waits[1:]).endswith("gives the colour")
    assert map_caption(waits).endswith(f"{MOST_NODES} of {MOST_NODES + 1} projects, between which it is worst")
