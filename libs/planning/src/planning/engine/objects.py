"""From columns to a plan of objects: planning.engine.given, backwards."""

from collections.abc import Sequence

from planning.engine.arrays import ABSENT, NEVER, Instants
from planning.engine.columns import Columns
from planning.plan import (
    Constraint,
    ConstraintType,
    Id,
    Imposed,
    LagCalendar,
    Link,
    LinkType,
    Plan,
    SchedulingMode,
    Side,
    Task,
    TaskKind,
)

KINDS, MODES, CONSTRAINTS = tuple(TaskKind), tuple(SchedulingMode), tuple(ConstraintType)
LINKS, LAG_CALENDARS = tuple(LinkType), tuple(LagCalendar)
SIDES: tuple[Side, Side] = ("start", "finish")


def plan_of(columns: Columns) -> Plan:
    """The plan, its rows in the same order: links as those of `columns.links`, imposed dates task by task as those of `columns.imposed`."""
    ids = list(columns.tasks.ids)  # once: a packed sequence makes an object whenever it is asked for one
    return Plan(columns.projects, _tasks(columns, ids), _links(columns, ids), deadline=columns.deadline)


def _tasks(columns: Columns, ids: Sequence[Id]) -> list[Task]:
    tasks = columns.tasks
    homes = [project.id for project in columns.projects]
    calendars = [*columns.calendars, None]  # NEVER is the last
    imposed = _imposed(columns)
    return [
        Task(
            task_id,
            homes[project],
            KINDS[kind],
            duration,
            remaining,
            None if parent == NEVER else ids[parent],
            calendars[calendar],
            MODES[mode],
            None if constraint == 0 else Constraint(CONSTRAINTS[constraint], at),
            deadline,
            percent_complete,
            actual_start,
            actual_finish,
            imposed.get(row, ()),
        )
        for (
            row,
            task_id,
            project,
            kind,
            duration,
            remaining,
            parent,
            calendar,
            mode,
            constraint,
            at,
            deadline,
            percent_complete,
            actual_start,
            actual_finish,
        ) in zip(
            range(len(ids)),
            ids,
            tasks.project.tolist(),
            tasks.kind.tolist(),
            tasks.duration.tolist(),
            _known(tasks.remaining),
            tasks.parent.tolist(),
            tasks.calendar.tolist(),
            tasks.mode.tolist(),
            tasks.constraint.tolist(),
            _known(tasks.constraint_at),
            _known(tasks.deadline),
            tasks.percent_complete.tolist(),
            _known(tasks.actual_start),
            _known(tasks.actual_finish),
            strict=True,
        )
    ]


def _links(columns: Columns, task_ids: Sequence[Id]) -> list[Link]:
    links = columns.links
    return [
        Link(link_id, task_ids[before], task_ids[after], LINKS[kind], lag, lag_calendar=LAG_CALENDARS[calendar])
        for link_id, before, after, kind, lag, calendar in zip(
            links.ids,
            links.predecessor.tolist(),
            links.successor.tolist(),
            links.kind.tolist(),
            links.lag.tolist(),
            links.lag_calendar.tolist(),
            strict=True,
        )
    ]


def _imposed(columns: Columns) -> dict[int, tuple[Imposed, ...]]:
    """By row of the task."""
    imposed = columns.imposed
    by_row: dict[int, tuple[Imposed, ...]] = {}
    rows: Sequence[tuple[Id, int, int, int]] = list(
        zip(imposed.ids, imposed.task.tolist(), imposed.at.tolist(), imposed.side.tolist(), strict=True)
    )
    for source_id, row, at, side in rows:
        by_row[row] = (*by_row.get(row, ()), Imposed(source_id, at, SIDES[side]))
    return by_row


def _known(column: Instants) -> list[int | None]:
    return [known_value(value) for value in column.tolist()]


def known_value(value: int) -> int | None:
    """A column's value with None for ABSENT."""
    return None if value == ABSENT else value
