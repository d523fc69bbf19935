"""Benefits: tied to a milestone, moved by the network, measured."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from program_svc.benefits.forecast import Period, first_of, next_after

pytestmark = pytest.mark.slow


@pytest.fixture
async def line(api):
    """A program whose opening (2026-03-06) waits for another project's task, and a benefit that begins ten days later."""
    first, second = api.projects.project("TRACK"), api.projects.project("SERVICE")
    build, opening = api.projects.task(first, "Build", 4), api.projects.task(second, "Open", 1)
    await api.hear()
    program = await api.program(first, second)
    await api.commit(program, build, opening)
    goal = (await api.post("/goals", {"name": "Quiet harbour", "due": "2026-03-31"}))["id"]
    benefit = await api.post(
        f"{program}/benefits",
        {
            "name": "Fewer cars",
            "unit": "cars/day",
            "baseline": 12000,
            "target": 8000,
            "owner": "Ines",
            "goal_id": goal,
            "milestone": {"project_id": str(second), "task_id": str(opening)},
            "contributors": [{"project_id": str(first), "share": 1}],
            "offset_days": 10,
            "planned_on": "2026-03-16",
            "profile": [{"after_days": 0, "value": 10000}, {"after_days": 60, "value": 8000}],
        },
    )
    return build, goal, f"{program}/benefits/{benefit['id']}"


async def test_a_benefit_slips_with_its_milestone_and_its_goal_knows(api, line):
    build, goal, path = line
    before = await api.get(f"{path}/forecast")
    assert (before["planned_on"], before["forecast_on"], before["slip_days"]) == ("2026-03-16", "2026-03-16", 0)
    assert (await api.get(f"/goals/{goal}/exposure"))["threats"] == []
    api.projects.change(build, duration="P16D")
    await api.hear()
    after = await api.get(f"{path}/forecast")
    assert (after["forecast_on"], after["slip_days"]) == ("2026-04-03", 18)
    (threat,) = (await api.get(f"/goals/{goal}/exposure"))["threats"]
    assert (threat["kind"], threat["by"], threat["forecast"]) == ("benefit", "P3D", "2026-04-03")
    assert threat["benefit_id"] == path.rpartition("/")[2]
    assert [each["goal_id"] for each in (await api.get("/alignment/orphans"))["goals"]] == []


async def test_a_goal_that_a_benefit_serves_is_not_deleted(api, line):
    """It once was, and whoever asked for orphans then had an internal error."""
    _, goal, path = line
    refused = (await api.delete(f"/goals/{goal}", status=409)).json()
    assert refused["detail"].startswith("A benefit serves this goal")
    await api.patch(path, {"goal_id": None})
    await api.delete(f"/goals/{goal}")
    assert (await api.get("/alignment/orphans"))["goals"] == []


async def test_what_if_tells_which_goal_loses_a_benefit(api, line):
    build, goal, path = line
    program = path.partition("/benefits")[0]
    change = {"project_id": str(api.projects.records[build]["project_id"]), "task_id": str(build), "duration": "P16D"}
    answer = await api.post(f"{program}/what-if", {"changes": [change]}, status=200)
    assert [(each["id"], each["kind"]) for each in answer["goals"]] == [(goal, "benefit")]


async def test_planned_forecast_and_measured_stand_beside_each_other_by_period(api, line):
    build, _, path = line
    api.projects.change(build, duration="P16D")
    await api.hear()
    for on, value in (("2026-03-20", 11900), ("2026-04-20", 10100), ("2026-04-20", 10000)):
        await api.post(f"{path}/measurements", {"value": value, "on": on})
    told = await api.get(f"{path}/forecast")
    assert (told["actual"], told["measured_on"], told["attainment"]) == (
        10000,
        "2026-04-20",
        {"value": 0.5, "reason": None},
    )
    rows = [(row["ends_on"], row["planned"], row["forecast"], row["actual"]) for row in told["periods"]]
    assert rows == [
        ("2026-03-31", 10000, 12000, 11900),
        ("2026-04-30", 10000, 10000, 10000),
        ("2026-05-31", 8000, 10000, None),
        ("2026-06-30", 8000, 8000, None),
    ]
    quarters = (await api.get(f"{path}/forecast", params={"period": "quarter"}))["periods"]
    assert [(row["starts_on"], row["forecast"]) for row in quarters] == [("2026-01-01", 12000), ("2026-04-01", 8000)]
    assert len((await api.get(f"{path}/measurements"))["items"]) == 3


async def test_a_milestone_that_is_gone_leaves_nobody_knowing(api, line):
    _, _, path = line
    api.projects.delete(api.projects.records[next(iter(api.projects.records))]["project_id"])
    benefit = await api.get(path)
    from_uuid = next(id_ for id_ in api.projects.records if str(id_) == benefit["milestone"]["task_id"])
    api.projects.delete(from_uuid)
    await api.hear()
    told = await api.get(f"{path}/forecast")
    assert (told["forecast_on"], told["slip_days"], told["attainment"]["reason"]) == (None, None, "no_check_ins")
    assert {row["forecast"] for row in told["periods"]} == {None}


async def test_only_what_is_in_the_program_can_be_named(api, line):
    _, _, path = line
    program = path.partition("/benefits")[0]
    body = {"name": "B", "baseline": 0, "target": 1}
    for field, value, pointer in (
        ("goal_id", str(uuid4()), "/goal_id"),
        ("contributors", [{"project_id": str(uuid4()), "share": 1}], "/contributors/0/project_id"),
        ("milestone", {"project_id": str(uuid4()), "task_id": str(uuid4())}, "/milestone/task_id"),
    ):
        refused = await api.post(f"{program}/benefits", body | {field: value}, status=404)
        assert refused["errors"][0]["pointer"] == pointer
    undated = await api.post(f"{program}/benefits", body)
    told = await api.get(f"{program}/benefits/{undated['id']}/forecast")
    assert (told["forecast_on"], told["periods"]) == (None, [])
    refused = await api.patch(f"{program}/benefits/{undated['id']}", {"state": "planned"}, status=422)
    assert {error["pointer"] for error in refused["errors"]} == {"/planned_on", "/owner"}


def test_periods_begin_and_end_with_the_calendar():
    assert first_of(date(2026, 12, 31), Period.QUARTER) == date(2026, 10, 1)
    assert next_after(date(2026, 10, 1), Period.QUARTER) == date(2027, 1, 1)
    assert next_after(date(2026, 12, 1), Period.MONTH) == date(2027, 1, 1)
    assert next_after(date(9999, 1, 1), Period.YEAR) == date.max


async def test_a_project_that_contributes_to_a_benefit_serves_its_goal(api):
    owner, helper, idle = (api.projects.project(key) for key in ("P1", "P2", "P3"))
    milestone = api.projects.task(owner, "Open", 0, kind="milestone")
    for project_id in (owner, helper, idle):
        api.projects.budget_line(project_id, "100.00")
    await api.hear()
    program, top = await api.program(owner, helper, idle), (await api.post("/goals", {"name": "G"}))["id"]
    benefit = {"name": "Riders", "baseline": 0, "target": 9, "goal_id": top}
    ends = {"milestone": {"project_id": str(owner), "task_id": str(milestone)}}
    await api.post(f"{program}/benefits", benefit | ends | {"contributors": [{"project_id": str(helper), "share": 1}]})
    await api.post("/alignments", {"goal_id": top, "project_id": str(idle), "weight": 0})
    assert [each["project_id"] for each in (await api.get("/alignment/orphans"))["projects"]] == [str(idle)]
    assert (await api.get("/alignment/coverage"))["aligned"]["amount"] == "200.00"


async def test_a_benefit_is_aligned_with_a_further_goal_and_that_one_is_covered_and_exposed(api, line):
    build, own, path = line
    track = api.projects.records[build]["project_id"]
    api.projects.budget_line(track, "300.00")
    await api.hear()
    program, _, benefit = path.partition("/benefits/")
    further = (await api.post("/goals", {"name": "Clean air", "due": "2026-03-31"}))["id"]
    assert further in [each["goal_id"] for each in (await api.get("/alignment/orphans"))["goals"]]
    body = {"goal_id": further, "benefit_id": benefit, "weight": 2.5, "contribution": "Fewer exhausts"}
    made = await api.post("/alignments", body)
    milestone = (await api.get(path))["milestone"]
    assert (made["benefit_id"], made["project_id"]) == (benefit, milestone["project_id"])
    assert (await api.get("/alignments", params={"benefit_id": benefit}))["items"] == [made]
    assert {own, further} <= {each["id"] for each in (await api.get(f"{program}/goals"))["items"]}
    assert (await api.get("/alignment/orphans"))["goals"] == []
    await api.patch(path, {"goal_id": None})
    covered = await api.get("/alignment/coverage")
    assert (covered["aligned"]["amount"], covered["share"]["value"]) == ("300.00", 1)
    change = {"project_id": str(track), "task_id": str(build), "duration": "P16D"}
    imagined = await api.post(f"{program}/what-if", {"changes": [change]}, status=200)
    assert [(each["id"], each["kind"]) for each in imagined["goals"]] == [(further, "benefit")]
    lost = [{"kind": "cancelled_project", "project_id": milestone["project_id"]}]
    imagined = await api.post(f"{program}/what-if", {"changes": lost}, status=200)
    assert [(each["id"], each["kind"]) for each in imagined["goals"]] == [(further, "lost")]
    api.projects.change(build, duration="P16D")
    await api.hear()
    (threat,) = (await api.get(f"/goals/{further}/exposure"))["threats"]
    assert (threat["kind"], threat["benefit_id"], threat["by"], threat["weight"]) == ("benefit", benefit, "P3D", 2.5)
    await api.patch(f"/alignments/{made['id']}", {"weight": 0})
    assert (await api.get("/alignment/coverage"))["share"]["value"] == 0
    assert [each["goal_id"] for each in (await api.get("/alignment/orphans"))["goals"]] == [own, further]


async def test_an_alignment_of_a_benefit_names_what_is_there_and_holds_the_benefit(api, line):
    build, _, path = line
    program, _, benefit = path.partition("/benefits/")
    goal = (await api.post("/goals", {"name": "Clean air"}))["id"]
    body = {"goal_id": goal, "benefit_id": benefit}
    idle = await api.post(f"{program}/benefits", {"name": "B", "baseline": 0, "target": 1})
    for wrong, status, pointer in (
        ({"goal_id": goal}, 422, "/project_id"),
        (body | {"milestone_task_id": str(build)}, 422, "/benefit_id"),
        (body | {"risk_id": str(uuid4())}, 422, "/benefit_id"),
        (body | {"benefit_id": idle["id"]}, 422, "/benefit_id"),
        (body | {"benefit_id": str(uuid4())}, 404, None),
        (body | {"project_id": str(uuid4())}, 404, None),
    ):
        refused = await api.post("/alignments", wrong, status=status)
        assert pointer is None or refused["errors"][0]["pointer"] == pointer
    contributor = str(api.projects.records[build]["project_id"])
    made = await api.post("/alignments", body | {"project_id": contributor})
    assert made["project_id"] == contributor
    assert (await api.post("/alignments", body, status=409))["alignment_id"] == made["id"]
    refused = await api.patch(f"/alignments/{made['id']}", {"milestone_task_id": str(build)}, status=422)
    assert refused["errors"][0]["rule"] == "one_target"
    assert (await api.delete(path, status=409)).json()["type"] == "/problems/record-in-use"
    await api.delete(f"/alignments/{made['id']}")
    await api.delete(path)


async def test_what_threatens_the_milestone_of_a_benefit_threatens_its_goal(api, line):
    """The benefit has until 2026-03-31, eleven working days more than it takes: a risk of twelve days is one too many."""
    build, goal, path = line
    milestone = (await api.get(path))["milestone"]
    project = UUID(milestone["project_id"])
    risk = api.projects.risk(project, "0.5", "100.00", days_impact="P12D", task_id=milestone["task_id"])
    api.projects.risk(api.projects.records[build]["project_id"], "0.5", "100.00")
    await api.hear()
    (threat,) = (await api.get(f"/goals/{goal}/exposure"))["threats"]
    told = [threat[name] for name in ("kind", "risk_id", "project_id", "by")]
    assert (told, threat["emv"]["amount"]) == (["risk", str(risk), str(project), "P1D"], "-50.00")
    program = path.partition("/benefits")[0]
    (dependency,) = (await api.get(f"{program}/dependencies"))["items"]
    await api.patch(f"/dependencies/{dependency['id']}", {"margin_threshold": "P99D"})
    threats = (await api.get(f"/goals/{goal}/exposure"))["threats"]
    assert {each["kind"]: each["dependency_id"] for each in threats} == {"risk": None, "dependency": dependency["id"]}
    await api.post("/alignments", {"goal_id": goal, "project_id": str(project)})
    assert len((await api.get(f"/goals/{goal}/exposure"))["threats"]) == 2


async def test_nobody_waits_for_what_was_accepted_however_late(api, line):
    build, goal, path = line
    program = path.partition("/benefits")[0]
    (dependency,) = (await api.get(f"{program}/dependencies"))["items"]
    late = f"/dependencies/{dependency['id']}"
    await api.post(f"{late}/renegotiate", {"needed_by": "2026-03-03"}, status=200)
    for end in ("provider", "receiver"):
        await api.post(f"{late}/commit", {"end": end}, status=200)
    (threat,) = (await api.get(f"/goals/{goal}/exposure"))["threats"]
    assert (threat["kind"], threat["dependency_id"]) == ("dependency", dependency["id"])
    slip = {"changes": [{"project_id": str(api.projects.records[build]["project_id"]), "task_id": str(build)}]}
    slip["changes"][0]["duration"] = "P5D"
    worse = await api.post(f"{program}/what-if", slip, status=200)
    assert [each["kind"] for each in worse["goals"]] == ["dependency"]
    await api.post(f"{late}/deliver", {"evidence": "Protocol"}, status=200)
    await api.post(f"{late}/accept", status=200)
    assert (await api.get(f"/goals/{goal}/exposure"))["threats"] == []
    assert (await api.post(f"{program}/what-if", slip, status=200))["goals"] == []
