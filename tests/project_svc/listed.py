"""Records for every list of project-svc: at least two of each kind, with and without what may be left out."""

from typing import Any
from uuid import uuid4

from tests.project_svc.control import eur
from tests.project_svc.test_imposed_dates import START, Program
from tests.project_svc.test_read_routes import whole_world
from tests.project_svc.test_write_routes import levelled, linked_outside
from tests.project_svc.write_routes import P, filled

from contracts.program_events import DependencyCommitted

NAMED = {"task_id": "{dig}", "risk_id": "{risk}", "issue_id": "{issue}"}
MORE: dict[str, tuple[dict[str, Any], ...]] = {
    "/projects": (
        {
            "key": "OTHER",
            "name": "Depot",
            "start": "2026-03-02",
            "currency": "EUR",
            "manager": "Ada",
            "sponsor": "City",
            "deadline": "2026-09-30",
        },
        {"key": "FAR", "name": "Far", "start": "2026-04-01", "currency": "USD", "granularity": "minute"}
        | {"progress_logic": "override"},
    ),
    "/calendars": ({"name": "Works"},),
    f"{P}/tasks": (
        {"name": "Roof", "parent_id": "{summary}", "assignees": ["Jonas", "Crane"], "duration": "P1D"}
        | {"mode": "auto_alap", "work_mode": "fixed_work", "calendar_id": "{calendar}", "deadline": "2026-06-30"},
        {"name": "Door", "duration": "P1D", "deadline": "2026-07-31"},
    ),
    f"{P}/links": ({"predecessor_id": "{pour}", "successor_id": "{roof}", "lag_calendar": "24h"},),
    f"{P}/calendars": ({"name": "Night", "shared_calendar_id": "{shared_calendar}"},),
    f"{P}/resources": (
        {"name": "Track crew", "group": "Works", "calendar_id": "{calendar}"},
        {"name": "Concrete", "kind": "material", "unit": "t"},
    ),
    f"{P}/assignments": ({"task_id": "{pour}", "resource_id": "{resources}", "units": 3},),
    f"{P}/budget/lines": (
        {"name": "Rails", "amount": eur("7.00"), "task_id": "{dig}", "type": "material"}
        | {"starts_on": "2026-03-02", "ends_on": "2026-03-06"},
        {
            "name": "Reserve",
            "amount": eur("8.00"),
            "contingency": True,
            "starts_on": "2026-03-09",
            "ends_on": "2026-03-13",
        },
    ),
    f"{P}/budget/commitments": (
        {"on": "2026-03-05", "amount": eur("2.00"), "task_id": "{dig}", "source": "O-7", "supplier": "Steel Ltd"},
        {"on": "2026-03-06", "amount": eur("-1.00"), "corrects_id": "{commitment}"},
    ),
    f"{P}/budget/actuals": (
        {"on": "2026-03-05", "amount": eur("2.00"), "task_id": "{dig}", "source": "I-7"}
        | {"commitment_id": "{commitment}"},
        {"on": "2026-03-06", "amount": eur("-1.00"), "corrects_id": "{actual}"},
    ),
    f"{P}/risks": (
        {"title": "Subsidy", "kind": "opportunity", "probability": 0.6, "cost_impact": eur("1.00"), "category": "money"}
        | {"response": "exploit", "proximity": "imminent", "owner": "Ada", "task_id": "{dig}", "escalated": True}
        | {"review_on": "2026-03-09"},
        {
            "title": "Strike",
            "kind": "threat",
            "probability": 0.1,
            "cost_impact": eur("1.00"),
            "review_on": "2026-03-16",
        },
    ),
    f"{P}/issues": (
        {
            "title": "Cable",
            "priority": "high",
            "category": "site",
            "owner": "Ada",
            "raised_by": "Crew",
            "escalated": True,
        }
        | {"task_id": "{dig}", "risk_id": "{risk}", "due_on": "2026-03-09"},
        {"title": "Mud", "due_on": "2026-03-06"},
    ),
    f"{P}/decisions": (
        {
            "title": "Night work?",
            "decided_by": "Board",
            "task_id": "{dig}",
            "issue_id": "{issue}",
            "due_on": "2026-03-09",
        },
        {"title": "Detour?", "due_on": "2026-03-06"},
    ),
    f"{P}/actions": (
        {"title": "Write", "priority": "low", "owner": "Ada", "due_on": "2026-03-09", "decision_id": "{decision}"}
        | NAMED,
        {"title": "Ask", "due_on": "2026-03-06"},
    ),
    f"{P}/assumptions": (
        {"title": "No frost", "category": "weather", "owner": "Ada", "validate_by": "2026-03-09"} | NAMED,
        {"title": "Quiet", "validate_by": "2026-03-06"},
    ),
    f"{P}/stakeholders": (
        {
            "name": "Mayor",
            "power": "high",
            "interest": "low",
            "engagement": "supportive",
            "engagement_wanted": "leading",
        }
        | {"cadence": "weekly", "party": "City", "owner": "Ada", "last_contact_on": "2026-03-09"},
        {"name": "Press", "last_contact_on": "2026-03-06"},
    ),
    f"{P}/deliverables": (
        {"name": "Track", "owner": "Ada", "task_id": "{dig}", "due_on": "2026-03-09"},
        {"name": "Manual", "due_on": "2026-03-06"},
    ),
    f"{P}/phases": (
        {"name": "Design", "order": 2, "owner": "Ada", "task_id": "{dig}"}
        | {"planned_start": "2026-03-02", "planned_finish": "2026-03-06"},
        {"name": "Trial", "order": 3, "planned_start": "2026-03-09"},
    ),
    f"{P}/gates": (
        {"name": "Permit", "owner": "Ada", "phase_id": "{phase}", "task_id": "{dig}", "planned_on": "2026-03-09"},
        {"name": "Handover", "planned_on": "2026-03-06"},
    ),
    f"{P}/exceptions": ({"dimension": "benefits", "title": "M", "owner": "Ada"},),
    f"{P}/change-requests": (
        {"title": "Wider", "priority": "critical", "requested_by": "Crew", "takes_over": ["{dig}"]},
    ),
    f"{P}/baselines": ({"name": "Wider", "change_request_id": "{draft}"},),
    f"{P}/comments": ({"record": "risk", "record_id": "{risk}", "body": "Still?", "mentions": ["Ada", "members/1"]},),
    f"{P}/status-reports": ({"title": "April", "starts_on": "2026-04-01", "ends_on": "2026-04-30"},),
}
"""Records beside those of `one_of_everything`: with what is filtered and sorted by, and each one of its own."""
DECIDED = {"state": "decided", "outcome": "Yes", "decided_by": "Board", "decided_on": "2026-03-05"}
THEN = (
    (f"{P}/deliverables", -1, {"state": "delivered"}, {"state": "accepted", "accepted_by": "Mayor"}),
    (f"{P}/deliverables", 0, {"state": "delivered"}, {"state": "rejected"}),
    (f"{P}/decisions", -1, DECIDED),
    (f"{P}/decisions", 0, DECIDED, {"state": "superseded", "superseded_by_id": "{decisions}"}),
    (f"{P}/gates", -1, {"state": "decided", "decision": "hold", "decided_by": "Board", "decided_on": "2026-03-09"}),
)
"""Changes of a record of a list, for what a new one cannot be."""


async def filled_lists(api, database) -> dict[str, str]:
    """The ids of a project's records by name, at least two of each kind, some with and some without what may be left out."""
    world = await whole_world(api, database)
    project = f"/projects/{world['project_id']}"
    world["summary"] = await api.summary(project, "Roofs")
    for template, bodies in MORE.items():
        for body in bodies:
            named = {"external_ref": {"source": "works", "id": uuid4().hex}}
            made = await api.post(template.format_map(world), filled(body, world) | named)
            world[template.rpartition("/")[2]] = made["id"]
            if made.get("name") == "Roof":
                world["roof"] = made["id"]
    await api.patch(
        project, {"tolerances": {"quality": 0}, "calendar_id": world["calendar"]}
    )  # an exception that the system drafts
    for template, place, *changes in THEN:
        path = template.format_map(world)
        record = (await api.get(path))["items"][place]["id"]
        for change in changes:
            await api.patch(f"{path}/{record}", filled(change, world))
    await api.post(f"{project}/change-requests/{world['approved']}/implement", {}, status=200)
    program = Program(database, api.organization_id)
    await program.hear(program.tells(DependencyCommitted, program.dependency(project, world["pour"], START)))
    await linked_outside(database, api, world["project_id"], world["dig"])
    other = {"other_end": "successor", "type": "SS", "other_project": "Depot", "state": "joined"}
    other |= {name: uuid4() for name in ("other_project_id", "other_task_id", "dependency_id")}
    await linked_outside(
        *(database, api, world["project_id"], world["dig"]), **other, external_source="works", external_id="x"
    )
    await levelled(database, api, world["project_id"], 1, world["free"])
    world["baseline_id"] = (await api.post(f"{project}/baselines", {"name": "All of it"}))["id"]
    return world
