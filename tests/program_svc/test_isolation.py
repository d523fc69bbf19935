"""What belongs to one organisation is not there for another, whatever the service's own checks say."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.database import Database
from program_svc.tables import METADATA

pytestmark = pytest.mark.slow

WITHOUT_AN_ORGANIZATION = {"consumer_cursors", "boundary_positions", "parked_boundaries"}


@pytest.fixture
async def everything(api):
    """A row in nearly every table."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    api.projects.link(first, given, api.projects.task(first, "C"))
    api.projects.budget_line(first, "100.00")
    api.projects.actual(first, "10.00")
    api.projects.risk(first, "0.5", "10")
    await api.hear()
    program = await api.program(first, second)
    dependency = await api.commit(program, given, needed)
    goal = await api.post("/goals", {"name": "G"})
    key_result = await api.post(
        f"/goals/{goal['id']}/key-results", {"name": "K", "kind": "maximize", "base": 0, "target": 1}
    )
    await api.post(f"/key-results/{key_result['id']}/check-ins", {"value": 1, "on": "2026-03-02"})
    alignment = await api.post("/alignments", {"goal_id": goal["id"], "project_id": str(first)})
    return {
        "program": program,
        "dependency": dependency,
        "goal": f"/goals/{goal['id']}",
        "key_result": f"/key-results/{key_result['id']}",
        "alignment": f"/alignments/{alignment['id']}",
        "project": str(second),
    }


async def test_records_of_another_organisation_are_not_found(everything, stranger):
    for path in (
        *(everything[name] for name in ("program", "dependency", "goal", "key_result", "alignment")),
        *(
            f"{everything['program']}/{part}"
            for part in ("schedule", "components", "dependencies", "budget", "risks", "earned-value", "goals")
        ),
        f"{everything['goal']}/exposure",
    ):
        answer = await stranger.request("GET", path)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found"), path
    for path in (
        everything["program"],
        everything["dependency"],
        everything["goal"],
        everything["key_result"],
        everything["alignment"],
    ):
        assert (await stranger.request("PATCH", path, json={})).status_code == 404, path
    assert (await stranger.request("POST", f"{everything['dependency']}/cancel", json={})).status_code == 404
    own = await stranger.program()
    assert (await stranger.post(f"{own}/components", {"project_id": everything["project"]}, status=404))[
        "status"
    ] == 404
    for collection in ("/programs?key=ZZZ", "/goals", "/alignments"):
        assert (await stranger.get(collection))["items"] == []
    assert await stranger.get("/alignment/orphans") == {"projects": [], "goals": []}


async def test_without_an_organisation_no_table_shows_a_row(everything, database):
    async with database.transaction() as session:
        await session.execute(text("SELECT set_config('interlock.organization', '', true)"))
        for table in METADATA.sorted_tables:
            if table.name not in WITHOUT_AN_ORGANIZATION:
                count = await session.scalar(text(f"SELECT count(*) FROM {table.name}"))
                assert count == 0, table.name


async def test_every_table_of_an_organisation_is_under_forced_row_level_security(database):
    async with database.transaction() as session:
        found = await session.execute(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')")
        )
        protected = set(found.scalars())
    assert {table.name for table in METADATA.sorted_tables} - WITHOUT_AN_ORGANIZATION <= protected


async def test_the_application_cannot_switch_row_level_security_off(database_url):
    own = Database(database_url, pool=1)
    for statement in (
        "ALTER TABLE programs DISABLE ROW LEVEL SECURITY",
        "SET ROLE postgres",
        "DROP POLICY organization ON programs",
    ):
        with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
            async with own.transaction() as session:
                await session.execute(text(statement))
    await own.close()
