"""Declared records of programs: every one of them has the same life, and each its own states and rules."""

from uuid import uuid4

import pytest

from program_svc.benefits.models import BENEFITS
from program_svc.registers import ALL, ROLLED_UP
from program_svc.subscriptions.models import SUBSCRIPTIONS

pytestmark = pytest.mark.slow

EUR = {"amount": "100.00", "currency": "EUR"}
DECLARED = {declared.collection: declared for declared in (*ALL, BENEFITS, SUBSCRIPTIONS)}
NEW = {
    "stakeholders": {"name": "Residents"},
    "gates": {"name": "Ready"},
    "decisions": {"title": "One tender?"},
    "issues": {"title": "Insolvent"},
    "risks": {"title": "Second case", "probability": 0.2, "cost_impact": EUR, "days_impact": "P20D"},
    "change_requests": {"title": "Harbour first"},
    "funding": {"source": "Grant", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "amount": EUR},
    "exchange_rates": {"currency": "CHF", "rate": 1.04, "valid_from": "2026-01-01"},
    "benefits": {"name": "Fewer cars", "baseline": 12000, "target": 8000},
    "subscriptions": {"title": "To the council", "starts_on": "2026-03-02"},
}
CHANGED = {
    "stakeholders": {"name": "Neighbours"},
    "gates": {"name": "Ready, really"},
    "funding": {"source": "Loan"},
    "exchange_rates": {"rate": 1.05},
    "benefits": {"name": "Far fewer cars"},
}
COMPLETE = {
    "issues": {"resolution": "Bought."},
    "decisions": {"outcome": "Yes."},
    "risks": {"response": "mitigate"},
    "change_requests": {"impact": "Four weeks.", "decided_by": "Board"},
    "benefits": {"planned_on": "2027-07-01", "owner": "Ines"},
}


@pytest.fixture(params=sorted(DECLARED))
def collection(request):
    return request.param


async def test_a_record_is_written_down_listed_changed_and_removed(api, stranger, collection):
    declared, program = DECLARED[collection], await api.program()
    path = f"{program}/{collection.replace('_', '-')}"
    written = await api.post(path, NEW[collection])
    one = f"{path}/{written['id']}"
    assert written.keys() == declared.state.model_fields.keys()
    assert written | NEW[collection] == written
    assert written.get("state") == declared.begins
    assert await api.get(one) == written
    assert (await stranger.request("GET", one)).status_code == 404
    listed = (await api.get(path))["own" if declared in ROLLED_UP else "items"]
    assert [each["id"] for each in listed] == [written["id"]]
    change = CHANGED.get(collection, {"title": "Another"})
    changed = await api.patch(one, change, headers={"If-Match": f'"{written["revision"]}"'})
    assert changed | change == changed
    assert changed["revision"] == written["revision"] + 1
    assert (await api.patch(one, change))["revision"] == changed["revision"]
    await api.patch(one, change, status=412, headers={"If-Match": f'"{written["revision"]}"'})
    await api.delete(one)
    assert (await api.request("GET", one)).status_code == 404
    told = [event for event in await api.events() if event["happened"].startswith(f"{declared.name}.")]
    assert [event["happened"].split(".")[1] for event in told] == ["created", "updated", "deleted"]
    assert told[1]["data"]["changed"] == sorted(change)
    revisions = [event["revision"] for event in told]
    assert revisions == [written["revision"], changed["revision"], changed["revision"] + 1]


@pytest.mark.parametrize("collection", sorted(name for name, declared in DECLARED.items() if declared.steps))
async def test_a_state_is_reached_by_its_steps_alone(api, collection):
    declared, program = DECLARED[collection], await api.program()
    path = f"{program}/{collection.replace('_', '-')}"
    gate = {"decision": "hold", "decided_by": "Board", "decided_on": "2026-05-01"}
    open_again = {"decision": None, "decided_by": "", "decided_on": None}
    written = await api.post(path, NEW[collection] | COMPLETE.get(collection, {}))
    other = await api.post(f"{program}/decisions", NEW["decisions"])
    await api.patch(f"{program}/decisions/{other['id']}", {"state": "decided", "outcome": "No."})
    state = declared.begins
    for _ in range(8):
        legal = declared.steps[state]
        for wrong in declared.steps.keys() - set(legal) - {state}:
            refused = await api.patch(f"{path}/{written['id']}", {"state": wrong}, status=409)
            assert refused["legal"] == list(legal)
        if not legal:
            break
        following = legal[0]
        with_it = {"superseded_by_id": other["id"]} if following == "superseded" else {}
        if collection == "gates":
            with_it = gate if following == "decided" else open_again
        state = (await api.patch(f"{path}/{written['id']}", {"state": following} | with_it))["state"]


@pytest.mark.parametrize(
    ("collection", "body", "rule"),
    [
        ("funding", {"ends_on": "2025-12-31"}, "ends_before_it_starts"),
        ("funding", {"amount": EUR | {"amount": "-1.00"}}, "negative_amount"),
        ("exchange_rates", {"rate": 0}, "rate_not_positive"),
        ("risks", {"response": "exploit"}, "response_of_kind"),
        ("risks", {"cost_impact": EUR | {"amount": "-1.00"}}, "negative_impact"),
        ("gates", {"decided_by": "Board"}, "not_decided"),
        ("change_requests", {"project_ids": [str(uuid4())] * 2}, None),
        ("benefits", {"profile": [{"after_days": 9, "value": 1}, {"after_days": 9, "value": 2}]}, "profile_order"),
    ],
)
async def test_what_does_not_go_together_is_refused_with_its_field(api, collection, body, rule):
    path = f"{await api.program()}/{collection.replace('_', '-')}"
    if collection == "change_requests":
        twice = body["project_ids"][0]
        body, rule = {"project_ids": [twice, twice]}, "project_twice"
    refused = await api.post(path, NEW[collection] | body, status=422)
    assert refused["errors"][0]["rule"] == rule
    assert (await api.get(path))["items"] == []


async def test_a_record_of_another_program_is_not_named(api):
    one, other = await api.program(), await api.program()
    issue = await api.post(f"{other}/issues", NEW["issues"])
    refused = await api.post(f"{one}/decisions", NEW["decisions"] | {"issue_id": issue["id"]}, status=404)
    assert refused["errors"][0]["pointer"] == "/issue_id"
    await api.post(f"{other}/decisions", NEW["decisions"] | {"issue_id": issue["id"]})
    in_use = await api.delete(f"{other}/issues/{issue['id']}", status=409)
    assert in_use.json()["type"] == "/problems/record-in-use"


async def test_a_gate_goes_only_with_its_criteria_met_or_under_conditions(api):
    path = f"{await api.program()}/gates"
    gate = await api.post(path, {"name": "Ready", "criteria": [{"text": "Licence"}]})
    decided = {"state": "decided", "decided_by": "Board", "decided_on": "2027-03-10"}
    one = f"{path}/{gate['id']}"
    assert (await api.patch(one, decided | {"decision": "go"}, status=422))["errors"][0]["rule"] == "criteria_unmet"
    refused = await api.patch(one, decided | {"decision": "conditional_go"}, status=422)
    assert refused["errors"][0]["pointer"] == "/conditions"
    met = {"criteria": [{"text": "Licence", "met": True, "evidence": "Notice of 9 March"}]}
    assert (await api.patch(one, decided | met | {"decision": "go"}))["state"] == "decided"


async def test_what_was_escalated_and_taken_over_counts_once(api):
    project = api.projects.project("P1")
    risk = api.projects.risk(project, "0.5", "1000.00", escalated=True)
    api.projects.risk(project, "0.5", "200.00")
    issue = api.projects.issue(project, priority="high", escalated=True)
    api.projects.issue(project, state="closed")
    await api.hear()
    program = await api.program(project)
    assert (await api.get(f"{program}/issues"))["counts"]["escalated"] == 1
    origin = {"origin": {"project_id": str(project), "record_id": str(risk)}}
    threat = NEW["risks"] | {"probability": 0.25, "cost_impact": EUR | {"amount": "4000.00"}}
    own = await api.post(f"{program}/risks", threat | origin)
    taken = {"origin": {"project_id": str(project), "record_id": str(issue)}}
    await api.post(f"{program}/issues", NEW["issues"] | {"priority": "critical"} | taken)
    risks = await api.get(f"{program}/risks")
    assert [(each["emv"]["amount"], each["taken_over_by"]) for each in risks["items"]] == [
        ("-500.00", own["id"]),
        ("-100.00", None),
    ]
    assert [each["emv"]["amount"] for each in risks["own"]] == ["-1000.00"]
    assert (risks["emv"]["amount"], risks["currencies"][0]["open"]) == ("-1100.00", 2)
    counts = (await api.get(f"{program}/issues"))["counts"]
    assert counts == {
        "open": 1,
        "escalated": 0,
        "by_priority": {"low": 0, "medium": 0, "high": 0, "critical": 1},
    }
    assert len((await api.get(f"{program}/issues", params={"escalated": True}))["items"]) == 1
    api.projects.delete(issue)
    await api.hear()
    assert [each["state"] for each in (await api.get(f"{program}/issues"))["items"]] == ["closed"]


@pytest.mark.parametrize("collection", ["risks", "issues"])
async def test_a_record_is_taken_over_once_and_from_a_project_of_the_program(api, collection):
    project, stranger = api.projects.project("P1"), api.projects.project("P2")
    made = [
        api.projects.risk(each, "0.5", "1000.00", escalated=True) if collection == "risks" else api.projects.issue(each)
        for each in (project, stranger)
    ]
    await api.hear()
    program = await api.program(project)
    path = f"{program}/{collection}"

    def origin(project_id, record_id):
        return NEW[collection] | {"origin": {"project_id": str(project_id), "record_id": str(record_id)}}

    for wrong in (origin(stranger, made[1]), origin(project, made[1]), origin(project, uuid4())):
        refused = await api.post(path, wrong, status=404)
        assert refused["errors"][0]["pointer"] == "/origin"
    own = await api.post(path, origin(project, made[0]))
    again = await api.post(path, origin(project, made[0]), status=409)
    assert (again["type"], again["taken_over_by"]) == ("/problems/taken-over", own["id"])
    api.projects.delete(made[0])
    await api.hear()
    assert (await api.patch(f"{path}/{own['id']}", {"title": "Ours"}))["title"] == "Ours"


async def test_in_a_closed_program_nothing_is_written(api, auditor):
    program = await api.program()
    assert (await auditor.request("POST", f"{program}/issues", json=NEW["issues"])).status_code == 403
    await api.patch(program, {"state": "terminated"})
    assert (await api.post(f"{program}/issues", NEW["issues"], status=409))["type"] == "/problems/program-closed"
