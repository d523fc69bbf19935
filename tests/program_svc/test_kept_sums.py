"""The sums and orders that are kept are those of the records, whatever happened to these."""

import pytest

from program_svc.sums.keeping import keep_all_sums

TABLES = ("project_sums", "program_sums", "listed_projects", "listed_risks")


async def kept(api):
    async with api.database.transaction(api.organization_id) as session:
        connection = await session.connection()
        found = {}
        for table in TABLES:
            rows = await connection.exec_driver_sql(f"SELECT * FROM {table}")
            found[table] = sorted((tuple(row) for row in rows), key=str)
        return found


async def check(api):
    """What is kept is what is found when all of it is summed up anew."""
    before = await kept(api)
    async with api.database.transaction(api.organization_id) as session:
        await keep_all_sums(session)
    assert await kept(api) == before
    return before


async def test_sums_follow_every_change_of_what_they_are_made_of(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    line, risk = api.projects.budget_line(first, "100.00"), api.projects.risk(second, "0.5", "10.00")
    api.projects.actual(first, "30.00")
    await api.hear()
    assert len((await check(api))["project_sums"]) == 2
    program = await api.program(first, second)
    assert len((await check(api))["program_sums"]) == 1
    api.projects.change(line, amount={"amount": "70.00", "currency": "EUR"})
    api.projects.risk(second, "0.5", "20.00", state="closed")
    await api.hear()
    await check(api)
    budget, risks = await api.get(f"{program}/budget"), await api.get(f"{program}/risks")
    assert (budget["bac"]["amount"], budget["actual"]["amount"]) == ("70.00", "30.00")
    assert (risks["emv"]["amount"], risks["currencies"][0]["open"]) == ("-5.00", 1)
    api.projects.change(first, name="Renamed", key="ZZ")
    api.projects.change(risk, title="Renamed")
    await api.hear()
    await check(api)
    assert [each["name"] for each in (await api.get(f"{program}/budget"))["projects"]] == ["P2", "Renamed"]
    assert "Renamed" in {each["title"] for each in (await api.get(f"{program}/risks"))["items"]}
    api.projects.delete(risk)
    await api.hear()
    await check(api)
    assert (await api.get(f"{program}/risks"))["currencies"] == []
    await api.delete(f"{program}/components/{first}")
    left = await check(api)
    assert (left["program_sums"], len(left["listed_projects"]), len(left["listed_risks"])) == ([], 1, 1)
    assert (await api.get(f"{program}/budget"))["bac"] is None


@pytest.mark.slow
async def test_a_project_that_is_deleted_takes_its_sums_with_it(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    for project_id in (first, second):
        api.projects.budget_line(project_id, "100.00")
    await api.hear()
    program = await api.program(first, second)
    api.projects.delete(first)
    await api.hear()
    await check(api)
    assert (await api.get(f"{program}/budget"))["bac"]["amount"] == "100.00"
