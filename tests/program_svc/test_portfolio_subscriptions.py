"""Subscriptions to portfolios: as those to programs, a report at the end of each period, once, told by an event."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from program_svc.portfolio_subscriptions.delivery import deliver
from program_svc.subscriptions.due import deliver_due
from program_svc.subscriptions.periods import Due

BODY = {"title": "To the board", "cadence": "weekly", "starts_on": "2026-03-02", "recipient": "Supervisory board"}


async def made(api):
    """A portfolio with a program of one project of a day, and a subscription to it; the portfolio's path and the subscription's."""
    portfolio = (await api.post("/portfolios", {"key": "MOB", "name": "Mobility"}))["id"]
    project_id = api.projects.project()
    api.projects.task(project_id, "A", 1)
    await api.hear()
    await api.program(project_id, portfolio_id=portfolio, key="LINE7")
    path = f"/portfolios/{portfolio}/subscriptions"
    return f"/portfolios/{portfolio}", f"{path}/{(await api.post(path, BODY))['id']}"


@pytest.fixture
async def subscribed(api):
    return await made(api)


@pytest.fixture
def on_day(api, database):
    """Deliver what is due to this subscription on a day."""

    async def deliver_on(path, day):
        due = Due(api.organization_id, *map(UUID, path.split("/")[2::2]))
        async with database.transaction(api.organization_id) as session:
            return await deliver(session, due, date.fromisoformat(day))

    return deliver_on


async def test_each_period_of_a_portfolio_is_delivered_once_and_told_by_an_event(api, subscribed, on_day):
    portfolio, path = subscribed
    before = await api.get(path)
    assert (before["state"], before["delivered_until"], before["recipient"]) == ("active", None, "Supervisory board")
    assert await on_day(path, "2026-03-08") is None
    report = await on_day(path, "2026-03-09")
    assert await on_day(path, "2026-03-09") is None
    now = await api.get(path)
    assert (now["delivered_until"], now["status_report_id"]) == ("2026-03-08", str(report.id))
    *_, published, told = await api.events()
    assert [event["happened"] for event in (published, told)] == [
        "portfolio_report.created",
        "portfolio_subscription.delivered",
    ]
    assert (told["data"]["record"], published["data"]["record"]["published_by"]) == (now, "program-svc")
    assert told["data"]["previous"] == {"delivered_until": None, "status_report_id": None}
    kept = await api.get(f"{portfolio}/status-reports/{report.id}")
    assert (kept["report"]["starts_on"], kept["report"]["ends_on"]) == ("2026-03-02", "2026-03-08")
    assert [each["key"] for each in kept["content"]["programs"]] == ["LINE7"]


async def test_what_was_missed_of_a_portfolio_comes_in_one_report_and_an_end_is_an_end(api, subscribed, on_day):
    _, path = subscribed
    await on_day(path, "2026-03-09")
    await api.patch(path, {"state": "paused"})
    assert await on_day(path, "2026-03-16") is None
    await api.patch(path, {"state": "active", "title": "To the council"})
    report = await on_day(path, "2026-04-01")
    assert (report.title, report.starts_on, report.ends_on) == ("To the council", date(2026, 3, 9), date(2026, 3, 29))
    refused = await api.patch(path, {"starts_on": "2026-05-01"}, status=422)
    assert refused["errors"][0]["rule"] == "delivered_already"
    await api.patch(path, {"state": "ended"})
    refused = await api.patch(path, {"state": "active"}, status=409)
    assert (refused["type"], refused["legal"]) == ("/problems/illegal-step", [])


async def test_a_portfolios_subscriptions_are_listed_changed_and_removed(api, subscribed, auditor, stranger):
    portfolio, path = subscribed
    other = await api.post(f"{portfolio}/subscriptions", {"title": "A", "starts_on": "2026-01-01"})
    listed = await api.get(f"{portfolio}/subscriptions?sort=-title")
    assert [each["title"] for each in listed["items"]] == ["To the board", "A"]
    monthly = await api.get(f"{portfolio}/subscriptions?cadence=monthly&state=active")
    assert [each["id"] for each in monthly["items"]] == [other["id"]]
    elsewhere = f"/portfolios/{(await api.post('/portfolios', {'key': 'E', 'name': 'Empty'}))['id']}"
    await api.get_missing(f"{elsewhere}/subscriptions/{other['id']}")
    stale = await api.request("DELETE", path, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    assert (await api.request("DELETE", path)).status_code == 204
    await api.get_missing(path)
    assert (await auditor.request("GET", f"{portfolio}/subscriptions")).status_code == 200
    assert (await auditor.request("POST", f"{portfolio}/subscriptions", json=BODY)).status_code == 403
    assert (await stranger.request("GET", f"{portfolio}/subscriptions")).status_code == 404
    ref = {"external_ref": {"source": "board", "id": "1"}}
    await api.post(f"{portfolio}/subscriptions", BODY | ref)
    assert (await api.post(f"{portfolio}/subscriptions", BODY | ref, status=409))["type"] == "/problems/already-exists"


async def test_two_workers_send_a_portfolios_report_once(crowd):
    portfolio, path = await made(crowd)
    await asyncio.gather(*(deliver_due(crowd.database, date(2026, 3, 9)) for _ in range(3)))
    reports = (await crowd.get(f"{portfolio}/status-reports"))["items"]
    assert [each["id"] for each in reports] == [(await crowd.get(path))["status_report_id"]]
