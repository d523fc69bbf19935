"""Status reports on portfolios: the figures of all programs below, frozen, in JSON and as a page."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.program_svc.member import ProgramMember

from contracts.vocabulary import ProgramRole
from program_svc.portfolios import page
from program_svc.reports import content

pytestmark = pytest.mark.slow

BODY = {"title": "Q1", "starts_on": "2026-01-01", "ends_on": "2026-03-31", "lights": {"cost": "red"}}


@pytest.fixture
async def portfolio(api):
    """A portfolio with another below it, a program in each: one late, one that cannot be scheduled; the portfolio's path and the late task."""
    top = (await api.post("/portfolios", {"key": "TOP", "name": "All <things>"}))["id"]
    low = (await api.post("/portfolios", {"key": "LOW", "name": "Low", "parent_id": top}))["id"]
    late, broken = api.projects.project("P1"), api.projects.project("P2")
    build = api.projects.task(late, "Build", 10)
    before, after = api.projects.task(broken, "A"), api.projects.task(broken, "B")
    await api.hear()
    await api.program(late, portfolio_id=top, key="LATE", deadline="2026-03-06")
    await api.program(broken, portfolio_id=low, key="BROKEN")
    goal = (await api.post("/goals", {"name": "Quiet"}))["id"]
    await api.post("/alignments", {"goal_id": goal, "project_id": str(late)})
    api.projects.link(broken, before, after)
    api.projects.link(broken, after, before)
    await api.hear()
    return f"/portfolios/{top}", build


async def test_a_report_holds_every_program_below_as_it_stood(api, portfolio):
    path, build = portfolio
    report = await api.post(f"{path}/status-reports", BODY)
    one = f"{path}/status-reports/{report['id']}"
    kept = await api.get(one)
    assert kept["report"] == report | {"lights": report["lights"]}
    broken, late = kept["content"]["programs"]
    assert (late["key"], late["is_late"], late["schedule"]["finish"]) == ("LATE", True, "2026-03-13")
    assert (broken["key"], "unschedulable" in broken, "schedule" in broken) == ("BROKEN", True, False)
    assert [each["name"] for each in kept["content"]["tree"]] == ["Quiet"]
    api.projects.change(build, duration="P20D")
    await api.hear()
    assert await api.get(one) == kept
    page = await api.request("GET", f"{one}/page")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.text.count("<svg") == 2
    assert "All &lt;things&gt;" in page.text
    [event] = [event for event in await api.events() if event["happened"] == "portfolio_report.created"]
    assert event["data"]["record"] == report
    assert [each["id"] for each in (await api.get(f"{path}/status-reports"))["items"]] == [report["id"]]
    with pytest.raises(IntegrityError, match="does not change"):
        async with api.database.transaction(api.organization_id) as session:
            await session.execute(text("UPDATE portfolio_reports SET title = 'Q2'"))


async def test_a_page_sums_the_pictures_of_all_programs(api):
    """Two programs in euros, of which one has a dependency at risk, and one in francs."""
    path = f"/portfolios/{(await api.post('/portfolios', {'key': 'P', 'name': 'P'}))['id']}"
    for number, currency in enumerate(("EUR", "EUR", "CHF")):
        giver, receiver = (api.projects.project(f"{end}{number}", currency=currency) for end in "GR")
        given, needed = api.projects.task(giver, "A", 5), api.projects.task(receiver, "B", 5)
        api.projects.budget_line(giver, "1000.00", currency, task_id=str(given))
        api.projects.risk(giver, "0.4", "60.00", cost_impact={"amount": "60.00", "currency": currency})
        await api.hear()
        program = await api.program(giver, receiver, portfolio_id=path.removeprefix("/portfolios/"))
        await api.commit(program, given, needed, **({"needed_by": "2026-03-05"} if number else {}))
    one = f"{path}/status-reports/{(await api.post(f'{path}/status-reports', BODY))['id']}"
    outlines = (await api.get(one))["content"]["outlines"]
    assert [(each["currency"], float(each["planned"][-1]["amount"])) for each in outlines["curves"]] == [
        ("CHF", 1000),
        ("EUR", 2000),
    ]
    assert [(each["giver"], each["receiver"], each["mood"]) for each in outlines["between"]] == [
        ("G0", "R0", "well"),
        ("G1", "R1", "broken"),
        ("G2", "R2", "broken"),
    ]
    assert outlines["risk_cells"] == [{"probability": 3, "impact": 4, "count": 3}]
    page = (await api.request("GET", f"{one}/page")).text
    assert page.count("<svg") == len(("programs", "CHF", "EUR", "dependencies", "risks"))
    assert "<td>breached</td><td>2</td>" in page


async def test_a_page_says_how_much_of_the_tree_and_of_the_programs_it_shows(api, portfolio, monkeypatch):
    path, _ = portfolio
    (program,) = [each["id"] for each in (await api.get("/programs"))["items"] if each["key"] == "LATE"]
    await api.post("/goals", {"name": "Clean", "program_id": program})
    monkeypatch.setitem(content.MOST_LISTED, "tree", 1)
    monkeypatch.setattr(page, "MOST_ROWS", 0)
    one = f"{path}/status-reports/{(await api.post(f'{path}/status-reports', BODY))['id']}"
    kept = (await api.get(one))["content"]
    assert (kept["listed"], len(kept["tree"])) == ({"tree": {"shown": 1, "total": 2}}, 1)
    told = (await api.request("GET", f"{one}/page")).text
    for line in ("The first 0 of 1.", "The first 1 of 2 goals of the tree."):
        assert line in told


async def test_a_portfolio_without_programs_can_be_reported_on_and_a_period_does_not_end_before_it_begins(api):
    path = f"/portfolios/{(await api.post('/portfolios', {'key': 'E', 'name': 'Empty'}))['id']}"
    report = await api.post(f"{path}/status-reports", BODY)
    page = await api.request("GET", f"{path}/status-reports/{report['id']}/page")
    assert (page.status_code, page.text.count("<svg")) == (200, 0)
    refused = await api.post(f"{path}/status-reports", BODY | {"ends_on": "2025-12-31"}, status=422)
    assert refused["errors"][0]["pointer"] == "/ends_on"


async def test_only_who_sees_all_programs_reads_a_report(api, client, database, stranger, auditor, portfolio):
    path, _ = portfolio
    one = f"{path}/status-reports/{(await api.post(f'{path}/status-reports', BODY))['id']}"
    other = f"/portfolios/{(await api.post('/portfolios', {'key': 'E', 'name': 'Empty'}))['id']}"
    await api.get_missing(f"{other}/status-reports/{one.rpartition('/')[2]}")
    programs = (await api.get("/programs"))["items"]
    member = ProgramMember(client, api.organization_id, frozenset(), database=database)
    member.in_programs = {programs[0]["id"]: ProgramRole.PROGRAM_MANAGER}
    for path in (one, f"{one}/page"):
        assert (await auditor.request("GET", path)).status_code == 200
        assert (await member.request("GET", path)).status_code in {403, 404}
        assert (await stranger.request("GET", path)).status_code == 404
    assert (await auditor.request("POST", one.rpartition("/")[0], json=BODY)).status_code == 403
