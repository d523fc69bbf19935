"""How many statements a list takes: as many for three records as for one. A statement for each record would be a defect."""

import pytest

from chassis.routes import routes_of
from chassis.statements import driver_of
from program_svc.application import ROUTERS

pytestmark = pytest.mark.slow

EUR = {"amount": "100.00", "currency": "EUR"}
OF_A_PROGRAM = {
    "stakeholders": {"name": "S"},
    "gates": {"name": "G"},
    "decisions": {"title": "D"},
    "change-requests": {"title": "C"},
    "funding": {"source": "F", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "amount": EUR},
    "exchange-rates": {"currency": "CHF", "rate": 1.04, "valid_from": "2026-01-01"},
    "benefits": {"name": "B", "baseline": 1, "target": 2},
    "scenarios": {"name": "S", "changes": []},
    "subscriptions": {"title": "S", "starts_on": "2026-03-02"},
    "issues": {"title": "I"},
    "risks": {"title": "R", "probability": 0.2, "cost_impact": EUR},
    "baselines": {"name": "B"},
    "status-reports": {"title": "R", "starts_on": "2026-03-01", "ends_on": "2026-03-31"},
}
PLACES = {
    "/programs",
    "/portfolios",
    "/goals",
    "/alignments",
    "/dependencies/inbox",
    "/proposals/inbox",
    "/programs/{program_id}/projects/{project_id}/proposals",
    "/goals/{goal_id}/exposure",
    "/goals/{goal_id}/key-results",
    "/key-results/{key_result_id}/check-ins",
    "/portfolios/{portfolio_id}/overview",
    "/portfolios/{portfolio_id}/projects",
    "/portfolios/{portfolio_id}/status-reports",
    "/portfolios/{portfolio_id}/subscriptions",
    "/alignment/coverage",
    "/alignment/orphans",
    *(
        f"/programs/{{program_id}}/{name}"
        for name in (
            *OF_A_PROGRAM,
            "components",
            "dependencies",
            "dependencies/digest",
            "goals",
            "proposals",
            "exceptions",
            "schedule",
            "paths",
            "budget",
            "earned-value",
            "funding-need",
            "roadmap",
            "tolerances",
        )
    ),
    "/programs/{program_id}/benefits/{benefit_id}/measurements",
}
"""Reads that show more than one record."""


@pytest.fixture
async def told(api, database):
    """Every statement that is sent from now on, whichever way."""
    async with database.transaction(api.organization_id) as session:
        driver = await driver_of(session)
    statements = []

    def listen(record):
        if not record.query.upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            statements.append(record.query)

    driver.add_query_logger(listen)
    yield statements
    driver.remove_query_logger(listen)


def test_no_read_of_several_records_is_forgotten():
    known = {route.path for route in routes_of(ROUTERS) if "GET" in route.methods}
    singles = {path for path in known if path.endswith("}")}
    others = {
        path
        for path in known - singles
        if path.rpartition("/")[2]
        in {
            "page",
            "snapshot",
            "explain",
            "outcome",
            "forecast",
            "comparison",
            "roadmap.svg",
            "scenario-comparison",
            "content",
        }
    }
    assert known - singles - others == PLACES


async def grow(api, program, portfolio, top, number):
    """One more of everything."""
    first, second = api.projects.project(f"A{number}"), api.projects.project(f"B{number}")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    api.projects.budget_line(first, "100.00", task_id=str(given))
    api.projects.risk(first, "0.2", "10.00")
    api.projects.issue(second, escalated=True)
    alone = api.projects.project(f"C{number}")
    api.projects.task(alone, "C", 2)
    await api.hear()
    await api.post(f"/portfolios/{portfolio}/projects", {"project_id": str(alone)})
    for project_id in (first, second):
        await api.post(f"{program}/components", {"project_id": str(project_id)})
    await api.propose(program, given, needed)
    for collection, body in OF_A_PROGRAM.items():
        more = {"goal_id": top} if collection == "benefits" else {}
        made = await api.post(f"{program}/{collection}", body | more)
        if collection == "benefits":
            benefit = made["id"]
    goal = (await api.post("/goals", {"name": f"G{number}", "parent_id": top, "due": "2026-03-02"}))["id"]
    await api.post("/alignments", {"goal_id": goal, "project_id": str(second)})
    result = {"name": "N", "kind": "maximize", "base": 0, "target": 10, "unit": ""}
    result = (await api.post(f"/goals/{top}/key-results", result))["id"]
    await api.post(
        f"/programs/{program.rpartition('/')[2]}/benefits/{benefit}/measurements", {"value": 1, "on": "2026-03-20"}
    )
    await api.post("/programs", {"key": f"N{number}", "name": "N"})
    await api.post(f"/portfolios/{portfolio}/status-reports", OF_A_PROGRAM["status-reports"])
    await api.post(f"/portfolios/{portfolio}/subscriptions", OF_A_PROGRAM["subscriptions"])
    await api.post("/portfolios", {"key": f"M{number}", "name": "M"})
    return {"benefit_id": benefit, "key_result_id": result, "project_id": str(first)}


async def test_a_list_takes_the_same_few_statements_however_many_there_are(api, told):
    portfolio = (await api.post("/portfolios", {"key": "TOP", "name": "T"}))["id"]
    program = await api.program(portfolio_id=portfolio, deadline="2026-03-03", tolerances={"schedule": "P1D"})
    top = (await api.post("/goals", {"name": "T"}))["id"]
    ids = {"program_id": program.rpartition("/")[2], "portfolio_id": portfolio, "goal_id": top}
    counts = []
    for number in range(2):
        ids |= await grow(api, program, portfolio, top, number)
        of_this = {}
        for place in sorted(PLACES):
            path = place.format(**ids)
            await api.get(path)  # what changed has been read by then
            told.clear()
            await api.get(path)
            of_this[place] = len(told)
        counts.append(of_this)
    assert {place: (before, counts[1][place]) for place, before in counts[0].items() if counts[1][place] > before} == {}
    assert max(counts[1].values()) <= 20
