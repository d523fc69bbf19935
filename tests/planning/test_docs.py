"""Every example of docs/scheduling.md holds. The notation is described there."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from planning.calendar import MON_TO_FRI, ROUND_THE_CLOCK, WorkCalendar
from planning.critical_path import schedule
from planning.instant import to_date, to_moment
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

TEXT = (Path(__file__).parents[2] / "docs" / "scheduling.md").read_text()
EXAMPLES = re.findall(r"```example\n(.*?)```", TEXT, re.DOTALL)
DAY = 480
CALENDARS = {
    "nights": WorkCalendar([[(0, 6 * 60), (22 * 60, 24 * 60)]] * 7),
    "six-days": WorkCalendar([[(9 * 60, 17 * 60)]] * 6 + [[]]),
    "holidays": WorkCalendar([[(9 * 60, 17 * 60)]] * 5 + [[]] * 2, {date(2026, 4, 3): [], date(2026, 4, 6): []}),
    "24h": ROUND_THE_CLOCK,
}


def starting(text):
    return MON_TO_FRI.day_start(date.fromisoformat(text))


def ending(text):
    return MON_TO_FRI.day_finish(date.fromisoformat(text))


def days(text):
    return int(text.removesuffix("d")) * DAY


def project(words):
    progress = Progress.OVERRIDE if "override" in words else Progress.RETAINED_LOGIC
    words = [word for word in words if word != "override"]
    settings = dict(zip(words[1::2], words[2::2], strict=True))
    assert set(settings) <= {"deadline", "data-date", "critical-float"}
    deadline, data_date = (ending(settings[key]) if key in settings else None for key in ("deadline", "data-date"))
    return Project(
        "project",
        starting(words[0]),
        deadline,
        data_date,
        MON_TO_FRI,
        progress,
        days(settings.get("critical-float", "0d")),
    )


def changed(task, word, value):
    """The task with one of its notes: a constraint, a deadline, progress, a parent, a mode, an imposed date."""
    if word in ("ALAP", "SNET", "SNLT", "MSO"):
        return replace(task, constraint=Constraint(ConstraintType(word), value and starting(value)))
    if word in ("FNET", "FNLT", "MFO"):
        return replace(task, constraint=Constraint(ConstraintType(word), ending(value)))
    match word:
        case "on":
            return replace(task, calendar=CALENDARS[value])
        case "deadline":
            return replace(task, deadline=ending(value))
        case "started":
            return replace(task, actual_start=starting(value))
        case "finished":
            return replace(task, actual_finish=ending(value))
        case "complete":
            return replace(task, percent_complete=int(value.removesuffix("%")))
        case "in":
            return replace(task, parent_id=value)
        case "manual":
            return replace(task, mode=SchedulingMode.MANUAL)
        case "imposed-start":
            return replace(task, imposed=(Imposed("outside", starting(value), "start"),))
        case "imposed-finish":
            return replace(task, imposed=(Imposed("outside", ending(value), "finish"),))
    raise AssertionError(f"no such word: {word}")


def task_of(name, size):
    match size:
        case "summary":
            return Task(name, "project", TaskKind.SUMMARY, 0)
        case "effort":
            return Task(name, "project", TaskKind.LEVEL_OF_EFFORT, DAY)
    return Task(name, "project", TaskKind.TASK if days(size) else TaskKind.MILESTONE, days(size))


def plan_of(lines):
    tasks, links = [], []
    for line in lines[1:]:
        name, size, *notes = re.split(r"\s+", line, maxsplit=2)
        task = task_of(name, size)
        for note in notes[0].split(", ") if notes else ():
            word, *values = note.split()
            kind = "FS" if word == "after" else word
            if kind in LinkType.__members__:
                lag = days(values[1]) if len(values) > 1 else 0
                counted_on = LagCalendar(values[3]) if len(values) > 2 else LagCalendar.PROJECT
                link_id = f"{values[0]} {kind} {name}"
                links.append(Link(link_id, values[0], name, LinkType(kind), lag, lag_calendar=counted_on))
            else:
                task = changed(task, word, values[0] if values else None)
        tasks.append(task)
    return Plan([project(lines[0].split()[1:])], tasks, links)


def shown(row, column):
    if column in ("float", "free"):
        return f"{(row.total_float if column == 'float' else row.free_float) // DAY}d"
    if column == "critical":
        return "yes" if row.critical else "no"
    if column == "driving":
        return "-" if row.driving is None else getattr(row.driving, "predecessor_id", "outside")
    if column in ("from", "until"):
        return f"{to_moment(row.early_start if column == 'from' else row.early_finish):%Y-%m-%dT%H:%M}"
    name = column.replace(" ", "_") if " " in column else f"early_{column}"
    return str(to_date(getattr(row, name), finish=name.endswith("finish")))


@pytest.mark.parametrize("example", EXAMPLES, ids=range(1, len(EXAMPLES) + 1))
def test_an_example_gives_what_it_says(example):
    lines = example.strip().splitlines()
    cut = next(number for number, line in enumerate(lines) if line.startswith("gives"))
    items = schedule(plan_of(lines[:cut])).items
    _, *columns = re.split(r"\s{2,}", lines[cut])
    for line in lines[cut + 1 :]:
        name, *expected = re.split(r"\s{2,}", line)
        assert expected == [shown(items[name], column) for column in columns], name


def test_there_are_examples():
    assert len(EXAMPLES) > 10
