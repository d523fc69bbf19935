"""Every input that no dates can be computed from is refused by name, with the ids that it is about, whichever way it takes."""

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from planning import errors, reference, size
from planning.calendar import MON_TO_FRI, WorkCalendar
from planning.engine import plain, run
from planning.engine.columns import Columns, ImposedColumns, LinkColumns, TaskColumns
from planning.engine.given import columns_of
from planning.engine.live import LiveNetwork
from planning.engine.scheduling import schedule
from planning.plan import Constraint, ConstraintType, Imposed, Link, Plan, Project, Task, TaskKind

START = MON_TO_FRI.day_start(date(2026, 3, 2))
PROJECT = Project("P", START, None, None, MON_TO_FRI)
A, B, S = Task("A", "P", TaskKind.TASK, 480), Task("B", "P", TaskKind.TASK, 480), Task("S", "P", TaskKind.SUMMARY, 0)
AB = Link("A-B", "A", "B")
FAR = MON_TO_FRI.day_start(date(2200, 12, 30)) + 5 * 1440
LONG = 1 << 27
SOON_OVER = WorkCalendar(
    [[(540, 1020)]] * 7, {date(2026, 3, 9) + timedelta(day): [] for day in range(366)}, last=date(2027, 3, 1)
)


def events(plan):
    """A live network that becomes the plan event by event: tasks, then links."""
    live = LiveNetwork(columns_of(Plan(plan.projects, [], [])))
    for change in (*plan.tasks, *plan.links):
        live.apply([change])


WAYS = {
    "plain": reference.schedule,
    "plain columns": lambda plan: plain.compute(columns_of(plan), project_float=True),
    "compiled": schedule,
    "live": lambda plan: LiveNetwork(columns_of(plan)),
    "events": events,
}


def plan(*records, project=PROJECT):
    tasks = [each for each in records if isinstance(each, Task)]
    return Plan([project], tasks or [A, B], [each for each in records if isinstance(each, Link)])


def constrained(kind, at=FAR):
    return replace(A, constraint=Constraint(ConstraintType(kind), at))


CASES = [
    (plan(AB, Link("B-A", "B", "A")), errors.NetworkCycle, {"path": ["A", "B", "A"]}),
    (plan(Link("A-A", "A", "A")), errors.NetworkCycle, {"path": ["A", "A"]}),
    (plan(Link("A-X", "A", "X")), errors.UnknownTask, {"task_id": "X", "named_by": "A-X"}),
    (plan(replace(A, parent_id="X")), errors.UnknownTask, {"task_id": "X", "named_by": "A"}),
    (plan(B, replace(A, parent_id="B")), errors.InvalidTask, {"task_id": "B"}),
    (plan(replace(A, project_id="Q")), errors.UnknownProject, {"project_id": "Q", "task_id": "A"}),
    (plan(S, A, Link("S-A", "S", "A")), errors.SummaryLinked, {"link_id": "S-A", "task_id": "S"}),
    (plan(replace(A, duration=-1)), errors.InvalidTask, {"task_id": "A", "reason": "has a negative duration"}),
    (plan(replace(A, remaining=-1)), errors.InvalidTask, {"task_id": "A"}),
    (plan(replace(A, kind=TaskKind.MILESTONE)), errors.InvalidTask, {"task_id": "A"}),
    (plan(replace(A, percent_complete=-1)), errors.InvalidTask, {"task_id": "A"}),
    (plan(replace(A, percent_complete=100.5)), errors.InvalidTask, {"task_id": "A"}),
    (plan(replace(A, percent_complete=math.nan)), errors.InvalidTask, {"task_id": "A"}),
    (plan(replace(A, actual_finish=START)), errors.InvalidTask, {"task_id": "A"}),
    (plan(replace(A, actual_start=START + 1, actual_finish=START)), errors.InvalidTask, {"task_id": "A"}),
    (plan(replace(A, duration=0.5)), errors.InvalidValue, {"id": "A", "column": "duration", "value": 0.5}),
    (plan(replace(A, duration=math.nan)), errors.InvalidValue, {"id": "A", "column": "duration"}),
    (plan(replace(A, remaining=math.inf)), errors.InvalidValue, {"id": "A", "column": "remaining"}),
    (plan(replace(A, deadline=START + 0.5)), errors.InvalidValue, {"id": "A", "column": "deadline"}),
    (plan(replace(AB, lag=0.5)), errors.InvalidValue, {"id": "A-B", "column": "lag", "value": 0.5}),
    (plan(replace(AB, lag=math.nan)), errors.InvalidValue, {"id": "A-B", "column": "lag"}),
    *(
        (plan(constrained(kind, at)), errors.OutsideCalendar, {"task_id": "A"})
        for kind in ("SNET", "SNLT", "FNET", "FNLT", "MSO", "MFO")
        for at in (FAR, -(1 << 40), 1 << 62, -(1 << 62), -(1 << 63))
    ),
    (plan(constrained("SNET", 1 << 70)), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, deadline=FAR)), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, deadline=-(1 << 62))), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, actual_start=FAR)), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, actual_start=START, actual_finish=FAR)), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, imposed=(Imposed("D", FAR, "start"),))), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, imposed=(Imposed("D", 1 << 62, "finish"),))), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, duration=LONG), B, AB), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, duration=1 << 62), B, AB), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(A, duration=1 << 70), B, AB), errors.OutsideCalendar, {"task_id": "A"}),
    (plan(replace(AB, lag=LONG)), errors.OutsideCalendar, {"task_id": "B"}),
    (plan(replace(AB, lag=1 << 40)), errors.OutsideCalendar, {"task_id": "B"}),
    (plan(replace(A, calendar=SOON_OVER, duration=8 * 480)), errors.OutsideCalendar, {"task_id": "A"}),
    *(
        (plan(A, project=replace(PROJECT, **{name: FAR})), errors.OutsideCalendar, {})
        for name in ("start", "data_date", "deadline")
    ),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("wrong", "error", "values"), CASES, ids=range(len(CASES)))
def test_what_is_wrong_is_named(way, wrong, error, values):
    with pytest.raises(error) as refused:
        WAYS[way](wrong)
    assert type(refused.value) is error
    assert {name: getattr(refused.value, name) for name in values} == values


@pytest.mark.parametrize("way", [way for way in WAYS if way != "events"])
@pytest.mark.parametrize(
    ("wrong", "error", "values"),
    [
        (plan(A, A), errors.DuplicateTask, {"task_id": "A"}),
        (plan(S, A, S), errors.DuplicateTask, {"task_id": "S"}),
        (plan(AB, AB), errors.DuplicateLink, {"link_id": "A-B"}),
        (Plan([PROJECT, PROJECT], [A], []), errors.DuplicateProject, {"project_id": "P"}),
        (
            plan(replace(S, parent_id="R"), Task("R", "P", TaskKind.SUMMARY, 0, parent_id="S")),
            errors.HierarchyCycle,
            {"path": ["S", "R", "S"]},
        ),
    ],
)
def test_what_is_wrong_with_several_records_is_named(way, wrong, error, values):
    """A live network puts what is there already in the place of what was: there nothing is twice."""
    with pytest.raises(error) as refused:
        WAYS[way](wrong)
    assert {name: getattr(refused.value, name) for name in values} == values


def test_a_summary_below_itself_is_refused_as_an_event():
    live = LiveNetwork(columns_of(plan(S, Task("R", "P", TaskKind.SUMMARY, 0, parent_id="S"))))
    with pytest.raises(errors.HierarchyCycle) as refused:
        live.apply([replace(S, parent_id="R")])
    assert refused.value.path == ["S", "R", "S"]


TASKS = {"ids": ["A", "B"], "duration": 480}
LINKS = {"ids": ["A-B"], "predecessor": 0, "successor": 1}


@pytest.mark.parametrize(
    ("values", "id_", "column", "value"),
    [
        ({"tasks": {"project": [0, 1]}}, "B", "project", 1),
        ({"tasks": {"project": [0, 1 << 40]}}, "B", "project", 1 << 40),
        ({"tasks": {"calendar": [0, -1]}}, "A", "calendar", 0),
        ({"tasks": {"parent": [2, -1]}}, "A", "parent", 2),
        ({"tasks": {"kind": [0, 4]}}, "B", "kind", 4),
        ({"tasks": {"mode": -1}}, "A", "mode", -1),
        ({"tasks": {"constraint": 8}}, "A", "constraint", 8),
        ({"tasks": {"duration": [480, 0.5]}}, "B", "duration", 0.5),
        ({"tasks": {"duration": [480, None]}}, "B", "duration", None),
        ({"tasks": {"deadline": 1e300}}, "A", "deadline", 1e300),
        ({"links": {"predecessor": -1}}, "A-B", "predecessor", -1),
        ({"links": {"successor": 2}}, "A-B", "successor", 2),
        ({"links": {"kind": 4}}, "A-B", "kind", 4),
        ({"links": {"lag": 0.5}}, "A-B", "lag", 0.5),
        ({"links": {"lag_calendar": 4}}, "A-B", "lag_calendar", 4),
        ({"imposed": {"task": [2], "at": [START], "side": [0]}}, "D", "task", 2),
        ({"imposed": {"task": [0], "at": [START], "side": [2]}}, "D", "side", 2),
    ],
)
def test_a_value_in_a_column_that_stands_for_nothing_is_named(values, id_, column, value):
    with pytest.raises(errors.InvalidValue) as refused:
        Columns(
            [PROJECT],
            TaskColumns.of(**TASKS | values.get("tasks", {})),
            LinkColumns.of(**LINKS | values.get("links", {})),
            ImposedColumns.of(["D"], **values["imposed"]) if "imposed" in values else ImposedColumns.of(),
        )
    assert (refused.value.id, refused.value.column, refused.value.value) == (id_, column, value)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limit", ["MOST_TASKS", "MOST_LINKS"])
def test_there_is_a_limit_to_size(way, limit, monkeypatch):
    monkeypatch.setattr(size, limit, 1)
    two = plan(A, B, AB, Link("A-B again", "A", "B"))
    with pytest.raises(errors.TooLarge) as refused:
        WAYS[way](two)
    assert getattr(refused.value, limit.removeprefix("MOST_").lower()) == 2


@pytest.mark.slow
@pytest.mark.long
def test_a_million_tasks_in_a_chain_have_their_dates():
    count = size.MOST_TASKS
    columns = Columns(
        [PROJECT],
        TaskColumns.of(range(count), duration=1),
        LinkColumns.of(range(count - 1), predecessor=range(count - 1), successor=range(1, count)),
    )
    dates = run.compute(columns)
    assert dates.finish == MON_TO_FRI.add(START, count)
    assert not dates.total_float.any()
    assert len(dates.longest_path) == count
