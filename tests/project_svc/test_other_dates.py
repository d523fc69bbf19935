"""Scheduled and late dates: what a preview says of them, and what moved them last.

The plan starts on Monday 2026-03-02: Dig 4d → Pour 3d → Ready (milestone), done on 2026-03-10; Paint 2d → Ready, with five days of float.
"""

import pytest

from project_svc.schedule import trials

PREVIEW = {"dry_run": "true"}
PAINT = {
    ("Paint", "scheduled_start"): ("2026-03-02", "2026-03-09", "P5D"),
    ("Paint", "scheduled_finish"): ("2026-03-03", "2026-03-10", "P5D"),
}
"""Where Paint goes if it is to be as late as possible."""


class Plan:
    """The plan, and the names of its tasks."""

    def __init__(self, api, path, ids):
        self.api, self.path, self.ids = api, path, ids
        self.names = {task_id: name for name, task_id in ids.items()}

    def task(self, name):
        return f"{self.path}/tasks/{self.ids[name]}"

    async def previewed(self, path, change):
        """What would move, by task and field; and the causes."""
        moved = (await self.api.patch(path, change, params=PREVIEW))["moved"]
        told = {
            (self.names[each["task_id"]], each["field"]): (each["from"], each["to"], each["shift"]) for each in moved
        }
        assert len(told) == len(moved)
        return told, [each["cause"] for each in moved]

    async def explained(self, name, field):
        told = await self.api.get(f"{self.task(name)}/explain", params={"field": field})
        return told["root"]["kind"], told["last_move"]


@pytest.fixture
async def plan(api):
    project = await api.project()
    ids = {
        name: await api.task(project, name, days) for name, days in (("Dig", "P4D"), ("Pour", "P3D"), ("Paint", "P2D"))
    }
    ids["Ready"] = await api.task(project, "Ready", "P0D", kind="milestone")
    for before, after in (("Dig", "Pour"), ("Pour", "Ready"), ("Paint", "Ready")):
        await api.link(project, ids[before], ids[after])
    return Plan(api, project, ids)


def told(move):
    """What is common to every last move."""
    return move["from"], move["to"], move["shift"]


async def test_a_preview_shows_where_a_task_goes_that_is_to_be_as_late_as_possible(plan):
    moved, causes = await plan.previewed(plan.task("Paint"), {"mode": "auto_alap"})
    assert moved == PAINT
    assert {cause["task_id"] for cause in causes} == {plan.ids["Paint"]}
    await plan.api.patch(plan.task("Paint"), {"mode": "auto_alap"})
    item = (await plan.api.schedule(plan.path))[plan.ids["Paint"]]
    assert (item["scheduled_start"], item["scheduled_finish"]) == ("2026-03-09", "2026-03-10")
    back, _ = await plan.previewed(plan.task("Paint"), {"mode": "auto_asap"})
    assert back == {key: (to, start, f"-{shift}") for key, (start, to, shift) in PAINT.items()}


async def test_a_preview_shows_that_such_a_task_follows_the_next_one(plan):
    await plan.api.patch(plan.task("Paint"), {"mode": "auto_alap"})
    moved, causes = await plan.previewed(plan.task("Dig"), {"duration": "P6D"})
    scheduled = {key: value for key, value in moved.items() if key[1].startswith("scheduled")}
    assert scheduled == {
        ("Paint", "scheduled_start"): ("2026-03-09", "2026-03-11", "P2D"),
        ("Paint", "scheduled_finish"): ("2026-03-10", "2026-03-12", "P2D"),
    }
    assert {name for name, _ in moved} == {"Dig", "Pour", "Ready", "Paint"}
    assert not any(field.startswith("late") for _, field in moved)
    assert {cause["task_id"] for cause in causes} == {plan.ids["Dig"]}


async def test_a_preview_of_a_deadline_of_the_project_shows_late_dates(plan):
    moved, causes = await plan.previewed(plan.path, {"deadline": "2026-03-12"})
    assert len(moved) == 2 * len(plan.ids)
    assert moved["Dig", "late_finish"] == ("2026-03-05", "2026-03-09", "P2D")
    assert moved["Ready", "late_finish"] == ("2026-03-10", "2026-03-12", "P2D")
    assert causes[0] == {"project_id": plan.path.rpartition("/")[2]}
    await plan.api.patch(plan.path, {"deadline": "2026-03-12"})
    cleared, _ = await plan.previewed(plan.path, {"deadline": None})
    assert cleared["Dig", "late_finish"] == ("2026-03-09", "2026-03-05", "-P2D")


@pytest.mark.parametrize(
    "change",
    [{"deadline": "2026-03-09"}, {"constraint": {"type": "FNLT", "date": "2026-03-09"}}],
    ids=["deadline", "constraint"],
)
async def test_a_preview_of_a_limit_shows_the_late_dates_of_all_who_have_to_make_room(plan, change):
    moved, causes = await plan.previewed(plan.task("Pour"), change)
    assert moved == {
        ("Dig", "late_start"): ("2026-03-02", "2026-02-27", "-P1D"),
        ("Dig", "late_finish"): ("2026-03-05", "2026-03-04", "-P1D"),
        ("Pour", "late_start"): ("2026-03-06", "2026-03-05", "-P1D"),
        ("Pour", "late_finish"): ("2026-03-10", "2026-03-09", "-P1D"),
    }
    assert {cause["task_id"] for cause in causes} == {plan.ids["Pour"]}
    assert (await plan.previewed(plan.task("Pour"), {"name": "Cast"}))[0] == {}


async def test_each_move_of_a_batch_is_led_to_the_change_behind_it(plan):
    changes = {"Dig": {"name": "Dig deep"}, "Paint": {"mode": "auto_alap"}, "Pour": {"deadline": "2026-03-09"}}
    operations = [
        {"op": "update", "record": "task", "id": plan.ids[name], "body": body} for name, body in changes.items()
    ]
    answer = await plan.api.post(f"{plan.path}/batch", {"operations": operations}, params=PREVIEW, status=200)
    causes = {(plan.names[each["task_id"]], each["field"]): each["cause"]["task_id"] for each in answer["moved"]}
    assert causes == {
        **dict.fromkeys(PAINT, plan.ids["Paint"]),
        **{(name, field): plan.ids["Pour"] for name in ("Dig", "Pour") for field in ("late_start", "late_finish")},
    }


async def test_a_deadline_of_the_project_is_what_moved_late_dates_and_float(plan):
    await plan.api.patch(plan.path, {"deadline": "2026-03-12"})
    project_id = plan.path.rpartition("/")[2]
    for name, field, dates in [
        ("Dig", "late_finish", ("2026-03-05", "2026-03-09", "P2D")),
        ("Dig", "late_start", ("2026-03-02", "2026-03-04", "P2D")),
        ("Pour", "total_float", ("P0D", "P2D", "P2D")),
    ]:
        root, move = await plan.explained(name, field)
        assert (root, *told(move), move["cause"]) == ("project_deadline", *dates, {"project_id": project_id})
    await plan.api.patch(plan.path, {"deadline": "2026-03-16"})
    assert told((await plan.explained("Dig", "late_finish"))[1]) == ("2026-03-09", "2026-03-11", "P2D")
    await plan.api.patch(plan.path, {"deadline": None})
    assert told((await plan.explained("Dig", "late_finish"))[1]) == ("2026-03-11", "2026-03-05", "-P4D")
    assert await plan.explained("Dig", "early_start") == ("project_start", None)


@pytest.mark.parametrize(
    ("change", "root"),
    [({"deadline": "2026-03-09"}, "deadline"), ({"constraint": {"type": "FNLT", "date": "2026-03-09"}}, "constraint")],
    ids=["deadline", "constraint"],
)
async def test_a_limit_of_a_task_is_what_moved_the_late_dates_before_it(plan, change, root):
    await plan.api.patch(plan.task("Pour"), change)
    kind, move = await plan.explained("Dig", "late_finish")
    assert (kind, *told(move), move["cause"]["task_id"]) == (root, "2026-03-05", "2026-03-04", "-P1D", plan.ids["Pour"])
    await plan.api.patch(plan.task("Paint"), {"deadline": "2026-03-20"})
    assert (await plan.explained("Dig", "late_finish"))[1] == move, "a limit that moves nothing of it"
    assert told((await plan.explained("Pour", "total_float"))[1]) == ("P0D", "-P1D", "-P1D")


async def test_a_mode_is_what_moved_scheduled_dates_until_the_next_task_moves(plan):
    await plan.api.patch(plan.task("Paint"), {"mode": "auto_alap"})
    for (name, field), dates in PAINT.items():
        root, move = await plan.explained(name, field)
        assert (root, *told(move), move["cause"]["task_id"]) == ("successor", *dates, plan.ids["Paint"])
    await plan.api.patch(plan.task("Dig"), {"duration": "P6D"})
    _, move = await plan.explained("Paint", "scheduled_finish")
    assert (move["task_id"], move["shift"], move["cause"]["task_id"]) == (plan.ids["Paint"], "P2D", plan.ids["Dig"])
    await plan.api.patch(plan.task("Paint"), {"mode": "auto_asap"})
    _, move = await plan.explained("Paint", "scheduled_finish")
    assert (*told(move), move["cause"]["task_id"]) == ("2026-03-12", "2026-03-03", "-P7D", plan.ids["Paint"])


async def test_a_move_of_another_value_is_not_shown(plan):
    await plan.api.patch(plan.task("Pour"), {"duration": "P5D"})
    assert (await plan.explained("Ready", "late_finish"))[1]["cause"]["task_id"] == plan.ids["Pour"]
    assert (await plan.explained("Dig", "late_finish"))[1] is None, "the finish moved as far as Pour takes longer"
    move = (await plan.explained("Pour", "early_start"))[1]
    assert (move["field"], "link_id" in move["cause"]) == ("early_start", True), "only its finish moved since"
    await plan.api.patch(plan.path, {"deadline": "2026-03-20"})
    await plan.api.patch(plan.task("Pour"), {"duration": "P4D"})
    _, move = await plan.explained("Dig", "late_finish")
    assert (move["shift"], move["cause"]["task_id"]) == ("P1D", plan.ids["Pour"])


async def test_what_is_further_back_than_is_looked_through_is_not_guessed(plan, monkeypatch):
    await plan.api.patch(plan.path, {"deadline": "2026-03-20"})
    await plan.api.link(plan.path, plan.ids["Dig"], plan.ids["Paint"], lag="P4D")
    for days in ("P3D", "P2D"):
        await plan.api.patch(plan.task("Paint"), {"duration": days})
    assert (await plan.explained("Pour", "late_finish"))[1]["to"] == "2026-03-20"
    monkeypatch.setattr(trials, "FEWEST_TRIALS", 3)
    monkeypatch.setattr(trials, "MOST_TRIALS", 3)
    assert (await plan.explained("Pour", "late_finish"))[1] is None
    assert (await plan.explained("Paint", "late_start"))[1]["cause"]["task_id"] == plan.ids["Paint"]
