"""The inputs of a large program as columns, and what is held of them: no object for each task."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

import planning
from planning.engine import ABSENT, NEVER, Columns, LinkColumns, LiveNetwork, TaskColumns
from planning.engine.codes import CONSTRAINT, KIND, LAG_CALENDAR, LINK, MODE
from program_svc.network.arrays import Arrays
from program_svc.network.calendars import Calendars
from program_svc.network.facts import deadline_of, planning_projects
from program_svc.network.inputs import (
    SUMMARY,
    Inputs,
    Values,
    constraint_at,
    deadline_at,
    finished_at,
    started_at,
    unresolved,
)
from program_svc.network.moves import StoredRow


def arrays_of(
    inputs: Inputs,
    projects: Mapping[UUID, Row[Any]],
    calendars: Calendars,
    deadline: date | None,
    rows: Mapping[UUID, StoredRow],
) -> Arrays:
    """The program's network without its dependencies. Raises a planning.PlanError."""
    live = LiveNetwork(columns_of(inputs, projects, calendars, deadline))
    own = {
        row["id"]: calendars.of_task(row["calendar_id"], projects[row["project_id"]])
        for row in inputs.tasks
        if row["calendar_id"]
    }
    return Arrays(live, projects, calendars, own, rows, unresolved(inputs))


def columns_of(
    inputs: Inputs, projects: Mapping[UUID, Row[Any]], calendars: Calendars, deadline: date | None
) -> Columns:
    """The plan of the whole program, its dependencies left out."""
    tasks = inputs.tasks
    works_by = [calendars.of_task(row["calendar_id"], projects[row["project_id"]]) for row in tasks]
    known = list(dict.fromkeys(works_by))
    row_of = {row["id"]: number for number, row in enumerate(tasks)}
    linkable = {row["id"] for row in tasks if row["kind"] != SUMMARY}
    links = [row for row in inputs.links if row["predecessor_id"] in linkable and row["successor_id"] in linkable]
    return Columns(
        planning_projects(projects, calendars),
        _tasks(tasks, works_by, {id_: number for number, id_ in enumerate(projects)}, row_of, known),
        LinkColumns.of(
            [row["id"] for row in links],
            predecessor=[row_of[row["predecessor_id"]] for row in links],
            successor=[row_of[row["successor_id"]] for row in links],
            kind=[LINK[planning.LinkType(row["type"])] for row in links],
            lag=[row["lag"] for row in links],
            lag_calendar=[LAG_CALENDAR[planning.LagCalendar(row["lag_calendar"])] for row in links],
        ),
        calendars=known,
        deadline=deadline_of(deadline, projects, calendars),
    )


def _tasks(
    tasks: Sequence[Values],
    works_by: Sequence[planning.WorkCalendar],
    project_of: Mapping[UUID, int],
    row_of: Mapping[UUID, int],
    calendars: Sequence[planning.WorkCalendar],
) -> TaskColumns:
    number_of = {calendar: number for number, calendar in enumerate(calendars)}
    each = list(zip(tasks, works_by, strict=True))
    constraints = [constraint_at(row["constraint_type"], row["constraint_date"], calendar) for row, calendar in each]
    return TaskColumns.of(
        [row["id"] for row in tasks],
        duration=[row["duration"] for row in tasks],
        project=[project_of[row["project_id"]] for row in tasks],
        kind=[KIND[planning.TaskKind(row["kind"])] for row in tasks],
        remaining=[_known(row["remaining_duration"]) for row in tasks],
        percent_complete=[row["percent_complete"] for row in tasks],
        parent=[row_of.get(row["parent_id"], NEVER) for row in tasks],
        calendar=[number_of[calendar] for calendar in works_by],
        mode=[MODE[planning.SchedulingMode(row["mode"])] for row in tasks],
        constraint=[0 if constraint is None else CONSTRAINT[constraint.type] for constraint in constraints],
        constraint_at=[ABSENT if constraint is None else _known(constraint.at) for constraint in constraints],
        deadline=[_known(deadline_at(row["deadline"], calendar)) for row, calendar in each],
        actual_start=[_known(started_at(row["actual_start"], calendar)) for row, calendar in each],
        actual_finish=[_known(finished_at(row["actual_finish"], calendar)) for row, calendar in each],
    )


def _known(value: int | None) -> int:
    return ABSENT if value is None else value
