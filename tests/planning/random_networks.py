"""Random plans for property tests: all link types, leads and lags, several calendars, constraints, progress, and all kinds of tasks."""

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from planning.calendar import MON_TO_FRI, WorkCalendar
from planning.plan import (
    Constraint,
    ConstraintType,
    Imposed,
    LagCalendar,
    Link,
    LinkType,
    Plan,
    Progress,
    Project,
    SchedulingMode,
    Task,
    TaskKind,
)

START = MON_TO_FRI.day_start(date(2026, 3, 2))
SATURDAYS_TOO = WorkCalendar([[(540, 1020)]] * 6 + [[]])
SIX_DAYS = WorkCalendar(
    [[(8 * 60, 12 * 60), (13 * 60, 18 * 60)]] * 6 + [[]], {date(2026, 4, 3): [], date(2026, 4, 5): [(600, 720)]}, 540
)
NIGHTS = WorkCalendar([[(0, 6 * 60), (22 * 60, 24 * 60)]] * 7)
DAYS_IN_MINUTES = st.one_of(st.integers(0, 12).map(lambda days: days * 480), st.integers(0, 3000))
LAGS = st.one_of(st.just(0), st.integers(-5, 5).map(lambda days: days * 480), st.integers(-1000, 1000))
INSTANTS = st.integers(0, 60 * 1440).map(lambda minutes: START + minutes)


@st.composite
def constraints(draw):
    kind = draw(st.sampled_from(ConstraintType))
    return Constraint(kind, None if kind in (ConstraintType.ASAP, ConstraintType.ALAP) else draw(INSTANTS))


@st.composite
def networks(draw, *, limits=True, calendars=True, milestones=True, max_size=14):
    """Tasks 0 … n-1 of one project; links lead from lower to higher numbers."""
    size = draw(st.integers(1, max_size))
    optional = (lambda strategy: st.one_of(st.none(), strategy)) if limits else (lambda _: st.none())
    tasks = []
    for number in range(size):
        duration = draw(DAYS_IN_MINUTES) + (not milestones)
        begun = draw(optional(INSTANTS))
        done = begun is not None and draw(st.booleans())
        tasks.append(
            Task(
                number,
                "P",
                TaskKind.TASK if duration else TaskKind.MILESTONE,
                duration,
                calendar=draw(st.sampled_from([None, SIX_DAYS, NIGHTS])) if calendars else None,
                constraint=draw(optional(constraints())),
                deadline=draw(optional(INSTANTS)),
                percent_complete=draw(st.integers(0, 100)) if begun is not None else 0,
                actual_start=begun,
                actual_finish=begun + draw(st.integers(0, 9999)) if done else None,
                imposed=(Imposed("dep", draw(INSTANTS), draw(st.sampled_from(["start", "finish"]))),)
                if limits and draw(st.booleans())
                else (),
            )
        )
    links = []
    if size > 1:
        pairs = draw(st.lists(st.tuples(st.integers(0, size - 2), st.integers(1, size - 1)), max_size=3 * size))
        for number, (before, after) in enumerate(pairs):
            if before < after:
                links.append(Link(f"L{number}", before, after, draw(st.sampled_from(LinkType)), draw(LAGS)))
    data_date = draw(optional(INSTANTS))
    return Plan([Project("P", START, None, data_date, MON_TO_FRI)], tasks, links, deadline=draw(optional(INSTANTS)))


@st.composite
def plans(draw, *, max_size=14):
    """Anything a plan can hold: several projects, levels of effort, summaries, modes, lag calendars; each project with a logic of progress and a threshold of its own."""
    plan = draw(networks(max_size=max_size))
    names = ["P", "Q"] if draw(st.booleans()) else ["P"]
    projects = [
        Project(
            name,
            draw(INSTANTS),
            draw(st.one_of(st.none(), INSTANTS)),
            draw(st.one_of(st.none(), INSTANTS)),
            draw(st.sampled_from([MON_TO_FRI, MON_TO_FRI, SIX_DAYS])),
            draw(st.sampled_from(Progress)),
            draw(st.sampled_from([0, 0, 480, 2000])),
        )
        for name in names
    ]
    summaries = [f"S{number}" for number in range(draw(st.integers(0, 3)))]
    tasks = [
        Task(
            name,
            draw(st.sampled_from(names)),
            TaskKind.SUMMARY,
            0,
            parent_id=draw(st.sampled_from([None, *summaries[:number]])),
        )
        for number, name in enumerate(summaries)
    ]
    for task in plan.tasks:
        is_effort = task.kind is TaskKind.TASK and draw(st.integers(0, 5)) == 0
        changed = replace(
            task,
            kind=TaskKind.LEVEL_OF_EFFORT if is_effort else task.kind,
            project_id=draw(st.sampled_from(names)),
            parent_id=draw(st.sampled_from([None, *summaries])),
            mode=draw(st.sampled_from(SchedulingMode)),
        )
        tasks.insert(draw(st.integers(0, len(tasks))), changed)
    links = [replace(link, lag_calendar=draw(st.sampled_from(LagCalendar))) for link in plan.links]
    return Plan(projects, tasks, links, plan.deadline)
