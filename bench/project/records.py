"""A hundred records of every kind that project-svc keeps, made through its API where that makes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from bench.events.database import Prepared
from bench.project.asked import Client
from project_svc.imposed.models import ImposedDate
from project_svc.outside_links.models import TABLE as OUTSIDE_LINKS
from project_svc.records import new_id, now

RECORDS = 100
Body = dict[str, Any]


def eur(amount: str) -> Body:
    """An amount."""
    return {"amount": amount, "currency": "EUR"}


@dataclass
class Made:
    """One project with its records. ids: by kind, in the order in which they were made."""

    organization_id: UUID
    project_id: str = ""
    ids: dict[str, list[str]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Of the project."""
        return f"/projects/{self.project_id}"


@dataclass(frozen=True)
class Kind:
    """A kind of record. body: of the n-th, given what is made already."""

    name: str
    collection: str
    body: Callable[[int, Made], Body]


_RISK: Body = {"kind": "threat", "probability": 0.3, "cost_impact": eur("1000.00"), "days_impact": "P3D"}
_PERIOD: Body = {"starts_on": "2026-03-01", "ends_on": "2026-03-31"}
KINDS = (
    Kind("task", "tasks", lambda number, _: {"name": f"Task {number}", "duration": "P2D"}),
    Kind("link", "links", lambda number, made: {"lag": "P1D", **_ends(number, made)}),
    Kind("calendar", "calendars", lambda number, _: {"name": f"Crew {number}"}),
    Kind("resource", "resources", lambda number, _: {"name": f"Crane {number}", "rates": [{"standard": eur("80.00")}]}),
    Kind("assignment", "assignments", lambda number, made: _at(made, "task", number) | _at(made, "resource", number)),
    Kind("budget_line", "budget/lines", lambda number, _: {"name": f"Steel {number}", "amount": eur("500.00")}),
    Kind("commitment", "budget/commitments", lambda _, made: _booked(made)),
    Kind("actual", "budget/actuals", lambda _, made: _booked(made)),
    Kind("risk", "risks", lambda number, _: _RISK | {"title": f"Frost {number}"}),
    Kind("issue", "issues", lambda number, _: {"title": f"Gas main {number}"}),
    Kind("decision", "decisions", lambda number, _: {"title": f"Which crane for lot {number}?"}),
    Kind("action", "actions", lambda number, _: {"title": f"Call the owner of lot {number}"}),
    Kind("assumption", "assumptions", lambda number, _: {"title": f"Dry ground in lot {number}"}),
    Kind("stakeholder", "stakeholders", lambda number, _: {"name": f"Neighbour {number}"}),
    Kind("deliverable", "deliverables", lambda number, _: {"name": f"Slab {number}"}),
    Kind("phase", "phases", lambda number, _: {"name": f"Build lot {number}"}),
    Kind("gate", "gates", lambda number, _: {"name": f"Trial runs of lot {number}"}),
    Kind("baseline", "baselines", lambda number, _: {"name": f"As of week {number}"}),
    Kind("change_request", "change-requests", lambda number, _: {"title": f"Deeper in lot {number}"}),
    Kind("exception", "exceptions", lambda number, _: {"dimension": "benefits", "title": f"Fewer riders {number}"}),
    Kind(
        "comment",
        "comments",
        lambda number, made: {"record": "task", "record_id": made.ids["task"][number], "body": "So?"},
    ),
    Kind("status_report", "status-reports", lambda number, _: _PERIOD | {"title": f"Week {number}"}),
)


def _ends(number: int, made: Made) -> Body:
    tasks = made.ids["task"]
    kind = "FS" if number < RECORDS - 1 else "SS"
    before = number % (RECORDS - 1)
    return {"predecessor_id": tasks[before], "successor_id": tasks[before + 1], "type": kind}


def _at(made: Made, kind: str, number: int) -> Body:
    return {f"{kind}_id": made.ids[kind][number]}


def _booked(made: Made) -> Body:
    return {"on": "2026-03-02", "amount": eur("12.50")} | _at(made, "task", 0)


async def make(client: Client, service: Prepared, organization_id: UUID) -> Made:
    """All of them in one project, and that many projects less one beside it. Raises Refused."""
    made = Made(organization_id)
    start = {"start": "2026-03-02", "currency": "EUR"}
    projects = [
        (await client.post("/projects", {"key": f"P{number}", "name": f"Line {number}"} | start))["id"]
        for number in range(RECORDS)
    ]
    made.project_id, made.ids["project"] = projects[0], projects
    for kind in KINDS:
        ids = made.ids[kind.name] = []
        for number in range(RECORDS):
            answer = await client.post(f"{made.path}/{kind.collection}", kind.body(number, made))
            ids.append(answer["id"])
    made.ids["outside_link"] = await _outside(service, made)
    await _imposed(service, made)
    for kind, path, body in (
        ("shared_calendar", "/calendars", {"name": "Company"}),
        ("job", f"{made.path}/schedule/simulate", {"runs": 10}),
    ):
        made.ids[kind] = [(await client.post(path, body))["id"] for _ in range(RECORDS)]
    return made


async def _outside(service: Prepared, made: Made) -> list[str]:
    """Links to other projects, as imports leave them."""
    ids, at = [new_id() for _ in range(RECORDS)], now()
    whose = {"organization_id": made.organization_id, "project_id": UUID(made.project_id)}
    said = {"other_end": "predecessor", "other_project": "Track", "other_task": "7", "type": "FS", "lag": "P0D"}
    kept = {"revision": 1, "created_at": at, "updated_at": at, "state": "waiting"}
    tasks = made.ids["task"]
    rows = [{"id": id_, "task_id": UUID(task)} | whose | said | kept for id_, task in zip(ids, tasks, strict=True)]
    async with service.application.transaction(made.organization_id) as session:
        await session.execute(OUTSIDE_LINKS.insert(), rows)
    return [str(id_) for id_ in ids]


async def _imposed(service: Prepared, made: Made) -> None:
    """What committed dependencies ask of the tasks, as the program service tells of them."""
    whose = {"organization_id": made.organization_id, "project_id": UUID(made.project_id), "program_id": new_id()}
    asked = {"side": "start", "at": date(2026, 3, 9), "provider_project_id": new_id()}
    rows = [
        {"dependency_id": new_id(), "task_id": UUID(task), "provider_task_id": new_id()} | whose | asked
        for task in made.ids["task"]
    ]
    async with service.application.transaction(made.organization_id) as session:
        await session.execute(insert(ImposedDate), rows)
