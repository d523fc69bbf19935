"""`python -m tests.planning.exchange.differential`: our engine against MPXJ's PrimaveraScheduler, date by date.

The same random projects go through both. Dates are equal when no working time of the task's calendar lies between them: where MPXJ
writes the finish of Friday's work as Monday 08:00, the moment is the same and only its name differs (a finish is the end of a
working minute). `exact` counts the dates that are the same to the letter as well.

Every other difference is *inherited* (a neighbour's date, or the plan's finish, differs already) or a *root*; a root is judged by
`definition`, which knows no engine: it says whether ours is what the links, limits and calendars define.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from shutil import which
from typing import Any

from tests.planning.exchange.definition import Dates, Neighbourhood
from tests.planning.exchange.random_projects import Mix, projects

from planning.calendar import WorkCalendar
from planning.critical_path import schedule
from planning.instant import EPOCH_ORDINAL, to_date, to_moment
from planning.plan import ConstraintType, LagCalendar, Plan, Task

FIELDS = ("early start", "early finish", "late start", "late finish")
LAG_CALENDARS = {
    LagCalendar.PROJECT: "PROJECT_DEFAULT",
    LagCalendar.PREDECESSOR: "PREDECESSOR",
    LagCalendar.SUCCESSOR: "SUCCESSOR",
    LagCalendar.ROUND_THE_CLOCK: "TWENTY_FOUR_HOUR",
}


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan as the judge reads it."""
    (project,) = plan.projects
    calendars = [project.calendar]
    for task in plan.tasks:
        if task.calendar is not None and task.calendar not in calendars:
            calendars.append(task.calendar)
    index = {task.id: place for place, task in enumerate(plan.tasks)}
    return {
        "start": project.start,
        "calendars": [_calendar(calendar) for calendar in calendars],
        "lag_calendar": LAG_CALENDARS[plan.links[0].lag_calendar],
        "tasks": [
            {
                "duration": task.duration,
                "calendar": None if task.calendar is None else calendars.index(task.calendar),
                "constraint": None if task.constraint is None else [task.constraint.type.value, task.constraint.at],
            }
            for task in plan.tasks
        ],
        "links": [
            [index[link.predecessor_id], index[link.successor_id], link.type.value, link.lag] for link in plan.links
        ],
    }


def _calendar(calendar: WorkCalendar) -> dict[str, Any]:
    turn = (calendar.first_day + EPOCH_ORDINAL - 1) % 7
    return {
        "week": [calendar.week[(day - turn) % 7] for day in range(7)],
        "exceptions": [[calendar.first_day + index, shifts] for index, shifts in calendar.exceptions.items()],
        "minutes_per_day": calendar.minutes_per_day,
    }


def missing() -> str | None:
    """Why there is no judge on this machine, if there is none."""
    if find_spec("mpxj") is None:
        return "MPXJ is not installed (make mpxj)"
    return None if which("java") else "there is no Java to run MPXJ"


def theirs(plans: Sequence[Plan], scheduler: str = "primavera") -> list[list[Dates]]:
    """The dates of every task of every plan by one of MPXJ's schedulers, "primavera" or "microsoft"."""
    lines = "".join(json.dumps(as_json(plan)) + "\n" for plan in plans)
    command = [sys.executable, "-m", "tests.planning.exchange.judge", scheduler]
    run = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=600, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr)
    return [json.loads(line) for line in run.stdout.splitlines()]


def ours(plan: Plan) -> list[Dates]:
    rows = schedule(plan).items
    return [
        (row.early_start, row.early_finish, row.late_start, row.late_finish)
        for row in (rows[task.id] for task in plan.tasks)
    ]


CONTRADICTION = "MPXJ's start and finish are not the task's duration apart"
SAME_DAY = "MPXJ starts on the day of SNET, where links hold the task until later on that day"
BEFORE = "MPXJ is earlier than links and calendars define"
AFTER = "MPXJ is later than links and calendars define"
UNEXPLAINED = "unexplained"
INHERITED = "inherited from a neighbour or from the plan's finish"
LISTED = 8


@dataclass(slots=True)
class Comparison:
    """What came out of comparing plans: dates compared, equal to the letter, equal; differences by what explains them."""

    dates: int = 0
    exact: int = 0
    equal: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    roots: list[str] = field(default_factory=list)

    @property
    def agreement(self) -> float:
        return self.equal / self.dates

    def add(self, number: int, plan: Plan, own: Sequence[Dates], other: Sequence[Dates]) -> None:
        """Compare one plan's dates."""
        around = Neighbourhood.of(plan)
        finish, other_finish = max(dates[1] for dates in own), max(dates[1] for dates in other)
        for place in range(len(plan.tasks)):
            calendar = around.calendar(place)
            for which_date in range(4):
                mine, its = own[place][which_date], other[place][which_date]
                self.dates += 1
                self.exact += mine == its
                if calendar.worked(mine) == calendar.worked(its):
                    self.equal += 1
                    continue
                late = which_date >= 2
                relevant = slice(2, 4) if late else slice(2)
                if (late and finish != other_finish) or any(
                    list(own[each][relevant]) != list(other[each][relevant])
                    for each in around.neighbours(place, late=late)
                ):
                    self.causes[INHERITED] += 1
                    continue
                cause = _cause(around, place, own, other, finish, late=late)
                self.causes[cause] += 1
                self.roots.append(f"plan {number}, {_told(plan, place, which_date, mine, its)}: {cause}")


def _cause(
    around: Neighbourhood, place: int, own: Sequence[Dates], other: Sequence[Dates], finish: int, *, late: bool
) -> str:
    task, calendar = around.plan.tasks[place], around.calendar(place)
    mine = calendar.worked(own[place][3 if late else 1])
    defined = around.late_finish(place, own, finish) if late else around.early_finish(place, own)
    if mine != defined:
        return UNEXPLAINED
    start, end = (calendar.worked(date) for date in (other[place][2:] if late else other[place][:2]))
    if end - start != task.duration:
        return CONTRADICTION
    if not late and _is_on_its_day(task, other[place][0]):
        return SAME_DAY
    return BEFORE if end < mine else AFTER


def _is_on_its_day(task: Task, start: int) -> bool:
    """Whether a start is on the day of the task's SNET."""
    limit = task.constraint
    if limit is None or limit.type is not ConstraintType.SNET or limit.at is None:
        return False
    return to_date(start, finish=False) == to_date(limit.at, finish=False)


def _told(plan: Plan, place: int, which_date: int, mine: int, its: int) -> str:
    limit = plan.tasks[place].constraint
    held = "" if limit is None else f" ({limit.type.value})"
    return f"task {place}{held}, {FIELDS[which_date]} ours {to_moment(mine):%Y-%m-%d %H:%M}, MPXJ {to_moment(its):%Y-%m-%d %H:%M}"


def compare(plans: Sequence[Plan], scheduler: str = "primavera") -> Comparison:
    """All dates of all tasks of these plans. Raises RuntimeError with what MPXJ said when it failed."""
    comparison = Comparison()
    for number, (plan, other) in enumerate(zip(plans, theirs(plans, scheduler), strict=True)):
        comparison.add(number, plan, ours(plan), other)
    return comparison


SEED = 20260302
SIZE = 200
POPULATIONS = {
    "20,000 tasks, a calendar per project": (100, Mix()),
    "5,000 tasks, limits as they come": (25, Mix(steers_clear=False)),
    "5,000 tasks, all four lag calendars": (25, Mix(limited=0, lag_calendars=tuple(LagCalendar))),
    "5,000 tasks, calendars of their own": (25, Mix(limited=0, other_calendars=0.3)),
}
"""The first is where both define the same; the others show where MPXJ and the definition part, and that it is MPXJ that does."""


def population(name: str) -> list[Plan]:
    count, mix = POPULATIONS[name]
    return list(projects(count, SIZE, mix, SEED))


def report() -> Iterator[str]:
    """Agreement, causes and the first roots of every population."""
    for name in POPULATIONS:
        found = compare(population(name))
        yield f"{name}: {found.agreement:.4%} of {found.dates:,} dates equal, {found.exact / found.dates:.4%} to the letter"
        yield from (f"  {count:6,}  {cause}" for cause, count in found.causes.most_common())
        yield from (f"          {root}" for root in found.roots[:LISTED])
    first = next(iter(POPULATIONS))
    other = compare(population(first), "microsoft")
    yield f"MPXJ's MicrosoftScheduler, {first}: {other.agreement:.2%} (it lets links and 'no later than' pull work forward)"


if __name__ == "__main__":
    if (why := missing()) is not None:
        raise SystemExit(why)
    for told in report():
        sys.stdout.write(told + "\n")
