"""Dates by MPXJ's schedulers, in a process of its own: networks as JSON lines in, [ES, EF, LS, LF] of every task as JSON lines out.

`python -m tests.planning.exchange.judge primavera|microsoft`. Instants are minutes since 1970, as everywhere in planning. The activities are
P6's: task dependent, or finish milestones; durations and lags are given in minutes.
"""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import jpype
import mpxj  # noqa: F401 - puts MPXJ's archives on the class path

MINUTES_PER_DAY = 1440
MEMORY = "-Xmx1g"


class Judge:
    """One of MPXJ's schedulers and the classes that its projects are made of. One per process, which it gives a virtual machine."""

    def __init__(self, scheduler: str) -> None:
        jpype.startJVM(MEMORY, "-Djava.awt.headless=true", "-Dlog4j2.disable.jmx=true", convertStrings=False)
        mpxj_of = jpype.JPackage("org.mpxj")
        self.mpxj = mpxj_of
        self.java = jpype.JPackage("java.time")
        self.scheduler: Callable[[], Any] = {
            "primavera": mpxj_of.cpm.PrimaveraScheduler,
            "microsoft": mpxj_of.cpm.MicrosoftScheduler,
        }[scheduler]

    def dates(self, network: dict[str, Any]) -> list[list[int]]:
        """Four instants per task: early start, early finish, late start, late finish."""
        file, tasks = self._project(network)
        self.scheduler().schedule(file, self._moment(network["start"]))
        return [
            [_instant(each) for each in (t.getEarlyStart(), t.getEarlyFinish(), t.getLateStart(), t.getLateFinish())]
            for t in tasks
        ]

    def _project(self, network: dict[str, Any]) -> tuple[Any, list[Any]]:
        file = self.mpxj.ProjectFile()
        calendars = [self._calendar(file, calendar) for calendar in network["calendars"]]
        properties = file.getProjectProperties()
        properties.setDefaultCalendar(calendars[0])
        properties.setRelationshipLagCalendar(getattr(self.mpxj.RelationshipLagCalendar, network["lag_calendar"]))
        tasks = [self._task(file, calendars, task) for task in network["tasks"]]
        types = self.mpxj.RelationType
        kinds = {
            "FS": types.FINISH_START,
            "SS": types.START_START,
            "FF": types.FINISH_FINISH,
            "SF": types.START_FINISH,
        }
        for before, after, kind, lag in network["links"]:
            relation = self.mpxj.Relation.Builder().predecessorTask(tasks[before]).type(kinds[kind])
            tasks[after].addPredecessor(relation.lag(self._duration(lag)))
        return file, tasks

    def _calendar(self, file: Any, given: dict[str, Any]) -> Any:
        calendar = file.addCalendar()
        calendar.setCalendarMinutesPerDay(jpype.JInt(given["minutes_per_day"]))
        days = self.java.DayOfWeek
        for number, shifts in enumerate(given["week"], start=1):
            day = days.of(number)
            calendar.setWorkingDay(day, bool(shifts))
            hours = calendar.addCalendarHours(day)
            for begin, end in shifts:
                hours.add(self._range(begin, end))
        for day, shifts in given["exceptions"]:
            exception = calendar.addCalendarException(self.java.LocalDate.ofEpochDay(day))
            for begin, end in shifts:
                exception.add(self._range(begin, end))
        return calendar

    def _task(self, file: Any, calendars: list[Any], given: dict[str, Any]) -> Any:
        task = file.addTask()
        duration = self._duration(given["duration"])
        task.setDuration(duration)
        task.setPlannedDuration(duration)
        task.setRemainingDuration(duration)
        task.setActualDuration(self._duration(0))
        activity = self.mpxj.ActivityType
        task.setActivityType(activity.TASK_DEPENDENT if given["duration"] else activity.FINISH_MILESTONE)
        task.setMilestone(not given["duration"])
        if given["calendar"] is not None:
            task.setCalendar(calendars[given["calendar"]])
        kinds = self.mpxj.ConstraintType
        if given["constraint"]:
            kind, at = given["constraint"]
            names = {
                "SNET": kinds.START_NO_EARLIER_THAN,
                "FNLT": kinds.FINISH_NO_LATER_THAN,
                "MSO": kinds.MUST_START_ON,
            }
            task.setConstraintType(names[kind])
            task.setConstraintDate(self._moment(at))
        return task

    def _duration(self, minutes: int) -> Any:
        return self.mpxj.Duration.getInstance(jpype.JDouble(minutes), self.mpxj.TimeUnit.MINUTES)

    def _range(self, begin: int, end: int) -> Any:
        time = self.java.LocalTime
        return self.mpxj.LocalTimeRange(time.ofSecondOfDay(begin * 60), time.ofSecondOfDay(end % MINUTES_PER_DAY * 60))

    def _moment(self, instant: int) -> Any:
        return self.java.LocalDateTime.ofEpochSecond(instant * 60, 0, self.java.ZoneOffset.UTC)


def _instant(moment: Any) -> int:
    written = datetime.fromisoformat(str(moment)).replace(tzinfo=UTC)
    minutes, seconds = divmod(int(written.timestamp()), 60)
    if seconds:
        raise ValueError(f"MPXJ answers to the second: {moment}")
    return minutes


def answers(lines: Iterator[str], scheduler: str) -> Iterator[str]:
    """A line of dates for every line."""
    judge = Judge(scheduler)
    for line in lines:
        yield json.dumps(judge.dates(json.loads(line)))


if __name__ == "__main__":
    for answer in answers(sys.stdin, sys.argv[1]):
        sys.stdout.write(answer + "\n")
