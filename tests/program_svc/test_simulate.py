"""How sure the program's dates are: chances of milestones, dependencies and goals over many runs."""

from uuid import UUID, uuid4

import pytest

pytestmark = pytest.mark.slow

CERTAIN = {"optimistic": 1, "likely": 1, "pessimistic": 1}


@pytest.fixture
async def pair(api):
    """Build (10 days) gives what Open, a milestone of another project, needs by 2026-03-13, the very day on which it is done."""
    first, second = api.projects.project("TRACK"), api.projects.project("SERVICE")
    build = api.projects.task(first, "Build", 10)
    opening = api.projects.task(second, "Open", 0, kind="milestone")
    await api.hear()
    program = await api.program(first, second, deadline="2026-03-20")
    path = await api.commit(program, build, opening, needed_by="2026-03-13")
    return program, build, opening, path.rpartition("/")[2]


async def test_without_uncertainty_everything_is_as_planned(api, pair):
    program, _, opening, dependency = pair
    answer = await api.post(f"{program}/simulate", {"runs": 300, "spread": CERTAIN}, status=200)
    finish = answer["finish"]
    assert {finish[name] for name in ("planned", "p50", "p80", "p90")} == {"2026-03-13"}
    assert (finish["deadline_chance"], answer["dependencies"]) == (1, [{"id": dependency, "chance": 1}])
    (milestone,) = answer["milestones"]
    assert (milestone["task_id"], milestone["p80"]) == (str(opening), "2026-03-13")
    assert answer["sensitivity"] == answer["left_out"] == []


async def test_a_risk_makes_its_share_of_the_runs_late_for_the_dependency_and_the_goal(api, pair):
    program, build, *_ = pair
    project = api.projects.records[build]["project_id"]
    risk = api.projects.risk(project, "0.3", "0.00", task_id=str(build), days_impact="P3D")
    nowhere = api.projects.risk(project, "0.3", "0.00", days_impact="P3D")
    await api.hear()
    goal = (await api.post("/goals", {"name": "G", "due": "2026-03-13"}))["id"]
    for served_by in api.projects.project("P9"), project:
        await api.hear()
        await api.post("/alignments", {"goal_id": goal, "project_id": str(served_by)})
    asked = {"runs": 4_000, "seed": 5, "spread": CERTAIN}
    answer = await api.post(f"{program}/simulate", asked, status=200)
    (given,) = answer["dependencies"]
    assert given["chance"] == pytest.approx(0.7, abs=0.03)
    assert answer["goals"] == [{"id": goal, "chance": given["chance"]}]
    assert (answer["finish"]["p50"], answer["finish"]["p90"]) == ("2026-03-13", "2026-03-18")
    assert answer["sensitivity"] == [{"id": str(risk), "project_id": str(project), "value": pytest.approx(1)}]
    assert answer["left_out"] == [str(nowhere)]
    assert await api.post(f"{program}/simulate", asked, status=200) == answer
    fewer = await api.post(f"{program}/simulate", asked | {"seed": 6}, status=200)
    assert fewer["dependencies"] != answer["dependencies"]


async def test_estimates_of_tasks_go_before_the_spread(api, pair):
    program, build, opening, _ = pair
    estimate = {"task_id": str(build), "optimistic": "P5D", "likely": "P10D", "pessimistic": "P15D"}
    answer = await api.post(f"{program}/simulate", {"runs": 500, "estimates": [estimate]}, status=200)
    (given,) = answer["dependencies"]
    assert given["chance"] == pytest.approx(0.5, abs=0.1)
    homes = {str(each): str(api.projects.records[each]["project_id"]) for each in (build, opening)}
    assert answer["criticality"] == [{"id": each, "project_id": homes[each], "value": 1} for each in sorted(homes)]
    for wrong, pointer in (
        (estimate | {"task_id": str(uuid4())}, "/estimates/0/task_id"),
        (estimate | {"likely": "P20D"}, "/estimates/0"),
        (estimate | {"task_id": str(opening)}, "/estimates/0"),
    ):
        refused = await api.post(f"{program}/simulate", {"estimates": [wrong]}, status=422)
        assert refused["errors"][0]["pointer"] == pointer


async def test_a_program_without_tasks_has_nothing_to_be_sure_of(api):
    assert (await api.post(f"{await api.program()}/simulate", status=409))["type"] == "/problems/unschedulable"


async def test_what_projects_have_in_common_makes_them_late_together(api):
    """Two milestones, each threatened by a risk of 30 %: neither is late in half of the runs, or in seven of ten where both have one cause."""
    risks, ends = [], []
    for key in ("NORTH", "SOUTH"):
        project = api.projects.project(key)
        build = api.projects.task(project, "Build", 10)
        risks.append(str(api.projects.risk(project, "0.3", "0.00", task_id=str(build), days_impact="P3D")))
        ends.append(project)
    await api.hear()
    program = await api.program(*ends, deadline="2026-03-13")
    asked = {"runs": 4_000, "spread": CERTAIN}

    async def chance(**more):
        return (await api.post(f"{program}/simulate", asked | more, status=200))["finish"]["deadline_chance"]

    assert await chance() == pytest.approx(0.49, abs=0.03)
    assert await chance(shared_risks=[risks]) == pytest.approx(0.7, abs=0.03)
    even = {"optimistic": 0.5, "likely": 1, "pessimistic": 1.5}
    for project_risk in risks:
        api.projects.change(UUID(project_risk), probability=0.0001)
    await api.hear()
    assert await chance(spread=even) == pytest.approx(0.25, abs=0.03)
    together = {"within_projects": 1, "across_projects": 1}
    assert await chance(spread=even, correlation=together) == pytest.approx(0.5, abs=0.03)
    for wrong, pointer in (
        ({"correlation": {"across_projects": 0.5}}, "/correlation/across_projects"),
        ({"correlation": {"within_projects": False}}, "/correlation/within_projects"),
        ({"shared_risks": [[risks[0], str(uuid4())]]}, "/shared_risks/0/1"),
        ({"shared_risks": [risks, risks]}, "/shared_risks/1/0"),
    ):
        refused = await api.post(f"{program}/simulate", wrong, status=422)
        assert refused["errors"][0]["pointer"] == pointer


async def test_the_cost_is_the_budget_and_what_the_risks_that_happen_add(api, pair):
    program, build, *_ = pair
    project = api.projects.records[build]["project_id"]
    api.projects.budget_line(project, "1000.00")
    api.projects.risk(project, "0.3", "500.00")
    api.projects.risk(project, "0.85", "200.00", kind="opportunity")
    await api.hear()
    asked = {"runs": 4_000, "spread": CERTAIN}
    answer = await api.post(f"{program}/simulate", asked, status=200)
    told = {name: amount["amount"] for name, amount in answer["costs"].items()}
    assert told == {"planned": "1000.00", "p50": "800.00", "p80": "1300.00", "p90": "1300.00"}
    assert answer["sensitivity"] == answer["warnings"] == []
    api.projects.budget_line(project, "100.00", currency="CHF")
    await api.hear()
    mixed = await api.post(f"{program}/simulate", asked, status=200)
    assert (mixed["costs"], mixed["warnings"]) == (None, ["mixed_currencies"])
    await api.patch(program, {"currency": "EUR"})
    assert (await api.post(f"{program}/simulate", asked, status=200))["warnings"] == ["no_exchange_rate"]
    await api.post(f"{program}/exchange-rates", {"currency": "CHF", "rate": 2, "valid_from": "2026-01-01"})
    assert (await api.post(f"{program}/simulate", asked, status=200))["costs"]["planned"]["amount"] == "1200.00"


async def test_a_goal_that_a_benefit_serves_has_its_chance_too(api, pair):
    """Its milestone is done on 2026-03-13 or, in three of ten runs, three days later; ten days on it is realised."""
    program, build, opening, _ = pair
    track, service = (api.projects.records[task]["project_id"] for task in (build, opening))
    api.projects.risk(track, "0.3", "0.00", task_id=str(build), days_impact="P3D")
    await api.hear()
    tight, loose = [(await api.post("/goals", {"name": "G", "due": due}))["id"] for due in ("2026-03-23", "2026-03-28")]
    benefit = {"name": "Fewer cars", "baseline": 9, "target": 1, "goal_id": tight, "offset_days": 10}
    ends = {"milestone": {"project_id": str(service), "task_id": str(opening)}}
    made = await api.post(f"{program}/benefits", benefit | ends)
    await api.post("/alignments", {"goal_id": loose, "benefit_id": made["id"]})
    answer = await api.post(f"{program}/simulate", {"runs": 2_000, "spread": CERTAIN}, status=200)
    chances = {each["id"]: each["chance"] for each in answer["goals"]}
    assert chances == {tight: pytest.approx(0.7, abs=0.05), loose: 1}
