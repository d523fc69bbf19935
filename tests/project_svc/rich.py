"""A project with something of all that its plan can say, by the API alone."""

from typing import Any

from tests.project_svc.control import eur

SIX_HOURS = {
    "name": "Six hours",
    "hours_per_day": 6,
    "shifts": {
        day: [{"from": "08:00", "to": "14:00"}] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    },
    "exceptions": [{"on": "2026-03-10", "to": "2026-03-11", "name": "Fair"}],
    "holidays": {"country": "DE", "subdivision": "BE", "first_year": 2026, "last_year": 2026},
}
MSO = {"constraint": {"type": "MSO", "date": "2026-04-13"}}
PERMIT = {"name": "Permit", "kind": "cost"}


async def rich_project(api: Any, **fields: Any) -> tuple[str, dict[str, str]]:
    """Its path, and the ids of its tasks by name: by a calendar of six hours a day, planned by the day."""
    project = await api.project(name="Tram", manager="Ada", **fields)
    six = (await api.post(f"{project}/calendars", SIX_HOURS))["id"]
    night = (await api.post(f"{project}/calendars", {"name": "Night"}))["id"]
    company = (await api.post("/calendars", {"name": "Company"}))["id"]
    follower = {"name": "Company", "shared_calendar_id": company}
    shared = (await api.post(f"{project}/calendars", follower))["id"]
    await api.patch(project, {"calendar_id": six, "data_date": "2026-03-06", "deadline": "2026-06-30"})
    tasks = {"Works": await api.summary(project, "Works")}
    for name, duration, said in (
        (
            "Dig",
            "P4D",
            {"parent_id": tasks["Works"], "percent_complete": 33.5, "actual_start": "2026-03-02"}
            | {"remaining_duration": "P3D"},
        ),
        ("Pour", "P5D", {"parent_id": tasks["Works"], "deadline": "2026-05-29", "calendar_id": night}),
        ("Cure", "P7D", {"constraint": {"type": "SNET", "date": "2026-03-23"}, "work_mode": "fixed_duration"}),
        ("Seal", "P2D", {"mode": "auto_alap", "description": "= with care"} | {"calendar_id": shared}),
        ("Old", "P2D", {"state": "cancelled"}),
        ("Later", "P2D", {"state": "on_hold", "assignees": ["Grace"], "quality_criteria": "Dry"}),
        ("Done", "P1D", {"actual_start": "2026-03-02", "actual_finish": "2026-03-03"}),
        ("Hand", "P2D", {"mode": "manual", "planned_start": "2026-03-16", "planned_finish": "2026-03-17"} | MSO),
        ("Free", "P2D", {"mode": "manual"}),
        ("Wish", "P2D", {"planned_start": "2026-03-18"}),
        ("Watch", "P3D", {"kind": "level_of_effort"}),
        ("Ready", "P0D", {"kind": "milestone", "deadline": "2026-06-01"}),
    ):
        tasks[name] = await api.task(project, name, duration, **said)
    for before, after, said in (
        ("Dig", "Pour", {"lag": "P2D"}),
        ("Dig", "Pour", {"type": "SS", "lag": "PT3H"}),
        ("Pour", "Cure", {"lag": "P1D", "lag_calendar": "24h"}),
        ("Cure", "Ready", {"lag": "-P1D", "lag_calendar": "predecessor"}),
    ):
        await api.link(project, tasks[before], tasks[after], **said)
    rates = [{"standard": eur("50.00"), "per_use": eur("9.00")}, {"effective_on": "2026-04-01", "standard": eur("55")}]
    crew = {"name": "Crew", "rates": rates, "group": "Works", "email": "crew@example.org", "calendar_id": night}
    crew |= {"description": "Ask early.", "units": 3}
    steel = {"name": "Steel", "kind": "material", "unit": "t"}
    ids = [(await api.post(f"{project}/resources", body))["id"] for body in (crew, steel, PERMIT)]
    for task, resource, said in (
        ("Dig", 0, {"units": 2, "actual_work": "P1D"}),
        ("Pour", 1, {"units": 7}),
        ("Pour", 2, {"amount": eur("90.00")}),
        ("Cure", 0, {"work": "P3D"}),
    ):
        body = {"task_id": tasks[task], "resource_id": ids[resource]} | said
        await api.post(f"{project}/assignments", body)
    for name, task, said in (
        ("Digging", "Dig", {"quantity": 10, "rate": eur("12.00")}),
        ("Lorry", "Dig", {"amount": eur("30.00"), "type": "equipment"}),
        ("Concrete", "Pour", {"amount": eur("7.00"), "starts_on": "2026-03-09", "ends_on": "2026-03-20"}),
        ("In case", "Pour", {"amount": eur("5.00"), "contingency": True}),
    ):
        await api.post(f"{project}/budget/lines", {"name": name, "task_id": tasks[task]} | said)
    await api.post(f"{project}/budget/lines", {"name": "Office", "amount": eur("99.00")})
    await api.post(f"{project}/baselines", {"name": "First"})
    return project, tasks
