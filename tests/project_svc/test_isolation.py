"""Organisations do not see each other, whatever the application does."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.project_svc.member import ProjectMember

from contracts.vocabulary import ProjectRole
from project_svc.records import METADATA

TABLES = sorted(table.name for table in METADATA.tables.values() if "organization_id" in table.columns)
INSUFFICIENT_PRIVILEGE = "42501"
INFRASTRUCTURE = {"boundary_positions", "parked_boundaries"}
"""Positions and what stands still, without content, which the consumer keeps for all organisations."""


async def test_a_stranger_finds_nothing(api, stranger):
    project = await api.project()
    task = await api.task(project)
    money = {"amount": "10.00", "currency": "EUR"}
    line = (await api.post(f"{project}/budget/lines", {"name": "L", "amount": money}))["id"]
    actual = (await api.post(f"{project}/budget/actuals", {"on": "2026-03-02", "amount": money}))["id"]
    body = {"title": "R", "kind": "threat", "probability": 0.5, "cost_impact": money}
    risk = (await api.post(f"{project}/risks", body))["id"]
    link = await api.link(project, task, await api.task(project, "B"))
    inside = ("", "/tasks", "/links", "/risks", "/budget", "/budget/lines", "/budget/actuals", "/imposed-dates")
    computed = ("/schedule", "/snapshot", "/earned-value", f"/tasks/{task}/explain")
    single = (
        f"/tasks/{task}",
        f"/links/{link}",
        f"/risks/{risk}",
        f"/budget/lines/{line}",
        f"/budget/actuals/{actual}",
    )
    for path in (*inside, *computed, *single):
        await stranger.get_missing(f"{project}{path}")
    for path in ("", *single[:4]):
        await stranger.patch(f"{project}{path}", {}, status=404)
        await stranger.delete(f"{project}{path}", status=404)
    await stranger.post(f"{project}/tasks", {"name": "A", "duration": "P1D"}, status=404)
    assert (await stranger.get("/projects"))["items"] == []


async def test_every_table_of_an_organization_is_under_forced_row_level_security(database):
    async with database.transaction() as session:
        rows = await session.execute(
            text("SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = ANY(:names)"),
            {"names": TABLES},
        )
        forced = {name for name, is_forced in rows if is_forced}
    assert forced == set(TABLES) - INFRASTRUCTURE


async def test_without_an_organization_there_are_no_rows(api, database):
    project = await api.project()
    await api.task(project)
    async with database.transaction() as session:
        await session.execute(text("SELECT set_config('interlock.organization', '', true)"))
        for table in set(TABLES) - INFRASTRUCTURE:
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE tasks DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY organization ON tasks",
        "ALTER ROLE project_svc_app BYPASSRLS",
        "SET ROLE postgres",
        "DROP TABLE tasks",
    ],
)
async def test_the_services_role_cannot_switch_it_off(database, statement):
    async with database.transaction() as session:
        with pytest.raises(DBAPIError) as refused:
            await session.execute(text(statement))
        await session.rollback()
    assert refused.value.orig.sqlstate == INSUFFICIENT_PRIVILEGE


async def test_with_row_security_off_a_read_is_refused_not_widened(database, api):
    await api.project()
    async with database.transaction(api.organization_id) as session:
        await session.execute(text("SET LOCAL row_security = off"))
        with pytest.raises(DBAPIError) as refused:
            await session.execute(text("SELECT * FROM projects"))
        await session.rollback()
    assert refused.value.orig.sqlstate == INSUFFICIENT_PRIVILEGE


async def test_a_row_of_another_organization_cannot_be_written(api, stranger, database):
    project = (await api.project()).removeprefix("/projects/")
    steal = text("UPDATE projects SET organization_id = :other WHERE id = :id")
    async with database.transaction(api.organization_id) as session:
        with pytest.raises(DBAPIError) as refused:
            await session.execute(steal, {"other": stranger.organization_id, "id": project})
        await session.rollback()
    assert refused.value.orig.sqlstate == INSUFFICIENT_PRIVILEGE


async def test_a_token_for_one_project_opens_that_one_alone(client, api):
    here, there = await api.project(), await api.project()
    place = {UUID(here.removeprefix("/projects/")): ProjectRole.PROJECT_MANAGER}
    bound = ProjectMember(client, api.organization_id, frozenset(), in_projects=place, is_restricted=True)
    task = await bound.task(here)
    await api.task(there)
    assert [f"/projects/{each['id']}" for each in (await bound.get("/projects"))["items"]] == [here]
    assert [each["id"] for each in (await bound.get(f"{here}/tasks"))["items"]] == [task]
    for path in ("", "/tasks", "/schedule", "/snapshot"):
        await bound.get_missing(f"{there}{path}")
    await bound.post(f"{there}/tasks", {"name": "A", "duration": "P1D"}, status=404)
    await bound.post("/projects", {"key": "P", "name": "P", "start": "2026-03-02", "currency": "EUR"}, status=403)
    job = (await api.post(f"{here}/schedule/simulate", {"runs": 10, "seed": 1}, status=202))["id"]
    mine = {"id": job, "project_id": here.removeprefix("/projects/")}
    assert [{name: each[name] for name in mine} for each in (await bound.get("/jobs"))["items"]] == [mine]
    await bound.post(f"/jobs/{job}/cancel", status=403)
