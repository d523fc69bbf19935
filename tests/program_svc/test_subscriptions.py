"""Subscriptions: a report at the end of each period, once, whoever comes and however late."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from chassis.health import Health
from contracts.program_events.subscriptions import Rhythm, SubscriptionState
from program_svc.subscriptions.clock import Subscriptions, today_in_utc
from program_svc.subscriptions.delivery import deliver
from program_svc.subscriptions.due import deliver_due
from program_svc.subscriptions.periods import Due, over_until

AT = "2026-03-02T08:00:00Z"


def subscription(cadence, starts_on):
    ids = dict.fromkeys(("id", "organization_id", "program_id"), uuid7())
    heading = {"external_ref": None, "revision": 1, "created_at": AT, "updated_at": AT}
    return SubscriptionState(**ids, **heading, title="T", cadence=cadence, starts_on=starts_on, state="active")


@pytest.mark.parametrize(
    ("cadence", "starts_on", "today", "until"),
    [
        ("daily", "2026-03-01", "2026-03-01", None),
        ("daily", "2026-03-01", "2026-03-02", "2026-03-01"),
        ("weekly", "2026-03-02", "2026-03-08", None),
        ("weekly", "2026-03-02", "2026-03-09", "2026-03-08"),
        ("weekly", "2026-03-02", "2026-03-25", "2026-03-22"),
        ("fortnightly", "2026-03-02", "2026-03-16", "2026-03-15"),
        ("monthly", "2026-03-15", "2026-04-14", None),
        ("monthly", "2026-03-15", "2026-04-15", "2026-04-14"),
        ("monthly", "2026-01-31", "2026-02-27", None),
        ("monthly", "2026-01-31", "2026-02-28", "2026-02-27"),
        ("monthly", "2026-01-31", "2026-03-30", "2026-02-27"),
        ("quarterly", "2026-01-01", "2026-12-31", "2026-09-30"),
        ("quarterly", "2026-01-01", "2027-01-01", "2026-12-31"),
    ],
)
def test_a_period_is_over_on_the_day_after_its_last(cadence, starts_on, today, until):
    found = over_until(subscription(cadence, date.fromisoformat(starts_on)), date.fromisoformat(today))
    assert found == (None if until is None else date.fromisoformat(until))


@pytest.mark.parametrize("cadence", Rhythm)
def test_periods_follow_each_other_without_a_gap(cadence):
    """Day by day through two years: what is over never shrinks, and grows on the very day after."""
    one = subscription(cadence, date(2026, 1, 31))
    over = [over_until(one, one.starts_on + timedelta(days=days)) for days in range(800)]
    grown = [
        (one.starts_on + timedelta(days=days), over[days]) for days in range(1, 800) if over[days] != over[days - 1]
    ]
    assert grown
    assert all(today == until + timedelta(days=1) for today, until in grown)


@pytest.fixture
async def subscribed(api):
    """A program with one project of a day, and a subscription of every week of March; the program's path and the subscription's."""
    project_id = api.projects.project()
    api.projects.task(project_id, "A", 1)
    await api.hear()
    program = await api.program(project_id)
    stakeholder = await api.post(f"{program}/stakeholders", {"name": "City council"})
    body = {
        "title": "To the council",
        "cadence": "weekly",
        "starts_on": "2026-03-02",
        "stakeholder_id": stakeholder["id"],
    }
    made = await api.post(f"{program}/subscriptions", body)
    assert (made["state"], made["delivered_until"]) == ("active", None)
    return program, f"{program}/subscriptions/{made['id']}"


async def delivered(api, program):
    reports = (await api.get(f"{program}/status-reports"))["items"]
    return [(each["starts_on"], each["ends_on"], each["published_by"]) for each in reports]


@pytest.fixture
def on_day(api, database):
    """Deliver what is due to this member on a day."""

    async def deliver_on(path, day):
        due = Due(api.organization_id, *(each for each in path.split("/")[2::2]))
        async with database.transaction(api.organization_id) as session:
            return await deliver(session, due, date.fromisoformat(day))

    return deliver_on


async def test_each_period_is_delivered_once_and_told_by_an_event(api, subscribed, on_day):
    program, path = subscribed
    assert await on_day(path, "2026-03-08") is None
    report = await on_day(path, "2026-03-09")
    assert await on_day(path, "2026-03-09") is None
    assert await delivered(api, program) == [("2026-03-02", "2026-03-08", "program-svc")]
    now = await api.get(path)
    assert (now["delivered_until"], now["status_report_id"]) == ("2026-03-08", str(report.id))
    *_, published, told = await api.events()
    assert (published["happened"], told["happened"]) == ("status_report.created", "subscription.delivered")
    assert (published["data"]["record"]["id"], told["data"]["record"]) == (str(report.id), now)
    assert told["data"]["changed"] == ["delivered_until", "status_report_id"]
    assert told["data"]["previous"] == {"delivered_until": None, "status_report_id": None}
    content = (await api.get(f"{program}/status-reports/{report.id}"))["content"]
    assert content["schedule"]["finish"] == "2026-03-02"


async def test_what_was_missed_during_a_pause_comes_in_one_report(api, subscribed, on_day):
    program, path = subscribed
    await on_day(path, "2026-03-09")
    await api.patch(path, {"state": "paused"})
    assert await on_day(path, "2026-03-16") is None
    await api.patch(path, {"state": "active"})
    await on_day(path, "2026-04-01")
    assert await delivered(api, program) == [
        ("2026-03-02", "2026-03-08", "program-svc"),
        ("2026-03-09", "2026-03-29", "program-svc"),
    ]
    refused = await api.patch(path, {"starts_on": "2026-05-01"}, status=422)
    assert refused["errors"][0]["rule"] == "delivered_already"
    await api.patch(path, {"state": "ended"})
    refused = await api.patch(path, {"state": "active"}, status=409)
    assert refused["legal"] == []


async def test_nobody_is_told_of_a_program_that_has_ended(api, subscribed, on_day):
    program, path = subscribed
    await api.patch(program, {"state": "terminated"})
    assert await on_day(path, "2026-03-09") is None
    assert await delivered(api, program) == []


async def test_two_workers_send_a_report_once_and_a_broken_one_holds_up_nobody(crowd):
    """Each on connections of its own; one of two programs cannot be scheduled."""
    fine, broken = crowd.projects.project("P1"), crowd.projects.project("P2")
    crowd.projects.task(fine, "A", 1)
    before, after = crowd.projects.task(broken, "A", 1), crowd.projects.task(broken, "B", 1)
    await crowd.hear()
    programs = [await crowd.program(project_id) for project_id in (broken, fine)]
    for program in programs:
        await crowd.post(f"{program}/subscriptions", {"title": "T", "cadence": "daily", "starts_on": "2026-03-02"})
    crowd.projects.link(broken, before, after)
    crowd.projects.link(broken, after, before)
    await crowd.hear()
    today = date(2026, 3, 3)
    sent = await asyncio.gather(*(deliver_due(crowd.database, today) for _ in range(3)))
    assert sum(sent) == 1
    assert [len(await delivered(crowd, program)) for program in programs] == [0, 1]


class Broken:
    def transaction(self, _organization_id=None):
        raise ConnectionError("the database is away")


async def test_the_worker_goes_on_looking_whatever_happens_and_ends_when_it_is_told_to():
    looks = 0

    def today():
        nonlocal looks
        looks += 1
        if looks == 3:
            part.stop()
        return today_in_utc()

    part = Subscriptions(Broken(), today, every=0.001)
    async with asyncio.timeout(5):
        await part.run(Health())
    assert looks == 3


async def test_a_subscription_names_a_stakeholder_of_its_program(api):
    program = await api.program()
    body = {"title": "T", "starts_on": "2026-03-02", "stakeholder_id": str(uuid4())}
    refused = await api.post(f"{program}/subscriptions", body, status=404)
    assert refused["errors"][0]["pointer"] == "/stakeholder_id"
