"""Documents that Microsoft Project's XML can hold, at random."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from planning.exchange import (
    Assignment,
    Baseline,
    Calendar,
    CalendarException,
    Document,
    DocumentLink,
    DocumentProject,
    DocumentTask,
    Rate,
    Resource,
    ResourceKind,
    WorkMode,
    WorkWeek,
)
from planning.plan import ConstraintType, LagCalendar, LinkType, SchedulingMode, TaskKind

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12).map(str.strip)
NAMES = TEXTS.filter(bool)
NOTES = st.lists(TEXTS, max_size=3).map("\n".join).map(str.strip)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
MOMENTS = st.datetimes(datetime.fromisoformat("1990-01-01T00:00"), datetime.fromisoformat("2060-12-31T00:00")).map(
    lambda at: at.replace(second=0, microsecond=0)
)
MINUTES = st.integers(0, 10**7)
AMOUNTS = st.decimals(-(10**9), 10**9, places=4)
PRICES = st.decimals(0, 10**6, places=2)
GUIDS = st.uuids().map(str)


def maybe(strategy):
    return st.one_of(st.none(), strategy)


@st.composite
def shifts(draw):
    ends = draw(st.lists(st.integers(0, 1440), unique=True, max_size=6).map(sorted))
    return tuple(zip(ends[::2], ends[1::2], strict=False))


WEEKS = st.tuples(*[maybe(shifts())] * 7)
WHOLE_WEEKS = st.tuples(*[shifts()] * 7)


@st.composite
def spans(draw, kind, **values):
    first = draw(DAYS)
    return kind(
        first, first + timedelta(days=draw(st.integers(0, 40))), name=draw(TEXTS), **draw(st.fixed_dictionaries(values))
    )


@st.composite
def calendars(draw):
    made = []
    for number in draw(st.lists(st.integers(1, 999), unique=True, max_size=3)):
        base_id = draw(maybe(st.sampled_from([each.source_id for each in made]))) if made else None
        made.append(
            Calendar(
                str(number),
                draw(TEXTS),
                draw(WHOLE_WEEKS if base_id is None else WEEKS),
                base_id,
                tuple(draw(st.lists(spans(CalendarException, shifts=shifts()), max_size=2))),
                tuple(draw(st.lists(spans(WorkWeek, week=WEEKS), max_size=2))),
                draw(maybe(GUIDS)),
            )
        )
    return tuple(made)


@st.composite
def tasks(draw, calendar_ids):
    made = []
    open_parents = []
    for number in draw(st.lists(st.integers(1, 9999), unique=True, max_size=6)):
        del open_parents[draw(st.integers(0, len(open_parents))) :]
        made.append(draw(_task(str(number), open_parents[-1] if open_parents else None, calendar_ids)))
        if made[-1].kind is TaskKind.SUMMARY:
            open_parents.append(made[-1].source_id)
    return tuple(made)


@st.composite
def _task(draw, source_id, parent_id, calendar_ids):
    kind = draw(st.sampled_from(TaskKind))
    constraint = draw(st.sampled_from(ConstraintType))
    started = draw(maybe(MOMENTS))
    finished = draw(maybe(MINUTES)) if started else None
    mode = draw(st.sampled_from([SchedulingMode.AUTO_ASAP, SchedulingMode.MANUAL]))
    planned = [draw(maybe(MOMENTS)) if mode is SchedulingMode.MANUAL else None for _ in range(2)]
    undated = constraint in (ConstraintType.ASAP, ConstraintType.ALAP)
    return DocumentTask(
        source_id=source_id,
        name=draw(TEXTS),
        kind=kind,
        parent_id=parent_id,
        wbs=draw(TEXTS),
        duration=0 if kind is TaskKind.MILESTONE else draw(MINUTES),
        remaining=draw(maybe(MINUTES)),
        is_estimated=draw(st.booleans()),
        calendar_id=draw(maybe(st.sampled_from(calendar_ids))) if calendar_ids else None,
        mode=mode,
        work_mode=draw(st.sampled_from(WorkMode)),
        start=draw(maybe(MOMENTS)),
        finish=draw(maybe(MOMENTS)),
        planned_start=planned[0],
        planned_finish=planned[1],
        constraint=constraint,
        constraint_date=None if undated else draw(MOMENTS),
        deadline=draw(maybe(MOMENTS)),
        percent_complete=draw(st.integers(0, 100)),
        physical_percent_complete=draw(st.integers(0, 100)),
        actual_start=started,
        actual_finish=None if finished is None else started + timedelta(minutes=finished),
        priority=draw(st.integers(0, 1000)),
        work=draw(maybe(MINUTES)),
        cost=draw(maybe(AMOUNTS)),
        actual_cost=draw(maybe(AMOUNTS)),
        fixed_cost=draw(maybe(AMOUNTS)),
        notes=draw(NOTES),
        is_active=draw(st.booleans()),
        baselines=tuple(draw(st.lists(baselines(), max_size=2, unique_by=lambda baseline: baseline.number))),
        guid=draw(maybe(GUIDS)),
    )


def baselines():
    return st.builds(
        Baseline, st.integers(0, 10), maybe(MOMENTS), maybe(MOMENTS), maybe(MINUTES), maybe(MINUTES), maybe(AMOUNTS)
    )


@st.composite
def links(draw, made):
    """Grouped by successor, as the format keeps them."""
    ids = [task.source_id for task in made]
    pairs = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=6)) if len(ids) > 1 else []
    kept = [(before, after) for before, after in pairs if before != after]
    result = []
    for before, after in sorted(kept, key=lambda pair: ids.index(pair[1])):
        lag = draw(st.one_of(st.just(0), st.integers(-100_000, 100_000)))
        calendar = (
            draw(st.sampled_from([LagCalendar.SUCCESSOR, LagCalendar.ROUND_THE_CLOCK]))
            if lag
            else LagCalendar.SUCCESSOR
        )
        result.append(DocumentLink(before, after, draw(st.sampled_from(LinkType)), lag, calendar))
    return tuple(result)


@st.composite
def resources(draw, calendar_ids):
    numbers = draw(st.lists(st.integers(0, 999), unique=True, max_size=3))
    return tuple([draw(_resource(str(number), calendar_ids)) for number in numbers])


@st.composite
def _resource(draw, source_id, calendar_ids):
    days = draw(st.lists(DAYS, unique=True, max_size=3).map(sorted))
    effective = [None, *days] if draw(st.booleans()) else days
    return Resource(
        source_id=source_id,
        name=draw(NAMES),
        kind=draw(st.sampled_from(ResourceKind)),
        max_units=draw(PRICES),
        calendar_id=draw(maybe(st.sampled_from(calendar_ids))) if calendar_ids else None,
        rates=tuple(Rate(day, draw(PRICES), draw(PRICES), draw(PRICES)) for day in effective),
        initials=draw(TEXTS),
        group=draw(TEXTS),
        email=draw(TEXTS),
        notes=draw(NOTES),
        guid=draw(maybe(GUIDS)),
    )


@st.composite
def assignments(draw, task_ids, resource_ids):
    if not task_ids or not resource_ids:
        return ()
    numbers = draw(st.lists(st.integers(0, 999), unique=True, max_size=3))
    return tuple(
        Assignment(
            str(number),
            draw(st.sampled_from(task_ids)),
            draw(st.sampled_from(resource_ids)),
            draw(PRICES),
            draw(maybe(MINUTES)),
            draw(maybe(MINUTES)),
            draw(maybe(MINUTES)),
            draw(maybe(MOMENTS)),
            draw(maybe(MOMENTS)),
            draw(maybe(AMOUNTS)),
            draw(maybe(AMOUNTS)),
            draw(maybe(GUIDS)),
        )
        for number in numbers
    )


@st.composite
def documents(draw):
    made_calendars = draw(calendars())
    calendar_ids = [calendar.source_id for calendar in made_calendars]
    made_tasks = draw(tasks(calendar_ids))
    made_resources = draw(resources(calendar_ids))
    project = DocumentProject(
        name=draw(TEXTS),
        start=draw(maybe(MOMENTS)),
        data_date=draw(maybe(MOMENTS)),
        calendar_id=draw(maybe(st.sampled_from(calendar_ids))) if calendar_ids else None,
        minutes_per_day=draw(st.integers(1, 1440)),
        minutes_per_week=draw(st.integers(1, 10080)),
        days_per_month=draw(st.integers(1, 31)),
        currency=draw(maybe(st.sampled_from(["EUR", "JPY"]))),
        manager=draw(maybe(NAMES)),
        guid=draw(maybe(GUIDS)),
    )
    return Document(
        project,
        made_tasks,
        draw(links(made_tasks)),
        made_calendars,
        made_resources,
        draw(assignments([task.source_id for task in made_tasks], [each.source_id for each in made_resources])),
    )
