"""Who does the work, in files: taken over with units, work, rates and calendars, and given back."""

from dataclasses import replace
from decimal import Decimal

import orjson
import pytest
from tests.project_svc.plans import DAY, START, mspdi, said, small, uploaded

from planning.exchange import (
    Assignment,
    Calendar,
    Document,
    DocumentTask,
    MalformedDocument,
    Rate,
    Resource,
    ResourceKind,
    WorkMode,
    read_mspdi,
)
from project_svc.exchange.csv_form import read_csv
from project_svc.exchange.csv_writing import write_csv
from project_svc.exchange.json_form import read_json, write_json

NIGHTS = Calendar("9", "Nights", (((0, 360), (1320, 1440)),) * 7)
CREW = Resource(
    *("1", "Crew", ResourceKind.WORK, Decimal(3)),
    calendar_id="9",
    rates=(Rate(None, Decimal(50)), Rate(START.date(), Decimal("55.5"), per_use=Decimal(10))),
    group="Works",
    email="crew@example.org",
    notes="Ask early.",
)
STEEL = Resource("2", "Steel", ResourceKind.MATERIAL, unit="t", rates=(Rate(None, Decimal(900)),))
PERMIT = Resource("3", "Permit", ResourceKind.COST)
DIG = Assignment("1", "2", "1", Decimal("0.5"), 5 * DAY // 2, DAY, 3 * DAY // 2)
TON = Assignment("2", "3", "2", Decimal(7))
FEE = Assignment("3", "3", "3", cost=Decimal(1200))


def staffed(**changes: object) -> Document:
    staff = {"calendars": (NIGHTS,), "resources": (CREW, STEEL, PERMIT), "assignments": (DIG, TON, FEE)}
    return small(**(staff | changes))


def as_table(document: Document) -> bytes:
    return write_csv(document)


FORMS = {"plan.xml": mspdi, "plan.json": write_json, "plan.csv": as_table}


async def taken(api, work, document, name="plan.xml", **form):
    form = {"source": "office", "project": "footing", "currency": "EUR", "start": "2026-03-02T08:00"} | form
    job = await uploaded(api, work, FORMS[name](document), name, **form)
    assert job["state"] == "succeeded", job["problem"]
    return job, f"/projects/{job['project_id']}"


async def items(api, path, collection):
    return {
        each["external_ref"]["id"].rpartition("/")[2]: each for each in (await api.get(f"{path}/{collection}"))["items"]
    }


@pytest.mark.parametrize("name", FORMS)
async def test_resources_and_assignments_are_taken_over(api, work, name):
    job, path = await taken(api, work, staffed(), name)
    assert job["result"]["resources"]["created"] == job["result"]["assignments"]["created"] == 3
    crew, steel, permit = (await items(api, path, "resources")).values()
    assert (crew["name"], crew["kind"], crew["units"], crew["rates"][0]["standard"]["amount"]) == (
        "Crew",
        "work",
        3,
        "50.00",
    )
    assert (steel["kind"], permit["kind"], permit["rates"]) == ("material", "cost", [])
    dig, ton, fee = (await items(api, path, "assignments")).values()
    assert (dig["units"], dig["work"], dig["actual_work"], dig["remaining_work"]) == (0.5, "P2DT4H", "P1D", "P1DT4H")
    assert (ton["units"], ton["amount"], fee["amount"]["amount"]) == (7, None, "1200.00")
    again, _ = await taken(api, work, staffed(), name)
    assert again["result"]["assignments"] == {"created": 0, "updated": 0, "unchanged": 3, "deleted": 0}
    assert again["result"]["revision"] == job["result"]["revision"]


async def test_rates_calendars_and_units_come_back_as_they_went(api, work):
    _, path = await taken(api, work, staffed())
    crew = (await items(api, path, "resources"))["1"]
    assert [(rate["effective_on"], rate["per_use"]) for rate in crew["rates"]] == [
        (None, None),
        ("2026-03-02", {"amount": "10.00", "currency": "EUR"}),
    ]
    assert (await api.get(f"{path}/calendars/{crew['calendar_id']}"))["name"] == "Nights"
    assert (crew["group"], crew["email"], crew["description"]) == ("Works", "crew@example.org", "Ask early.")
    for form, read in (("mspdi", read_mspdi), ("json", read_json)):
        answer = await api.request("GET", f"{path}/export", params={"form": form})
        after, _ = read(answer.content)
        assert said(after) == said(staffed()), form
    table = await api.request("GET", f"{path}/export", params={"form": "csv"})
    after, _ = read_csv(table.content, "P")
    assert {each.work for each in after.assignments} == {DIG.work, None}
    told = {each["field"] for each in orjson.loads(table.headers["interlock-fidelity"].replace("%22", '"'))}
    assert {"rates", "group", "email", "unit", "calendar_id"} <= told


@pytest.mark.parametrize("mode", WorkMode)
async def test_what_the_file_says_of_durations_stands(api, work, mode):
    tasks = tuple(replace(task, work_mode=mode) for task in staffed().tasks)
    more = replace(DIG, work=20 * DAY, remaining_work=19 * DAY)
    _, path = await taken(api, work, staffed(tasks=tasks, assignments=(more,)))
    dig = next(task for task in (await api.get(f"{path}/tasks"))["items"] if task["name"] == "Dig")
    assert (dig["duration"], dig["work_mode"]) == ("P5D", mode.value)
    (assignment,) = (await items(api, path, "assignments")).values()
    assert (assignment["units"], assignment["work"]) == (0.5, "P20D")


async def test_assignments_that_are_gone_go_unless_work_was_done(api, work):
    _, path = await taken(api, work, staffed())
    job, _ = await taken(api, work, staffed(assignments=()))
    assert job["result"]["assignments"] == {"created": 0, "updated": 1, "unchanged": 0, "deleted": 2}
    (dig,) = (await items(api, path, "assignments")).values()
    assert (dig["work"], dig["remaining_work"]) == ("P1D", "P0D")
    assert len(await items(api, path, "resources")) == 3


async def test_what_of_the_work_has_no_place_is_named(api, work):
    tasks = (*staffed().tasks, DocumentTask("5", "Old", duration=DAY, is_active=False))
    odd = (
        Assignment("1", "1", "1", work=DAY),
        Assignment("2", "2", "1", work=DAY, cost=Decimal(7), start=START.replace(day=5)),
        Assignment("3", "2", "1", work=DAY, actual_work=3 * DAY),
        Assignment("4", "4", "1", work=DAY),
        Assignment("5", "5", "1", work=DAY),
        Assignment("6", "3", "2", Decimal(2), work=DAY),
    )
    crew = replace(CREW, rates=(Rate(None, Decimal(-1), Decimal(80)),))
    job, path = await taken(api, work, staffed(tasks=tasks, resources=(crew, STEEL), assignments=odd))
    found = {(each["record"], each["field"], each["loss"]) for each in job["result"]["fidelity"]}
    assert {("resource", "overtime", "dropped"), ("resource", "standard", "converted")} <= found
    joined, without_work = ("assignment", "assignment", "converted"), ("assignment", "assignment", "dropped")
    assert {joined, without_work} <= found, "the summary and the cancelled task have none"
    assert {"cost", "start", "work"} <= {field for record, field, _ in found if record == "assignment"}
    written = await items(api, path, "assignments")
    assert written.keys() == {"2", "4", "6"}
    assert (written["2"]["units"], written["2"]["work"], written["4"]["work"]) == (2, "P3D", "P0D")


async def test_a_task_that_was_cancelled_here_takes_no_work(api, work):
    _, path = await taken(api, work, staffed())
    dig = next(task for task in (await api.get(f"{path}/tasks"))["items"] if task["name"] == "Pour")
    await api.patch(f"{path}/tasks/{dig['id']}", {"state": "cancelled"})
    job, _ = await taken(api, work, staffed(assignments=(DIG, replace(TON, units=Decimal(8)))))
    found = {(each["record"], each["field"]) for each in job["result"]["fidelity"]}
    assert {("task", "is_active"), ("assignment", "assignment")} <= found


async def test_a_table_names_resources_that_have_no_row(api, work):
    table = b"id,name,duration,resources\n1,Dig,P5D,Digger;Grace[0.5 P2D]\n2,Pour,P1D,Digger\n"
    job = await uploaded(api, work, table, "plan.csv", currency="EUR", start="2026-03-02")
    assert job["state"] == "succeeded", job["problem"]
    assert (job["result"]["resources"]["created"], job["result"]["assignments"]["created"]) == (2, 3)
    path = f"/projects/{job['project_id']}"
    assert {each["work"] for each in (await items(api, path, "assignments")).values()} == {"P5D", "P2D", "P1D"}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"id,name,resources\n1,A,Crew[x]\n", "brackets"),
        (b"id,name,kind,units\n1,A,work,-1\n", "not negative"),
        (b"id,name,kind\n1,A,work\n1,B,cost\n", "one resource alone"),
        (b"id,name,kind\n,A,work\n", "given"),
    ],
    ids=["item", "units", "twice", "no id"],
)
async def test_a_table_with_wrong_resources_is_refused(api, work, table, words):
    job = await uploaded(api, work, table, "plan.csv", currency="EUR", start="2026-03-02")
    assert (job["state"], words in job["problem"]["detail"]) == ("failed", True), job["problem"]


@pytest.mark.parametrize(
    "staff",
    [
        {"resources": (CREW, CREW)},
        {"calendars": ()},
        {"assignments": (DIG, DIG)},
        {"assignments": (replace(DIG, task_id="77"),)},
        {"resources": (STEEL,)},
    ],
    ids=["two resources", "no calendar", "two assignments", "no task", "no resource"],
)
def test_the_open_form_is_refused_where_it_contradicts_itself(staff):
    with pytest.raises(MalformedDocument):
        read_json(write_json(staffed(**staff)))
