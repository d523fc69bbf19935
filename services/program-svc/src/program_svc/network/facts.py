"""The raw inputs of a program's network: what its projects say of their tasks and links, and what was agreed between them.

Dates that a project computed are no input. The same facts give the same network, in whatever order they were heard.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

import planning
from contracts.values import WrittenDuration
from planning import MON_TO_FRI, WorkCalendar
from planning.written import frame_finish, frame_start
from program_svc.components.models import Component
from program_svc.dependencies.models import LIVE, Dependency
from program_svc.network.calendars import Calendars, calendars_of
from program_svc.network.inputs import DROPPED, Inputs, inputs_of, link_of, task_of
from program_svc.network.instants import read
from program_svc.programs.models import Program
from program_svc.replica.models import PROJECTS


@dataclass(frozen=True, slots=True)
class Facts:
    """One program's inputs, or those of a project alone. ``projects`` are rows of the replica, by id; ``dependencies`` the live ones."""

    deadline: int | None
    projects: Mapping[UUID, Row[Any]]
    tasks: Mapping[UUID, planning.Task]
    links: Sequence[planning.Link]
    dependencies: Sequence[Dependency]
    calendars: Calendars

    def granularity_of(self, task_id: UUID) -> str:
        """``day`` or ``minute``: how the task's dates are written."""
        granularity: str = self.projects[self.tasks[task_id].project_id].granularity
        return granularity

    def calendar_of(self, task_id: UUID) -> WorkCalendar:
        """What the task works by."""
        task = self.tasks[task_id]
        return task.calendar or self.calendar_of_project(task.project_id)

    def calendar_of_project(self, project_id: UUID) -> WorkCalendar:
        """What the project works by."""
        return self.calendars.of_project(self.projects[project_id])

    def with_dependency(self, dependency: Dependency) -> "Facts":
        """These facts and a dependency that is newer than all of them."""
        return replace(self, dependencies=[*self.dependencies, dependency])


async def facts_of(session: AsyncSession, program: Program) -> Facts:
    """The program's facts as this transaction sees them."""
    components = await session.scalars(select(col(Component.project_id)).where(col(Component.program_id) == program.id))
    dependencies = await live_dependencies(session, program.id)
    return await facts_of_projects(session, list(components), program.deadline, dependencies)


async def live_dependencies(session: AsyncSession, program_id: UUID) -> list[Dependency]:
    """The program's dependencies that take part in its network, in the order of their ids."""
    found = await session.scalars(
        select(Dependency)
        .where(col(Dependency.program_id) == program_id, col(Dependency.state).in_(LIVE))
        .order_by(col(Dependency.id))
    )
    return list(found)


async def facts_of_projects(
    session: AsyncSession,
    project_ids: Collection[UUID],
    deadline: date | None = None,
    dependencies: Sequence[Dependency] = (),
) -> Facts:
    """The facts of these projects, without those that were cancelled. In the order of ids, so that equal facts are equal."""
    known = await known_projects(session, project_ids)
    calendars = await calendars_of(session, known)
    return facts_from(await inputs_of(session, known), known, calendars, deadline, dependencies)


async def known_projects(session: AsyncSession, project_ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """The projects of these that take part in a network, in the order of their ids."""
    projects = await session.execute(select(PROJECTS).where(PROJECTS.c.id.in_(project_ids)).order_by(PROJECTS.c.id))
    return {project.id: project for project in projects if project.state != DROPPED}


def facts_from(
    inputs: Inputs,
    projects: Mapping[UUID, Row[Any]],
    calendars: Calendars,
    deadline: date | None,
    dependencies: Sequence[Dependency],
) -> Facts:
    """The facts that these inputs are, object by object."""
    rows = {row["id"]: row for row in inputs.tasks}
    tasks = {
        id_: task_of(
            row,
            row["parent_id"] if row["parent_id"] in rows else None,
            calendars.of_task(row["calendar_id"], projects[row["project_id"]]),
        )
        for id_, row in rows.items()
    }
    return Facts(
        deadline=deadline_of(deadline, projects, calendars),
        projects=projects,
        tasks=tasks,
        links=[
            link_of(row)
            for row in inputs.links
            if is_linkable(tasks, row["predecessor_id"]) and is_linkable(tasks, row["successor_id"])
        ],
        dependencies=dependencies,
        calendars=calendars,
    )


def deadline_of(deadline: date | None, projects: Mapping[UUID, Row[Any]], calendars: Calendars) -> int | None:
    """A program's deadline as an instant: when the last of its projects has ended that day's work."""
    known = [calendar for project in projects.values() for calendar in calendars.all_of(project)]
    return None if deadline is None else frame_finish(deadline, known or [MON_TO_FRI])


def is_linkable(tasks: Mapping[UUID, planning.Task], task_id: UUID) -> bool:
    """Whether this is a task of the network that can have links: summaries take their dates from their children."""
    task = tasks.get(task_id)
    return task is not None and task.kind is not planning.TaskKind.SUMMARY


def planning_projects(projects: Mapping[UUID, Row[Any]], calendars: Calendars) -> list[planning.Project]:
    """The projects' frames. Their own deadlines are left to them: in a program, float is measured against the program."""
    return [
        planning.Project(
            id=project.id,
            start=frame_start(read(project.start), calendars.all_of(project)),
            deadline=None,
            data_date=None
            if project.data_date is None
            else frame_finish(read(project.data_date), calendars.all_of(project)),
            calendar=calendars.of_project(project),
            progress=planning.Progress(project.progress_logic),
            critical_float=WrittenDuration.parse(project.critical_float)
            .on(calendars.of_project(project).minutes_per_day)
            .minutes,
        )
        for project in projects.values()
    ]
