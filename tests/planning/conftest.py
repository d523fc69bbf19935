"""How these tests write networks: letters for ids, whole working days for durations, offsets from the start for answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import settings

from planning.calendar import MON_TO_FRI, WorkCalendar
from planning.critical_path import schedule
from planning.plan import Link, LinkType, Plan, Project, Task, TaskKind
from planning.scheduled import Schedule

# A busy machine is no defect of the code under test.
settings.register_profile("interlock", deadline=None)
settings.load_profile("interlock")

DAY = 480
MONDAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Workbench:
    """Makes plans of one project `P` that starts on a Monday, and reads schedules as day offsets from it."""

    start: date = MONDAY
    calendar: WorkCalendar = MON_TO_FRI

    def starting(self, start: date) -> "Workbench":
        return replace(self, start=start)

    def project(self, name: str = "P", **values: Any) -> Project:
        fields = {
            "start": self.calendar.day_start(self.start),
            "deadline": None,
            "data_date": None,
            "calendar": self.calendar,
        }
        return Project(id=name, **{**fields, **values})

    def task(self, name: str, days: float, project: str = "P", **values: Any) -> Task:
        kind = values.pop("kind", TaskKind.TASK if days else TaskKind.MILESTONE)
        return Task(id=name, project_id=project, kind=kind, duration=round(days * DAY), **values)

    def link(self, before: str, after: str, kind: str = "FS", lag: float = 0, **values: Any) -> Link:
        number = values.pop("id", f"{before}-{kind}-{after}")
        return Link(number, before, after, LinkType(kind), round(lag * DAY), **values)

    def plan(
        self, tasks: Mapping[str, float] | Iterable[Task], links: Iterable[Sequence[Any] | Link] = (), **project: Any
    ) -> Plan:
        if isinstance(tasks, Mapping):
            tasks = [self.task(name, days) for name, days in tasks.items()]
        linked = [link if isinstance(link, Link) else self.link(*link) for link in links]
        return Plan([self.project(**project)], list(tasks), linked)

    def day(self, offset: float) -> int:
        """The start of the working day so many days after the project's first."""
        return self.calendar.start_of(self.origin + round(offset * DAY))

    def evening(self, offset: float) -> int:
        """The finish of the working day before `day(offset)`."""
        return self.calendar.finish_of(self.origin + round(offset * DAY))

    @property
    def origin(self) -> int:
        return self.calendar.worked(self.calendar.day_start(self.start))

    def offset(self, instant: int) -> float:
        return (self.calendar.worked(instant) - self.origin) / DAY

    def table(self, answer: Schedule) -> dict[str, dict[str, float]]:
        return {
            name: {
                "ES": self.offset(row.early_start),
                "EF": self.offset(row.early_finish),
                "LS": self.offset(row.late_start),
                "LF": self.offset(row.late_finish),
                "TF": row.total_float / DAY,
                "FF": row.free_float / DAY,
            }
            for name, row in answer.items.items()
        }

    def solve(self, *args: Any, **values: Any) -> dict[str, dict[str, float]]:
        return self.table(schedule(self.plan(*args, **values)))


@pytest.fixture
def bench() -> Workbench:
    return Workbench()
