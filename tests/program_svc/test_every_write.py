"""Every route that writes, once: what it answers, the event that says so, and what the audit log says. A route that is not in the story fails it."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from audit_kit import attributable, check_entries, entries_of
from tests.program_svc.member import ProgramMember

from chassis.routes import routes_of
from program_svc.application import ROUTERS

pytestmark = pytest.mark.slow

EUR = {"amount": "100.00", "currency": "EUR"}
WRITES = {"POST", "PATCH", "DELETE"}
SAYS_NOTHING = {"what_if", "simulate_program"}
"""Questions that are too long for a path."""
BOOKKEEPING = {"revision", "updated_at"}
REGISTERS = {
    "stakeholder": ({"name": "Residents"}, {"name": "Neighbours"}),
    "gate": ({"name": "Ready"}, {"planned_on": "2026-05-01"}),
    "decision": ({"title": "One tender?"}, {"title": "Two tenders?"}),
    "issue": ({"title": "Insolvent"}, {"priority": "high"}),
    "risk": ({"title": "Delay", "probability": 0.2, "cost_impact": EUR, "days_impact": "P20D"}, {"probability": 0.3}),
    "change_request": ({"title": "Harbour first"}, {"state": "submitted"}),
    "funding": (
        {"source": "Grant", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "amount": EUR},
        {"source": "Loan"},
    ),
    "exchange_rate": ({"currency": "CHF", "rate": 1.04, "valid_from": "2026-01-01"}, {"rate": 1.05}),
    "benefit": ({"name": "Fewer cars", "baseline": 12000, "target": 8000}, {"target": 7000}),
    "scenario": ({"name": "Fewer", "changes": []}, {"name": "More"}),
    "subscription": ({"title": "To all", "starts_on": "2026-03-02"}, {"cadence": "weekly"}),
}


@dataclass
class Story:
    """Writes one after the other, each looked at."""

    api: ProgramMember
    told: int = 0
    written: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.routes = [(route, method) for route in routes_of(ROUTERS) for method in route.methods & WRITES]

    def name_of(self, method: str, path: str) -> str:
        [name] = [route.name for route, allowed in self.routes if allowed == method and route.path_regex.match(path)]
        return str(name)

    async def write(self, method: str, path: str, body: Any, happened: str | None, *changed: str) -> Any:
        """Write, and look at the answer and at the event `happened` with these `changed` fields; at no event for None."""
        name = self.name_of(method, path)
        self.told = len(await self.api.events())
        answer = await self.api.request(method, path, json=body)
        assert answer.is_success, (name, answer.text)
        new = (await self.api.events())[self.told :]
        assert {event["headers"]["ce-actor"] for event in new} <= {"ada"}, name
        check_entries(entries_of(new))
        if happened is None:
            assert new == [], name
        else:
            [event] = [event for event in new if event["happened"] == happened][:1] or [None]
            assert event is not None, (name, [each["happened"] for each in new])
            self.check(name, answer, event["data"], set(changed))
        self.written.add(name)
        return answer.json() if answer.content else None

    def check(self, name: str, answer: Any, data: Any, changed: set[str]) -> None:
        record = data["record"]
        assert set(data["changed"]) == data["previous"].keys(), name
        assert changed <= set(data["changed"]), (name, data["changed"])
        assert not BOOKKEEPING & set(data["changed"]), name
        assert all(record.get(each) != data["previous"][each] for each in data["changed"]), name
        shown = answer.json() if answer.content else {}
        if "id" in record and shown.get("id") == record["id"]:
            assert {each: shown.get(each) for each in data["changed"]} == {
                each: record.get(each) for each in data["changed"]
            }, name
            assert shown["revision"] >= record["revision"], name

    async def post(self, path: str, body: Any, happened: str | None, *changed: str) -> Any:
        return await self.write("POST", path, body, happened, *changed)


async def test_every_write_answers_and_says_what_it_changed_and_who_did_it(api):
    attributable(api)
    story = Story(api)
    given, needed, program = await planned(api, story)
    await registers(story, program)
    await strategy(story, given)
    await dependencies(api, story, program, given, needed)
    await steering(api, story, program, given, needed)
    every = {route.name for route, _ in story.routes}
    assert story.written == every, every - story.written


async def planned(api, story):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    made = await story.post("/programs", {"key": "LINE7", "name": "Line 7"}, "program.created")
    program = f"/programs/{made['id']}"
    await story.write("PATCH", program, {"deadline": "2026-03-31"}, "program.updated", "deadline")
    for project_id in (first, second):
        await story.post(f"{program}/components", {"project_id": str(project_id)}, "component.added")
    other = await story.post("/programs", {"key": "OTHER", "name": "Other"}, "program.created")
    await story.write("DELETE", f"/programs/{other['id']}", None, "program.deleted")
    return given, needed, program


async def registers(story, program):
    for name, (body, change) in REGISTERS.items():
        path = f"{program}/{'funding' if name == 'funding' else name.replace('_', '-') + 's'}"
        one = f"{path}/{(await story.post(path, body, f'{name}.created'))['id']}"
        await story.write("PATCH", one, change, f"{name}.updated", *change)
        if name == "benefit":
            await story.post(f"{one}/measurements", {"value": 11000, "on": "2026-03-20"}, "measurement.recorded")
            one = f"{path}/{(await story.post(path, body, f'{name}.created'))['id']}"
        await story.write("DELETE", one, None, f"{name}.deleted")


async def strategy(story, given):
    portfolio = (
        f"/portfolios/{(await story.post('/portfolios', {'key': 'MOB', 'name': 'M'}, 'portfolio.created'))['id']}"
    )
    await story.write("PATCH", portfolio, {"owner": "Ines"}, "portfolio.updated", "owner")
    period = {"title": "Q1", "starts_on": "2026-01-01", "ends_on": "2026-03-31"}
    await story.post(f"{portfolio}/status-reports", period, "portfolio_report.created")
    subscription = {"title": "To the board", "starts_on": "2026-03-02"}
    made = await story.post(f"{portfolio}/subscriptions", subscription, "portfolio_subscription.created")
    subscription = f"{portfolio}/subscriptions/{made['id']}"
    await story.write("PATCH", subscription, {"cadence": "weekly"}, "portfolio_subscription.updated", "cadence")
    await story.write("DELETE", subscription, None, "portfolio_subscription.deleted")
    alone = story.api.projects.project("ALONE")
    await story.api.hear()
    await story.post(f"{portfolio}/projects", {"project_id": str(alone)}, "portfolio_project.added")
    await story.write("DELETE", f"{portfolio}/projects/{alone}", None, "portfolio_project.removed")
    await story.write("DELETE", portfolio, None, "portfolio.deleted")
    goal = (await story.post("/goals", {"name": "Quiet"}, "goal.created"))["id"]
    await story.write("PATCH", f"/goals/{goal}", {"due": "2026-03-20"}, "goal.updated", "due")
    result = {"name": "Noise", "kind": "minimize", "base": 70, "target": 55, "unit": "dB"}
    result = f"/key-results/{(await story.post(f'/goals/{goal}/key-results', result, 'key_result.created'))['id']}"
    await story.write("PATCH", result, {"target": 50}, "key_result.updated", "target")
    await story.post(f"{result}/check-ins", {"value": 64, "on": "2026-03-05"}, "check_in.recorded")
    await story.write("DELETE", result, None, "key_result.deleted")
    project_id = str(story.api.projects.records[given]["project_id"])
    alignment = {"goal_id": goal, "project_id": project_id}
    alignment = f"/alignments/{(await story.post('/alignments', alignment, 'alignment.created'))['id']}"
    await story.write("PATCH", alignment, {"weight": 2}, "alignment.updated", "weight")
    await story.write("DELETE", alignment, None, "alignment.deleted")
    await story.write("DELETE", f"/goals/{goal}", None, "goal.deleted")


async def dependencies(api, story, program, given, needed):
    def between(**more):
        ends = {
            end: {"project_id": str(api.projects.records[task]["project_id"]), "task_id": str(task)}
            for end, task in (("provider", given), ("receiver", needed))
        }
        return ends | more

    async def proposed(**more):
        made = await story.post(f"{program}/dependencies", between(**more), "dependency.proposed")
        return f"/dependencies/{made['id']}"

    async def committed(one):
        for end in ("provider", "receiver"):
            await story.post(f"{one}/commit", {"end": end}, "dependency.committed", "committed_by")

    state = ("dependency.updated", "state")
    one = await proposed()
    await story.write("PATCH", one, {"receiver_owner": "grace"}, "dependency.updated", "receiver_owner")
    await story.post(f"{one}/reject", {"note": "No."}, "dependency.rejected", "state")
    one = await proposed(policy="soft", needed_by="2026-03-05")
    await committed(one)
    api.projects.change(given, duration="P6D")
    await api.hear()
    await story.post(f"{one}/reject-slip", {}, "dependency.updated", "slip_answer")
    await story.post(f"{one}/accept-slip", {}, "dependency.updated", "slip_answer", "accepted_forecast")
    await story.post(f"{one}/renegotiate", {"needed_by": "2026-03-20"}, *state, "needed_by")
    await story.post(f"{one}/withdraw", {}, *state, "needed_by")
    await story.post(f"{one}/cancel", {}, "dependency.cancelled", "state")
    one = await proposed()
    await committed(one)
    await story.post(f"{one}/deliver", {"evidence": "Report 11"}, *state, "delivery")
    await story.post(f"{one}/dispute", {"note": "Cracks"}, *state)
    await story.post(f"{one}/deliver", {"evidence": "Report 12"}, *state)
    await story.post(f"{one}/accept", {}, *state)
    await story.post(f"{one}/cancel", {}, "dependency.cancelled", "state")


async def steering(api, story, program, given, needed):
    project_id = str(api.projects.records[given]["project_id"])
    change = {"project_id": project_id, "task_id": str(given), "duration": "P2D"}
    await story.post(f"{program}/what-if", {"changes": [change]}, None)
    await story.post(f"{program}/simulate", {"runs": 10}, None)
    for answer in ("accept", "decline"):
        scenario = await story.post(f"{program}/scenarios", {"name": answer, "changes": [change]}, "scenario.created")
        taken = await story.post(f"{program}/scenarios/{scenario['id']}/take", {}, "scenario.updated", "state")
        proposal = f"{program}/projects/{project_id}/proposals/{taken['proposals'][0]['id']}"
        await story.post(f"{proposal}/{answer}", {}, "proposal.updated", "state")
    baseline = await story.post(f"{program}/baselines", {"name": "Draft"}, "baseline.created")
    await story.write("DELETE", f"{program}/baselines/{baseline['id']}", None, "baseline.deleted")
    baseline = await story.post(f"{program}/baselines", {"name": "As agreed"}, "baseline.created")
    await story.post(f"{program}/baselines/{baseline['id']}/approve", {"note": "M"}, "baseline.updated", "state")
    report = {"title": "March", "starts_on": "2026-03-01", "ends_on": "2026-03-31"}
    await story.post(f"{program}/status-reports", report, "status_report.created")
    tolerances = {"tolerances": {"risk": EUR}}
    await story.write("PATCH", program, tolerances, "program.updated", "tolerances")
    api.projects.risk(api.projects.records[given]["project_id"], "0.5", "9000.00")
    await api.hear()
    [exception] = (await story.post(f"{program}/tolerances/check", {}, "exception.created"))["exceptions"]
    exception = f"{program}/exceptions/{exception['id']}"
    await story.write("PATCH", exception, {"owner": "Ines"}, "exception.updated", "owner")
    await story.write("DELETE", f"{program}/components/{project_id}", None, "component.removed")
