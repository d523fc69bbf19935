"""A program's roadmap: its projects from their first day to their last, their milestones, and the gates between."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import planning
from chassis.statements import fetch
from contracts.project_events.control import GateDecision
from contracts.values import Day, Id, Name, Shape
from program_svc.programs.models import Program
from program_svc.register.actions import all_of
from program_svc.registers import GATES

MOST_MILESTONES = 500

_PROJECTS = """
    SELECT known.id, known.key, known.name, min(rows.early_start) AS starts, max(rows.early_finish) AS ends
    FROM components JOIN known_projects AS known ON known.id = components.project_id
    JOIN program_schedule AS rows ON rows.program_id = components.program_id AND rows.project_id = known.id
    WHERE components.program_id = $1 AND ($2::uuid IS NULL OR known.id = $2) GROUP BY known.id, known.key, known.name
    HAVING ($3::bigint IS NULL OR max(rows.early_finish) > $3) AND ($4::bigint IS NULL OR min(rows.early_start) < $4)
    ORDER BY min(rows.early_start), known.key
"""
_MILESTONES = """
    SELECT tasks.id, tasks.project_id, tasks.name, rows.early_finish, tasks.actual_finish IS NOT NULL AS is_reached
    FROM program_schedule AS rows JOIN known_tasks AS tasks ON tasks.id = rows.task_id
    WHERE rows.program_id = $1 AND tasks.kind = 'milestone' AND ($2::uuid IS NULL OR rows.project_id = $2)
      AND ($3::bigint IS NULL OR rows.early_finish > $3) AND ($4::bigint IS NULL OR rows.early_finish <= $4)
    ORDER BY rows.early_finish, tasks.id LIMIT $5
"""


class RoadmapMilestone(Shape):
    """A milestone on the day on which the program's network has it."""

    task_id: Id
    name: Name
    on: Day
    is_reached: bool


class RoadmapProject(Shape):
    """A project's stretch, with its milestones."""

    project_id: Id
    key: str
    name: Name
    starts_on: Day
    ends_on: Day
    milestones: list[RoadmapMilestone]


class RoadmapGate(Shape):
    """A gate of the program, where it has a day."""

    gate_id: Id
    name: Name
    on: Day
    decision: GateDecision | None


@dataclass(frozen=True, slots=True)
class Period:
    """Which part of the roadmap: from the first day to the last, of one project alone; all of it without any of them."""

    first: date | None = None
    last: date | None = None
    project_id: UUID | None = None

    def instants(self) -> tuple[int | None, int | None]:
        """Its first minute, and the one behind its last."""
        first = None if self.first is None else planning.to_instant(self.first)
        return first, None if self.last is None else planning.to_instant(self.last + timedelta(days=1))


WHOLE = Period()


class RoadmapRead(Shape):
    """The roadmap; ``starts_on`` and ``ends_on`` are null where no project has a task.

    The first 500 milestones are in it. ``milestones_from``: the day of the first one that is not; ask for the period from there. Null where
    none is left out.
    """

    name: Name
    starts_on: Day | None
    ends_on: Day | None
    deadline: Day | None
    projects: list[RoadmapProject]
    gates: list[RoadmapGate]
    milestones_from: Day | None = None


async def roadmap_of(session: AsyncSession, program: Program, period: Period = WHOLE) -> RoadmapRead:
    """The program's roadmap as its dates are stored. Of a period, with the projects whose work reaches into it."""
    milestones: dict[UUID, list[RoadmapMilestone]] = {}
    first, last = period.instants()
    found = await fetch(session, _MILESTONES, program.id, period.project_id, first, last, MOST_MILESTONES + 1)
    for row in found[:MOST_MILESTONES]:
        on = planning.to_date(row["early_finish"], finish=True)
        told = RoadmapMilestone(task_id=row["id"], name=row["name"], on=on, is_reached=row["is_reached"])
        milestones.setdefault(row["project_id"], []).append(told)
    projects = [
        RoadmapProject(
            project_id=row["id"],
            key=row["key"],
            name=row["name"],
            starts_on=planning.to_date(row["starts"], finish=False),
            ends_on=planning.to_date(row["ends"], finish=True),
            milestones=milestones.get(row["id"], []),
        )
        for row in await fetch(session, _PROJECTS, program.id, period.project_id, first, last)
    ]
    gates = [
        RoadmapGate(gate_id=gate.id, name=gate.name, on=day, decision=gate.decision)
        for gate in await all_of(session, program.id, GATES)
        if (day := gate.decided_on or gate.planned_on) is not None
        and (period.first is None or day >= period.first)
        and (period.last is None or day <= period.last)
    ]
    beyond = found[MOST_MILESTONES:]
    return RoadmapRead(
        name=program.name,
        starts_on=min((each.starts_on for each in projects), default=None),
        ends_on=max((each.ends_on for each in projects), default=None),
        deadline=program.deadline,
        projects=projects,
        gates=sorted(gates, key=lambda gate: gate.on),
        milestones_from=planning.to_date(beyond[0]["early_finish"], finish=True) if beyond else None,
    )


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from that of one day to that of another."""
    found = [first.replace(day=1)]
    while (found[-1].year, found[-1].month) < (last.year, last.month):
        year, month = divmod(found[-1].year * 12 + found[-1].month, 12)
        found.append(date(year, month + 1, 1))
    return found
