"""How many statements an answer takes: as many for three records as for one. A statement for each record would be a defect."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from tests.project_svc.test_imposed_dates import START, Program
from tests.project_svc.test_write_routes import linked_outside

from chassis.statements import driver_of
from contracts.program_events import DependencyCommitted
from project_svc.application import ROUTERS
from project_svc.registers import ALL

MONEY = {"amount": "10.00", "currency": "EUR"}
TITLED = ("issues", "decisions", "actions", "assumptions")
BODIES = {
    "tasks": {"name": "T", "duration": "P1D"},
    "calendars": {"name": "C"},
    "resources": {"name": "R"},
    "budget/lines": {"name": "L", "amount": MONEY},
    "budget/actuals": {"on": "2026-03-02", "amount": MONEY},
    "budget/commitments": {"on": "2026-03-02", "amount": MONEY},
    "risks": {"title": "R", "kind": "threat", "probability": 0.5, "cost_impact": MONEY},
    "baselines": {"name": "B"},
    "change-requests": {"title": "C"},
    "comments": {"record": "project", "body": "So?"},
    "exceptions": {"dimension": "benefits", "title": "E"},
    "status-reports": {"title": "R", "starts_on": "2026-03-01", "ends_on": "2026-03-31"},
    **{each.collection: {"title" if each.collection in TITLED else "name": "N"} for each in ALL},
}
OF_IMPORTS = ("outside-links",)
"""Nobody writes these but imports; they are read as all the others are (`project_svc.written`)."""
WHOLES = (
    "schedule",
    "schedule/explain",
    "tasks/{task}/explain",
    "baselines/{baseline}/comparison",
    "baselines/{baseline}/explain",
    "risk-assessment",
    "schedule/quality",
    "export",
    "export?form=csv",
    "export?form=ics",
    "/work-list",
    "budget",
    "budget/resource-costs",
    "earned-value",
    "snapshot",
    "tolerances",
    "work-list",
    "work-list/people",
)
MOST_OF_A_RECORD = 3
"""The organisation of the transaction, the project, the record or the page of records."""


@pytest.fixture
async def told(api, database):
    """Every statement that is sent from now on: the session's, and those that go past it to the driver."""
    async with database.transaction(api.organization_id) as session:
        driver = await driver_of(session)
    statements: list[str] = []

    def of_session(_connection, _cursor, statement, *_) -> None:
        statements.append(statement)

    def of_driver(record) -> None:
        statements.append(record.query)

    event.listen(database.engine.sync_engine, "before_cursor_execute", of_session)
    driver.add_query_logger(of_driver)
    yield statements
    driver.remove_query_logger(of_driver)
    event.remove(database.engine.sync_engine, "before_cursor_execute", of_session)


@contextmanager
def counted(statements: list[str]) -> Iterator[list[str]]:
    """What is sent inside, the savepoints of the test's own transaction left out."""
    statements.clear()
    during: list[str] = []
    yield during
    during += [each for each in statements if not each.upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO"))]


async def linked(api, project, number: int) -> None:
    ends = [await api.task(project, f"{side}{number}") for side in "AB"]
    await api.link(project, *ends)


async def assigned(api, project, number: int) -> None:
    resource = await api.post(f"{project}/resources", {"name": f"R{number}"})
    body = {"task_id": await api.task(project), "resource_id": resource["id"]}
    await api.post(f"{project}/assignments", body)


async def made(api, project, collection: str, number: int) -> None:
    if collection == "links":
        await linked(api, project, number)
    elif collection == "assignments":
        await assigned(api, project, number)
    else:
        own = {"record_id": project.rpartition("/")[2]} if collection == "comments" else {}
        await api.post(f"{project}/{collection}", BODIES[collection] | own)


@pytest.mark.parametrize("collection", sorted({*BODIES, "links", "assignments"}))
async def test_a_list_and_a_record_take_the_same_few_statements_however_many_there_are(api, told, collection):
    project = await api.project()
    counts = []
    for number in range(3):
        await made(api, project, collection, number)
        with counted(told) as listing:
            items = (await api.get(f"{project}/{collection}"))["items"]
        with counted(told) as reading:
            await api.get(f"{project}/{collection}/{items[0]['id']}")
        assert len(items) == number + 1
        counts.append((len(listing), len(reading)))
    assert len(set(counts)) == 1, counts
    figures = collection == "status-reports"  # which are not in the lists
    assert max(counts[0]) <= MOST_OF_A_RECORD + figures, (listing, reading)


def test_every_list_of_a_project_is_counted():
    paths = {route.path.removeprefix("/projects/{project_id}/") for router in ROUTERS for route in router.routes}
    lists = {path for path in paths if f"{path}/" in {each.partition("{")[0] for each in paths if "{" in each}}
    assert {each for each in lists if not each.startswith("/")} == {*BODIES, "links", "assignments", *OF_IMPORTS}


async def test_lists_that_are_written_elsewhere_take_the_same_few_statements_too(api, told, database):
    """Jobs, shared calendars, what a program imposes, what an import leaves, what a baseline copied."""
    project, program = await api.project(), Program(database, api.organization_id)
    shared, own = [
        f"{path}/{(await api.post(path, {'name': 'C1'}))['id']}" for path in ("/calendars", f"{project}/calendars")
    ]
    counts = []
    for number in range(1, 4):
        task = await api.task(project)
        await api.post(f"{project}/budget/lines", BODIES["budget/lines"])
        for path in (shared, own):
            await api.patch(path, {"name": f"C{number}"})
        await api.post(f"{project}/schedule/simulate", {"runs": 10}, status=202)
        await linked_outside(database, api, project.rpartition("/")[2], task)
        await program.hear(program.tells(DependencyCommitted, program.dependency(project, task, START)))
        baseline = f"{project}/baselines/{(await api.post(f'{project}/baselines', {'name': 'B'}))['id']}"
        if number > 1:
            await api.post("/calendars", {"name": "C"})
        paths = ("/jobs", "/calendars", f"{project}/imposed-dates", f"{project}/outside-links")
        during = []
        for path in (*paths, f"{shared}/versions", f"{own}/versions", f"{baseline}/tasks", f"{baseline}/budget-lines"):
            with counted(told) as listing:
                assert len((await api.get(path))["items"]) == number, path
            during.append(len(listing))
        counts.append(tuple(during))
    assert len(set(counts)) == 1, counts
    assert max(counts[0]) <= MOST_OF_A_RECORD


async def test_projects_take_the_same_few_statements_however_many_there_are(api, told):
    counts = set()
    for _ in range(3):
        project = await api.project()
        with counted(told) as listing:
            await api.get("/projects")
        with counted(told) as reading:
            await api.get(project)
        counts.add((len(listing), len(reading)))
    ((of_list, of_one),) = counts
    assert max(of_list, of_one) < MOST_OF_A_RECORD


async def place(api, project, whole: str) -> str:
    """The path of a whole: of the project, of its first task or baseline, or of the organisation."""
    if whole.startswith("/"):
        return whole
    firsts = {
        name: (await api.get(f"{project}/{name}s"))["items"][0]["id"]
        for name in ("task", "baseline")
        if f"{{{name}}}" in whole
    }
    return f"{project}/{whole.format(**firsts)}"


@pytest.mark.parametrize("whole", WHOLES)
async def test_figures_take_the_same_statements_however_much_there_is(api, told, whole):
    """What asks how a record has moved has nothing to ask before the second round."""
    project = await api.project()
    counts = []
    for number in range(3 if "{" in whole else 2):
        for collection in ("links", "assignments", *BODIES):
            await made(api, project, collection, number)
        path = await place(api, project, whole)
        with counted(told) as during:
            answer = await api.request("GET", path)
        assert answer.status_code == 200, answer.text
        counts.append(len(during))
    assert counts[-1] == counts[-2] > 0, counts
