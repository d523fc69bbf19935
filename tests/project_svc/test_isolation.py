"""Organisations do not see each other, whatever the application does."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

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
