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
from planning import MON_TO_FRI
from planning.written import at_actual_finish, at_actual_start, at_finish, at_start
from program_svc.components.models import Component
from program_svc.dependencies.models import LIVE, Dependency
from program_svc.network.instants import constraint_of, read
from program_svc.programs.models import Program
from program_svc.replica.models import LINKS, PROJECTS, TASKS

DROPPED = "cancelled"
"""A project or a task in this state takes no part in the network."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One program's inputs, or those of a project alone. ``projects`` are rows of the replica, by id; ``dependencies`` the live ones."""

    deadline: int | None
    projects: Mapping[UUID, Row[Any]]
    tasks: Mapping[UUID, planning.Task]
    links: Sequence[planning.Link]
    dependencies: Sequence[Dependency]

    def granularity_of(self, task_id: UUID) -> str:
        """``day`` or ``minute``: how the task's dates are written."""
        granularity: str = self.projects[self.tasks[task_id].project_id].granularity
        return granularity

    def with_dependency(self, dependency: Dependency) -> "Facts":
        """These facts and a dependency that is newer than all of them."""
        return replace(self, dependencies=[*self.dependencies, dependency])


async def facts_of(session: AsyncSession, program: Program) -> Facts:
    """The program's facts as this transaction sees them."""
    components = await session.scalars(select(col(Component.project_id)).where(col(Component.program_id) == program.id))
    dependencies = await session.scalars(
        select(Dependency)
        .where(col(Dependency.program_id) == program.id, col(Dependency.state).in_(LIVE))
        .order_by(col(Dependency.id))
    )
    return await facts_of_projects(session, list(components), program.deadline, list(dependencies))


async def facts_of_projects(
    session: AsyncSession,
    project_ids: Collection[UUID],
    deadline: date | None = None,
    dependencies: Sequence[Dependency] = (),
) -> Facts:
    """The facts of these projects, without those that were cancelled. In the order of ids, so that equal facts are equal."""
    projects = await session.execute(select(PROJECTS).where(PROJECTS.c.id.in_(project_ids)).order_by(PROJECTS.c.id))
    known = {project.id: project for project in projects if project.state != DROPPED}
    tasks = await session.execute(select(TASKS).where(TASKS.c.project_id.in_(known)).order_by(TASKS.c.id))
    links = await session.execute(select(LINKS).where(LINKS.c.project_id.in_(known)).order_by(LINKS.c.id))
    rows = {row.id: row for row in tasks if row.state != DROPPED}
    present = {row.id: _task(row, row.parent_id if row.parent_id in rows else None) for row in rows.values()}
    return Facts(
        deadline=None if deadline is None else at_finish(deadline),
        projects=known,
        tasks=present,
        links=[
            _link(row)
            for row in links
            if is_linkable(present, row.predecessor_id) and is_linkable(present, row.successor_id)
        ],
        dependencies=dependencies,
    )


def is_linkable(tasks: Mapping[UUID, planning.Task], task_id: UUID) -> bool:
    """Whether this is a task of the network that can have links: summaries take their dates from their children."""
    return task_id in tasks and tasks[task_id].kind is not planning.TaskKind.SUMMARY


def _task(row: Row[Any], parent_id: UUID | None) -> planning.Task:
    return planning.Task(
        id=row.id,
        project_id=row.project_id,
        kind=planning.TaskKind(row.kind),
        duration=row.duration,
        remaining=row.remaining_duration,
        parent_id=parent_id,
        mode=planning.SchedulingMode(row.mode),
        constraint=constraint_of(row.constraint_type, row.constraint_date),
        deadline=None if row.deadline is None else at_finish(read(row.deadline)),
        percent_complete=float(row.percent_complete),
        actual_start=None if row.actual_start is None else at_actual_start(read(row.actual_start)),
        actual_finish=None if row.actual_finish is None else at_actual_finish(read(row.actual_finish)),
    )


def _link(row: Row[Any]) -> planning.Link:
    return planning.Link(
        id=row.id,
        predecessor_id=row.predecessor_id,
        successor_id=row.successor_id,
        type=planning.LinkType(row.type),
        lag=row.lag,
    )


def planning_projects(facts: Facts) -> list[planning.Project]:
    """The projects' frames. Their own deadlines are left to them: in a program, float is measured against the program."""
    return [
        planning.Project(
            id=project.id,
            start=at_start(read(project.start)),
            deadline=None,
            data_date=None if project.data_date is None else at_finish(read(project.data_date)),
            calendar=MON_TO_FRI,
        )
        for project in facts.projects.values()
    ]
