"""Status reports: the figures as they stood, frozen; and the page that is printed of them."""

import hashlib
import re
from uuid import uuid4

import orjson
import pytest
from tests.project_svc.control import baseline, eur, plan

import pictures
from pictures import press
from project_svc.status_reports import bars, content, printing

HOSTILE = "<script>alert(1)</script>"
PERIOD = {"title": "March", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}


@pytest.fixture
async def project(api) -> str:
    """A project under way, measured by a baseline, a little late and a little dear."""
    project, dig, pour = await plan(api, deadline="2026-03-20", name=HOSTILE)
    await baseline(api, project)
    await api.patch(project, {"data_date": "2026-03-06"})
    progress = {"actual_start": "2026-03-02", "percent_complete": 50, "remaining_duration": "P4D", "name": HOSTILE}
    await api.patch(f"{project}/tasks/{dig}", progress)
    await api.post(f"{project}/tasks", {"name": "Poured", "kind": "milestone"})
    for on, amount in (("2026-03-03", "150.00"), ("2026-03-05", "100.00")):
        await api.post(f"{project}/budget/actuals", {"on": on, "amount": eur(amount), "task_id": dig, "source": "I"})
    risk = {"title": HOSTILE, "kind": "threat", "probability": 0.4, "cost_impact": eur("500.00"), "task_id": pour}
    await api.post(f"{project}/risks", risk)
    await api.post(f"{project}/issues", {"title": HOSTILE, "priority": "high"})
    await api.post(f"{project}/deliverables", {"name": "Slab"})
    return project


async def published(api, project: str, **fields: object):
    body = PERIOD | {"lights": {"schedule": "amber", "cost": "green"}} | fields
    return await api.post(f"{project}/status-reports", body)


async def test_a_report_freezes_the_figures(api, project, events_of):
    report = await published(api, project, achievements="Digging is half done.")
    assert (report["published_by"], report["data_date"]) == ("ada", "2026-03-06")
    path = f"{project}/status-reports/{report['id']}"
    read = await api.get(path)
    content = read["content"]
    assert read["report"] == report
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    assert report["content_hash"] == f"sha-256:{digest}"
    assert content["schedule"]["finish"] == "2026-03-19"
    assert content["schedule"]["tasks"] == {"in_progress": 1, "not_started": 2}
    assert content["float"] == {"on": "2026-03-06", "margin": "P1D", "least": "P1D", "median": "P1D"}
    assert content["float_burn"] == [content["float"]]
    assert content["earned_value"] == await api.get(f"{project}/earned-value") | {
        "revision": content["earned_value"]["revision"]
    }
    last = {name: points[-1] for name, points in content["curve"].items()}
    assert last["pv"] == {"on": "2026-03-13", "amount": eur("1000.00")}
    assert last["ev"] == {"on": "2026-03-06", "amount": content["earned_value"]["ev"] and eur("250.00")}
    assert last["ac"] == {"on": "2026-03-06", "amount": eur("250.00")}
    (dig,) = (bar for bar in content["schedule"]["bars"] if bar["name"] == HOSTILE)
    assert dig["baseline"] == {"starts_on": "2026-03-02", "ends_on": "2026-03-06"}
    assert (dig["ends_on"], dig["is_critical"], dig["is_on_longest_path"], dig["percent_complete"]) == (
        *("2026-03-12", False),
        *(True, 50.0),
    )
    assert len(content["risks"]["items"]) == len(content["issues"]) == content["deliverables"]["planned"] == 1

    await api.post(f"{project}/risks/", status=404)
    await api.patch(project, {"deadline": None, "name": "Another name"})
    assert await api.get(path) == read
    told = [event for event in await events_of(api.organization_id) if "status_report" in event["subject"]]
    assert [event["data"]["record"] for event in told] == [report]
    assert (await api.get(f"{project}/snapshot"))["status_reports"] == [report]
    assert (await api.get(f"{project}/status-reports", params={"published_by": "ada"}))["items"] == [report]


async def test_the_float_burns_from_report_to_report(api, project):
    await published(api, project)
    (later,) = [task for task in (await api.get(f"{project}/tasks"))["items"] if task["name"] == "pour"]
    await api.patch(project, {"data_date": "2026-03-13"})
    await api.patch(f"{project}/tasks/{later['id']}", {"duration": "P8D"})
    report = await published(api, project, title="April")
    burn = (await api.get(f"{project}/status-reports/{report['id']}"))["content"]["float_burn"]
    assert [(point["on"], point["margin"]) for point in burn] == [("2026-03-06", "P1D"), ("2026-03-13", "-P7D")]


async def test_the_page_prints_all_of_it_and_runs_nothing(api, project):
    report = await published(api, project, title=HOSTILE, achievements=f"{HOSTILE}\nmore")
    answer = await api.request("GET", f"{project}/status-reports/{report['id']}/page")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == pictures.HEADERS["Content-Security-Policy"]
    page = answer.text
    assert "<script" not in page
    assert not re.search(r"<[^>]+\s(?:on\w+|style|src)=", page)
    assert page.count("&lt;script&gt;") >= 7  # project, report, achievements, task, risk, issue, in tables and pictures
    drawn = re.findall(r"<title>([^<]*)</title>", page)[1:]
    assert [title.partition(",")[0] for title in drawn] == [
        "Gantt chart with the critical path and the baseline",
        "Burn of float from report to report",
        "S-curve of planned value",
        "Risk matrix",
    ]
    for told in ("amber", "CPI</td><td>1.00", "250.00 EUR", "SV(t), working time</td><td>-P2DT", "2026-03-19", "P1D"):
        assert told in page


async def test_a_project_without_anything_has_a_report_too(api):
    project = await api.project()
    report = await published(api, project)
    content = (await api.get(f"{project}/status-reports/{report['id']}"))["content"]
    assert (content["schedule"]["bars"], content["curve"]["pv"]) == ([], [])
    assert (content["float"]["margin"], content["schedule"]["finish"]) == (None, None)
    page = (await api.request("GET", f"{project}/status-reports/{report['id']}/page")).text
    assert "<svg" not in page
    assert "no_budget" in page


async def test_of_a_large_plan_the_most_telling_tasks_are_shown(api, project, monkeypatch):
    monkeypatch.setattr(bars, "MOST_BARS", 2)
    report = await published(api, project)
    schedule = (await api.get(f"{project}/status-reports/{report['id']}"))["content"]["schedule"]
    assert schedule["left_out"] == 1
    assert all(bar["is_on_longest_path"] for bar in schedule["bars"])


async def test_a_report_says_how_much_of_a_long_list_it_holds(api, project, monkeypatch):
    await api.post(f"{project}/issues", {"title": "Mud"})
    whole = await published(api, project)
    path = f"{project}/status-reports/{whole['id']}"
    listed = (await api.get(path))["content"]["listed"]
    assert listed == {"risks": {"shown": 1, "total": 1}, "issues": {"shown": 2, "total": 2}}
    assert "The first" not in (await api.request("GET", f"{path}/page")).text
    monkeypatch.setattr(content, "MOST_LISTED", 1)
    part = await published(api, project, title="April")
    path = f"{project}/status-reports/{part['id']}"
    held = (await api.get(path))["content"]
    assert (held["listed"]["issues"], len(held["issues"])) == ({"shown": 1, "total": 2}, 1)
    page = (await api.request("GET", f"{path}/page")).text
    assert "The first 1 of 2 open issues." in page
    assert "risks." not in page


async def test_what_is_refused(api, auditor, stranger, project, monkeypatch):
    problem = await api.post(f"{project}/status-reports", PERIOD | {"ends_on": "2026-02-01"}, status=422)
    assert problem["errors"][0]["rule"] == "ends_before_it_starts"
    await auditor.post(f"{project}/status-reports", PERIOD, status=403)
    await stranger.get_missing(f"{project}/status-reports")
    await api.get_missing(f"{project}/status-reports/{uuid4()}")
    await api.get_missing(f"{project}/status-reports/{uuid4()}/page")
    tried = await api.request("POST", f"{project}/status-reports", params={"dry_run": "true"}, json=PERIOD)
    assert tried.status_code == 200
    assert (await api.get(f"{project}/status-reports"))["items"] == []
    report = await published(api, project)

    async def busy(_: object) -> list[str]:
        raise press.TooBusy

    monkeypatch.setattr(printing, "draw", busy)
    answer = await api.request("GET", f"{project}/status-reports/{report['id']}/page")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
