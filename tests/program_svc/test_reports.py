"""Roadmap and status reports: frozen, in JSON and as a page; nothing that people write becomes markup."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

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
    roadmap = await api.get(f"{program}/roadmap")
    assert [(each["key"], each["starts_on"], each["ends_on"]) for each in roadmap["projects"]] == [
        ("TRACK", "2026-03-02", "2026-04-10"),
        ("SERVICE", "2026-04-10", "2026-04-10"),
    ]
    assert [(each["on"], each["is_reached"]) for each in roadmap["projects"][1]["milestones"]] == [
        ("2026-04-10", False)
    ]
    assert [each["name"] for each in roadmap["gates"]] == ["Ready?"]
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
    for shown in ("&lt;script&gt;", "Line 7 &amp; harbour", "<svg", '<b class="amber">amber</b>'):
        assert shown in page.text
    assert "<script>" not in page.text
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
