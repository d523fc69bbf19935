"""From a plan of objects to columns."""

from collections.abc import Iterable, Mapping, Sequence

from numpy.typing import ArrayLike

from planning.calendar import WorkCalendar
from planning.engine.arrays import ABSENT, NEVER, OUTSIDE
from planning.engine.codes import (
    ASAP,
    AUTO_ASAP,
    CONSTRAINT,
    FS,
    KIND,
    LAG_CALENDAR,
    LINK,
    MODE,
    OF_PROJECT,
    SIDE,
    TASK,
)
from planning.engine.columns import Columns, ImposedColumns, LinkColumns, TaskColumns
from planning.errors import DuplicateTask, UnknownProject, UnknownTask
from planning.plan import Id, LagCalendar, Link, LinkType, Plan, Project, SchedulingMode, Task, TaskKind

BEYOND = OUTSIDE + 1
"""An instant before every calendar."""


def columns_of(plan: Plan) -> Columns:
    """The plan's columns. Raises DuplicateTask, UnknownTask, UnknownProject, OutsideCalendar."""
    row = {task.id: number for number, task in enumerate(plan.tasks)}
    if len(row) < len(plan.tasks):
        raise DuplicateTask(next(task.id for number, task in enumerate(plan.tasks) if row[task.id] != number))
    calendars = {calendar: None for task in plan.tasks if (calendar := task.calendar) is not None}
    return Columns(
        plan.projects,
        task_columns(plan.tasks, plan.projects, row, calendars),
        _links(plan.links, row),
        _imposed(plan.tasks),
        list(calendars),
        plan.deadline,
    )


def task_columns(
    tasks: Sequence[Task], projects: Sequence[Project], row: Mapping[Id, int], calendars: Iterable[WorkCalendar]
) -> TaskColumns:
    """Columns of some tasks; row: where their parents are. Raises UnknownTask, UnknownProject, OutsideCalendar."""
    calendar_row = {calendar: number for number, calendar in enumerate(calendars)}
    constraints = [task.constraint for task in tasks]
    return TaskColumns.of(
        [task.id for task in tasks],
        duration=[task.duration for task in tasks],
        project=_homes(tasks, projects),
        kind=[TASK if task.kind is TaskKind.TASK else KIND[task.kind] for task in tasks],
        remaining=_known([task.remaining for task in tasks]),
        percent_complete=[task.percent_complete for task in tasks],
        parent=_parents(tasks, row),
        calendar=[NEVER if task.calendar is None else calendar_row[task.calendar] for task in tasks]
        if calendar_row
        else NEVER,
        mode=[AUTO_ASAP if task.mode is SchedulingMode.AUTO_ASAP else MODE[task.mode] for task in tasks],
        constraint=[ASAP if constraint is None else CONSTRAINT[constraint.type] for constraint in constraints],
        constraint_at=_known([None if constraint is None else constraint.at for constraint in constraints]),
        deadline=_known([task.deadline for task in tasks]),
        actual_start=_known([task.actual_start for task in tasks]),
        actual_finish=_known([task.actual_finish for task in tasks]),
    )


def _known(values: list[int | None]) -> ArrayLike:
    """The values with ABSENT for None; most columns of this kind have nothing in them."""
    if values.count(None) == len(values):
        return ABSENT
    # A number that far out must not be taken for the absence of one; it is outside every calendar as it is.
    return [
        ABSENT if value is None else BEYOND if isinstance(value, int) and value <= OUTSIDE else value
        for value in values
    ]


def _homes(tasks: Sequence[Task], projects: Sequence[Project]) -> ArrayLike:
    if len(projects) == 1 and all(task.project_id == projects[0].id for task in tasks):
        return 0
    known = {project.id: number for number, project in enumerate(projects)}
    try:
        return [known[task.project_id] for task in tasks]
    except KeyError:
        stray = next(task for task in tasks if task.project_id not in known)
        raise UnknownProject(stray.project_id, stray.id) from None


def _parents(tasks: Sequence[Task], row: Mapping[Id, int]) -> ArrayLike:
    parents = [task.parent_id for task in tasks]
    if parents.count(None) == len(parents):
        return NEVER
    try:
        return [NEVER if parent is None else row[parent] for parent in parents]
    except KeyError as unknown:
        parent = unknown.args[0]
        raise UnknownTask(parent, next(task.id for task in tasks if task.parent_id == parent)) from None


def _links(links: Sequence[Link], row: Mapping[Id, int]) -> LinkColumns:
    try:
        before = [row[link.predecessor_id] for link in links]
        after = [row[link.successor_id] for link in links]
    except KeyError as unknown:
        end = unknown.args[0]
        link = next(link for link in links if end in (link.predecessor_id, link.successor_id))
        raise UnknownTask(end, link.id) from None
    return LinkColumns.of(
        [link.id for link in links],
        predecessor=before,
        successor=after,
        kind=[FS if link.type is LinkType.FS else LINK[link.type] for link in links],
        lag=[link.lag for link in links],
        lag_calendar=[
            OF_PROJECT if link.lag_calendar is LagCalendar.PROJECT else LAG_CALENDAR[link.lag_calendar]
            for link in links
        ],
    )


def _imposed(tasks: Sequence[Task]) -> ImposedColumns:
    imposed = [(number, each) for number, task in enumerate(tasks) if task.imposed for each in task.imposed]
    return ImposedColumns.of(
        [each.source_id for _, each in imposed],
        task=[number for number, _ in imposed],
        at=[each.at for _, each in imposed],
        side=[SIDE[each.side] for _, each in imposed],
    )
