"""A project with one of everything, and for each route that writes: what is sent, and which events follow."""

from dataclasses import dataclass, field
from typing import Any

from tests.project_svc.control import eur

P = "/projects/{project_id}"
RISK = {"title": "Frost", "kind": "threat", "probability": 0.3, "cost_impact": eur("10.00")}
PERIOD = {"title": "March", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}
ICS = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260304\nSUMMARY:Off\nEND:VEVENT\nEND:VCALENDAR\n"
DECLARED = {
    "issue": ("issues", {"title": "Gas main"}),
    "decision": ("decisions", {"title": "Which crane?"}),
    "action": ("actions", {"title": "Call"}),
    "assumption": ("assumptions", {"title": "Dry ground"}),
    "stakeholder": ("stakeholders", {"name": "Neighbours"}),
    "deliverable": ("deliverables", {"name": "Slab"}),
    "phase": ("phases", {"name": "Build"}),
    "gate": ("gates", {"name": "Trial runs"}),
}
OF_OTHERS = {
    "task": ("tasks", {"name": "Cure", "duration": "P2D"}, {"duration": "P9D"}),
    "link": ("links", {"predecessor_id": "{free}", "successor_id": "{pour}"}, {"lag": "P3D"}),
    "calendar": ("calendars", {"name": "Crew"}, {"name": "Night crew"}),
    "budget_line": ("budget/lines", {"name": "Steel", "amount": eur("5.00")}, {"amount": eur("6.00")}),
    "risk": ("risks", RISK, {"probability": 0.4}),
    "resource": ("resources", {"name": "Crane"}, {"units": 2}),
    "assignment": ("assignments", {"task_id": "{free}", "resource_id": "{resource}"}, {"units": 3}),
    "baseline": ("baselines", {"name": "B"}, {"name": "As agreed"}),
    "change_request": ("change-requests", {"title": "Deeper"}, {"title": "Wider"}),
    "comment": ("comments", {"record": "task", "record_id": "{dig}", "body": "So?"}, {"state": "resolved"}),
}
IDS = {"budget_line": "line_id"}
VERSIONS = {"change_request": 2}
"""In how many versions the events of a record are said."""


@dataclass(frozen=True)
class Write:
    """A request. events: their record and happening, in order, the recalculation left out."""

    body: Any
    events: tuple[str, ...]
    status: int = 200
    named: dict[str, str] = field(default_factory=dict)
    """Which record a placeholder of the path means, if not the one of its own name."""
    content: str | None = None
    """In place of a body: a file."""


def _life(name: str, path: str, body: dict[str, Any], change: dict[str, Any]) -> dict[str, Write]:
    own = IDS.get(name, f"{name}_id")
    one = f"{P}/{path}/{{{own}}}"
    versions = VERSIONS.get(name, 1)
    return {
        f"POST {P}/{path}": Write(body, (f"{name}.created",) * versions, 201),
        f"PATCH {one}": Write(change, (f"{name}.updated",) * versions, named={own: name}),
        f"DELETE {one}": Write(None, (f"{name}.deleted",) * versions, 204, {own: f"spare_{name}"}),
    }


def _step(step: str, at: str, body: Any = None) -> dict[str, Write]:
    route = f"POST {P}/change-requests/{{change_request_id}}/{step}"
    told = ("change_request.updated",) * VERSIONS["change_request"]
    events = ("task.updated", *told) if step == "implement" else told
    return {route: Write({} if body is None else body, events, named={"change_request_id": at})}


WRITES: dict[str, Write] = {
    "POST /projects": Write(
        {"key": "NEW", "name": "N", "start": "2026-03-02", "currency": "EUR"}, ("project.created",), 201
    ),
    f"PATCH {P}": Write({"start": "2026-03-03"}, ("project.updated",)),
    f"DELETE {P}": Write(None, ("project.deleted",), 204),
    **{
        route: write
        for name, (path, body) in DECLARED.items()
        for route, write in _life(name, path, body, {next(iter(body)): "Changed"}).items()
    },
    **{route: write for name, row in OF_OTHERS.items() for route, write in _life(name, *row).items()},
    f"PATCH {P}/assignments/{{assignment_id}}": Write(
        {"units": 3}, ("assignment.updated", "task.updated"), named={"assignment_id": "assignment"}
    ),
    f"POST {P}/calendars/{{calendar_id}}/exceptions/import": Write(
        None, ("calendar.updated",), named={"calendar_id": "calendar"}, content=ICS
    ),
    f"POST {P}/budget/actuals": Write(
        {"on": "2026-03-02", "amount": eur("1.00")}, ("actual.recorded", "actual.recorded"), 201
    ),
    f"POST {P}/budget/commitments": Write({"on": "2026-03-02", "amount": eur("1.00")}, ("commitment.recorded",), 201),
    f"POST {P}/batch": Write(
        {"operations": [{"op": "update", "record": "task", "id": "{free}", "body": {"duration": "P6D"}}]},
        ("task.updated",),
    ),
    f"POST {P}/baselines/{{baseline_id}}/approve": Write({}, ("baseline.updated",), named={"baseline_id": "baseline"}),
    **_step("submit", "draft"),
    **_step("assess", "submitted"),
    **_step("approve", "assessed"),
    **_step("reject", "assessed"),
    **_step("defer", "assessed"),
    **_step("implement", "approved"),
    **_step("close", "rejected"),
    f"POST {P}/exceptions": Write({"dimension": "benefits", "title": "Late"}, ("exception.created",), 201),
    f"PATCH {P}/exceptions/{{exception_id}}": Write({"owner": "board"}, ("exception.updated",)),
    f"DELETE {P}/outside-links/{{outside_link_id}}": Write(
        None, ("outside_link.deleted",), 204, {"outside_link_id": "outside_link"}
    ),
    f"POST {P}/status-reports": Write(PERIOD, ("status_report.created",), 201),
    f"POST {P}/schedule/level/take": Write({"job_id": "{levelling}"}, ("task.updated",)),
}
JOBS = {
    "POST /imports": "import",
    f"POST {P}/schedule/simulate": "simulation",
    f"POST {P}/schedule/level": "levelling",
}
"""Routes that ask for a job, and its kind."""
OF_THE_ORGANIZATION = {
    "POST /calendars",
    *(f"{method} /calendars/{{shared_calendar_id}}" for method in ("PATCH", "DELETE")),
}
"""Routes that write what belongs to no project: `test_shared_calendars`."""
CANCEL = "POST /jobs/{job_id}/cancel"


async def one_of_everything(api: Any, key: str = "WORLD") -> tuple[str, dict[str, str]]:
    """A project, and its records by name; `spare_…` are there to be deleted."""
    project = await api.project(key=key)
    made = {"project_id": project.rpartition("/")[2]}
    for name in ("dig", "pour", "free"):
        made[name] = await api.task(project, name, "P5D")

    async def make(name: str, path: str, body: Any, at: str = "") -> None:
        sent = {key: filled(value, made) for key, value in body.items()}
        made[at or name] = (await api.post(f"{project}/{path}", sent))["id"]

    for name, (path, body, _) in OF_OTHERS.items():
        if name == "link":
            made[name] = await api.link(project, made["dig"], made["pour"])
            made["spare_link"] = await api.link(project, made["dig"], made["pour"], type="SS")
            continue
        if name == "assignment":
            await make(name, path, {"task_id": "{dig}", "resource_id": "{resource}"})
            await make(name, path, {"task_id": "{pour}", "resource_id": "{resource}"}, "spare_assignment")
            continue
        await make(name, path, body)
        await make(name, path, body, f"spare_{name}")
    for name, (path, body) in DECLARED.items():
        await make(name, path, body)
        await make(name, path, body, f"spare_{name}")
    await make("exception", "exceptions", {"dimension": "benefits", "title": "L"})
    made["exception_id"] = made["exception"]
    change = {"op": "update", "record": "task", "id": made["free"], "body": {"duration": "P7D"}}
    steps = ("submit", "assess", "approve")
    for state, taken in (
        ("draft", ()),
        ("submitted", steps[:1]),
        ("assessed", steps[:2]),
        ("approved", steps),
        ("rejected", (*steps[:2], "reject")),
    ):
        await make("", "change-requests", {"title": state, "operations": [change]}, state)
        for step in taken:
            await api.post(f"{project}/change-requests/{made[state]}/{step}", {}, status=200)
    return project, made


def filled(value: Any, made: dict[str, str]) -> Any:
    """With ids in the place of names in braces, however deep."""
    match value:
        case str() if value.startswith("{"):
            return made[value.strip("{}")]
        case dict():
            return {name: filled(each, made) for name, each in value.items()}
        case list():
            return [filled(each, made) for each in value]
        case _:
            return value
