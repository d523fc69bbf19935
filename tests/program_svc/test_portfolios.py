"""Portfolios: a tree above programs."""

from dataclasses import replace
from uuid import uuid4

import pytest

pytestmark = pytest.mark.slow


async def portfolio(api, key, **fields):
    return (await api.post("/portfolios", {"key": key, "name": key.title()} | fields))["id"]


async def test_programs_are_grouped_by_portfolios_that_stand_below_each_other(api):
    top = await portfolio(api, "CITY")
    below = await portfolio(api, "MOBILITY", parent_id=top, owner="Board")
    program = await api.program(portfolio_id=below)
    await api.program()
    assert [each["key"] for each in (await api.get("/portfolios", params={"parent_id": top}))["items"]] == ["MOBILITY"]
    found = (await api.get("/programs", params={"portfolio_id": below}))["items"]
    assert [f"/programs/{each['id']}" for each in found] == [program]
    refused = await api.patch(f"/portfolios/{top}", {"parent_id": below}, status=409)
    assert (refused["type"], refused["path"]) == ("/problems/cycle", [top, below, top])
    assert (await api.patch(f"/portfolios/{top}", {"parent_id": top}, status=409))["path"] == [top, top]
    for kept in (top, below):
        held = await api.delete(f"/portfolios/{kept}", status=409)
        assert held.json()["type"] == "/problems/portfolio-not-empty"
    left = await api.patch(program, {"portfolio_id": None})
    assert "portfolio_id" not in left
    for gone in (below, top):
        await api.delete(f"/portfolios/{gone}")
    told = [event["happened"] for event in await api.events() if event["happened"].startswith("portfolio.")]
    assert told == ["portfolio.created"] * 2 + ["portfolio.deleted"] * 2


async def test_what_is_not_there_and_what_is_taken_is_refused(api, stranger):
    first = await portfolio(api, "CITY")
    await api.post("/portfolios", {"key": "CITY", "name": "Again"}, status=409)
    await api.post("/portfolios", {"key": "OTHER", "name": "Other", "parent_id": str(uuid4())}, status=404)
    await api.post("/programs", {"key": "P", "name": "P", "portfolio_id": str(uuid4())}, status=404)
    await api.patch(await api.program(), {"portfolio_id": str(uuid4())}, status=404)
    assert (await stranger.request("GET", f"/portfolios/{first}")).status_code == 404
    assert (await stranger.get("/portfolios"))["items"] == []
    changed = await api.patch(f"/portfolios/{first}", {"name": "Town"}, headers={"If-Match": '"1"'})
    assert changed["name"] == "Town"
    await api.patch(f"/portfolios/{first}", {"name": "Stale"}, status=412, headers={"If-Match": '"1"'})


async def test_a_portfolio_at_a_glance_shows_the_programs_that_the_caller_sees(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    top = await portfolio(api, "CITY")
    below = await portfolio(api, "MOBILITY", parent_id=top)
    program = await api.program(first, second, key="A", portfolio_id=below, deadline="2026-03-09")
    await api.commit(program, given, needed, needed_by="2026-03-04")
    await api.program(key="B", portfolio_id=top)
    await api.program(key="ELSEWHERE")
    read = await api.get(f"/portfolios/{top}/overview")
    assert [read[name] for name in ("late", "breached", "hidden_count")] == [1, 1, 0]
    one, other = read["programs"]
    assert [one[name] for name in ("key", "finish", "is_late", "projects", "breached", "at_risk", "least_margin")] == [
        "A",
        "2026-03-10",
        True,
        2,
        1,
        0,
        "-P1D",
    ]
    assert (other["key"], other["finish"], other["is_late"], other["least_margin"]) == ("B", None, False, None)
    member = replace(api, roles=frozenset())
    hidden = await member.get(f"/portfolios/{top}/overview")
    assert (hidden["programs"], hidden["hidden_count"]) == ([], 2)
    await api.get_missing(f"/portfolios/{uuid4()}/overview")
