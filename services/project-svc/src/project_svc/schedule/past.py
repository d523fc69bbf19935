"""A project's plan as it was: changes are taken back, one after the other, and what is left can be scheduled again."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import planning
from chassis import rows
from chassis.statements import fetch, fetch_row
from contracts.project_events import LinkState, ProjectState
from contracts.vocabulary import TaskStatus
from planning import MON_TO_FRI, Imposed, Link, Plan, Schedule, WorkCalendar
from planning.defined import calendar_of, definition_of
from planning.plan import Side
from project_svc.calendars.models import minutes_of
from project_svc.calendars.queries import CALENDARS, ProjectCalendars
from project_svc.projects.models import Project
from project_svc.projects.reading import ReadProject
from project_svc.records import read_written
from project_svc.schedule.columns import LARGE, planned_project
from project_svc.schedule.journal import Change
from project_svc.schedule.planned import WrittenTask, imposed_on, planned_task
from project_svc.tasks.models import Task

_DATED = """
    SELECT * FROM tasks
    WHERE project_id = $1 AND state <> 'cancelled'
      AND num_nonnulls(
          constraint_date, planned_start, planned_finish, deadline, actual_start, actual_finish, calendar_id) > 0
"""
"""Tasks that are others, as plans see them, once a calendar is."""
_LINKS = """
    SELECT id, predecessor_id, successor_id, type, lag, lag_calendar FROM links WHERE project_id = $1
"""
"""All of them: those of a task that is cancelled are no part of the plan, and were until then."""
_IMPOSED = """
    SELECT dependency_id, task_id, side, coalesce(moment, at) AS at FROM imposed_dates
    WHERE project_id = $1 ORDER BY task_id, dependency_id
"""


@dataclass(frozen=True, slots=True)
class _Imposition:
    dependency_id: UUID
    task_id: UUID
    side: Side
    at: date

    @classmethod
    def of(cls, told: Any) -> Self:
        return cls(UUID(str(told["dependency_id"])), UUID(str(told["task_id"])), told["side"], read_written(told["at"]))


def _link(link_id: UUID, predecessor_id: UUID, successor_id: UUID, kind: str, lag: int, lag_calendar: str) -> Link:
    told = planning.LagCalendar(lag_calendar)
    return Link(link_id, predecessor_id, successor_id, planning.LinkType(kind), lag, lag_calendar=told)


class PastPlan:
    """The plan, from now back: `undo` the last change first. calendars: an answer to `CALENDARS`."""

    def __init__(
        self,
        project: Project,
        plan: Plan,
        calendars: Any,
        dated: Iterable[Task],
        links: Iterable[Link],
        imposed: Iterable[_Imposition],
    ) -> None:
        self._project: Project | ProjectState = project
        self._plan = plan
        self._tasks = {task.id: task for task in plan.tasks}
        self._links = {link.id: link for link in links}
        self._calendars: dict[UUID, WorkCalendar] = dict(ProjectCalendars.of(project, calendars).by_id)
        self._written: dict[UUID, Task | WrittenTask] = {task.id: task for task in dated}
        self._imposed = {each.dependency_id: each for each in imposed}

    @classmethod
    async def of(cls, project: ReadProject, plan: Plan) -> Self:
        """The present plan's."""
        session, project_id = project.session, project.id
        calendars = await fetch_row(session, CALENDARS, project_id)
        dated = [rows.of(Task, record) for record in await fetch(session, _DATED, project_id)]
        links = [_link(*record) for record in await fetch(session, _LINKS, project_id)]
        imposed = [_Imposition.of(record) for record in await fetch(session, _IMPOSED, project_id)]
        return cls(project.row, plan, calendars, dated, links, imposed)

    def undo(self, change: Change) -> None:
        """Let the changed record be what it was before."""
        match change.record:
            case "task":
                self._put_task(change.record_id, change.before)
            case "link":
                self._put_link(change.record_id, change.before)
            case "calendar":
                self._put_calendar(change.record_id, change.before)
            case "project":
                self._project = ProjectState.model_validate(change.before, extra="ignore")
                self._renew(self._written)
                self._renew({each.task_id for each in self._imposed.values()})
            case _:
                self._put_imposed(change.record_id, change.before)

    async def schedule(self) -> tuple[Plan, Schedule]:
        """The plan as it is by now, and its schedule; a large one's in a thread. Raises PlanError for one that no revision left like this."""
        plan = self._whole()
        if len(plan.tasks) < LARGE:
            await asyncio.sleep(0)  # there may be many of them, and others have a turn in between
            return plan, planning.schedule(plan)
        return plan, await asyncio.to_thread(planning.schedule, plan)

    def _whole(self) -> Plan:
        tasks, links = self._tasks, self._links.values()
        lasting = [
            task if task.parent_id is None or task.parent_id in tasks else replace(task, parent_id=None)
            for task in tasks.values()
        ]
        between = [link for link in links if link.predecessor_id in tasks and link.successor_id in tasks]
        home = planned_project(self._project, self._of_then())
        return replace(
            self._plan,
            projects=[home],
            tasks=sorted(lasting, key=lambda task: task.id),
            links=sorted(between, key=lambda link: link.id),
        )

    def _of_then(self) -> ProjectCalendars:
        own = self._project.calendar_id
        return ProjectCalendars(MON_TO_FRI if own is None else self._calendars[own], self._calendars)

    def _put_task(self, task_id: UUID, before: Mapping[str, Any] | None) -> None:
        self._written.pop(task_id, None)
        self._tasks.pop(task_id, None)
        if before is not None and before["state"] != TaskStatus.CANCELLED:
            self._written[task_id] = WrittenTask.of(before)
            self._renew([task_id])

    def _put_link(self, link_id: UUID, before: Mapping[str, Any] | None) -> None:
        if before is None:
            self._links.pop(link_id, None)
            return
        state = LinkState.model_validate(before, extra="ignore")
        ends = (state.predecessor_id, state.successor_id)
        self._links[link_id] = _link(link_id, *ends, state.type, state.lag.minutes, state.lag_calendar)

    def _put_calendar(self, calendar_id: UUID, before: Mapping[str, Any] | None) -> None:
        if before is None:
            self._calendars.pop(calendar_id, None)  # nothing works by one that is not there yet
            return
        definition = definition_of(before["shifts"], before["exceptions"], before["days_off"])
        self._calendars[calendar_id] = calendar_of(definition, minutes_of(Decimal(before["hours_per_day"])))
        self._renew(self._written)
        self._renew({each.task_id for each in self._imposed.values()})

    def _put_imposed(self, dependency_id: UUID, before: Mapping[str, Any] | None) -> None:
        gone = self._imposed.pop(dependency_id, None)
        if before is not None:
            self._imposed[dependency_id] = _Imposition.of(before)
        both = (gone, self._imposed.get(dependency_id))
        self._renew({each.task_id for each in both if each is not None})

    def _renew(self, task_ids: Iterable[UUID]) -> None:
        """Let tasks be as they are written, by the calendars and with the imposed dates of then."""
        calendars = self._of_then()
        for task_id in task_ids:
            written, task = self._written.get(task_id), self._tasks.get(task_id)
            if written is not None:
                calendar = calendars.of_task(written.calendar_id)
                self._tasks[task_id] = planned_task(written, calendars, self._imposed_on(task_id, calendar))
            elif task is not None:
                self._tasks[task_id] = replace(task, imposed=self._imposed_on(task_id, calendars.own))

    def _imposed_on(self, task_id: UUID, calendar: WorkCalendar) -> tuple[Imposed, ...]:
        found = (each for each in self._imposed.values() if each.task_id == task_id)
        told = sorted(found, key=lambda each: each.dependency_id)
        return tuple(imposed_on(calendar, each.dependency_id, each.side, each.at) for each in told)
