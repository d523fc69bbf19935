"""What threats are found from: a network in memory, or what the database keeps of one."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis import rows
from chassis.statements import fetch
from contracts.vocabulary import DependencyStatus
from planning import WorkCalendar
from program_svc.components.models import Component
from program_svc.dependencies.models import Dependency
from program_svc.network.calendars import Calendars, calendars_of
from program_svc.network.compute import Network
from program_svc.network.facts import deadline_of, known_projects
from program_svc.network.standings import Standing
from program_svc.programs.models import Program

if TYPE_CHECKING:  # it brings numba
    from program_svc.network.dated import DatedNetwork

WORRYING = frozenset({DependencyStatus.AT_RISK, DependencyStatus.BREACHED})

_FINISHES = """
    SELECT task_id, early_finish FROM program_schedule WHERE program_id = $1 AND task_id = ANY($2::uuid[])
"""
# One look into the index for each project, where a maximum by group would go through all of their tasks.
_ENDS = """
    SELECT asked.project_id, last.early_finish FROM unnest($2::uuid[]) AS asked (project_id), LATERAL (
        SELECT early_finish FROM program_schedule AS rows WHERE rows.program_id = $1 AND rows.project_id = asked.project_id
        ORDER BY early_finish DESC LIMIT 1
    ) AS last
"""
_WORRYING = (
    "program_id = $1 AND receiver_project_id = ANY($2::uuid[]) AND (state = ANY($3::text[]) OR margin < 0) ORDER BY id"
)
_TOLD = ("receiver_project_id", "state", "committed_at", "forecast", "limit", "margin", "receiver_minutes_per_day")
"""What a wait is told from."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A dependency that worries its receiver: working minutes too late on a calendar with ``day`` minutes a day; instants."""

    dependency_id: UUID
    by: int
    day: int | None
    forecast: int | None
    due: int | None


class Forecasts(Protocol):
    """A program's dates. Instants and working minutes."""

    @property
    def projects(self) -> Mapping[UUID, Row[Any]]:
        """Rows of the replica, by id: the projects that take part."""
        ...

    @property
    def deadline(self) -> int | None:
        """The program's."""
        ...

    def calendar_of_project(self, project_id: UUID) -> WorkCalendar:
        """What the project works by."""
        ...

    def finish_of(self, task_id: UUID) -> int | None:
        """When the task will be done; none if it takes no part."""
        ...

    def end_of(self, project_id: UUID) -> int | None:
        """When the last task of the project will be done; none without tasks."""
        ...

    def float_of(self, task_id: UUID) -> int:
        """By how much the task may slip until the program does; nothing for one that takes no part."""
        ...

    def float_of_end(self, project_id: UUID) -> int:
        """By how much the end of the project may slip until the program does."""
        ...

    def waits_of(self, project_id: UUID) -> Iterable[Wait]:
        """The agreed dependencies of which the project is to receive and that are at risk, broken or without margin."""
        ...


class InNetwork:
    """The forecasts of a network in memory."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.projects = network.facts.projects
        self.deadline = network.facts.deadline
        self._ends = _last_tasks(network)

    def calendar_of_project(self, project_id: UUID) -> WorkCalendar:
        return self._network.facts.calendar_of_project(project_id)

    def finish_of(self, task_id: UUID) -> int | None:
        item = self._network.schedule.items.get(task_id)
        return None if item is None else item.early_finish

    def end_of(self, project_id: UUID) -> int | None:
        last = self._ends.get(project_id)
        return None if last is None else self.finish_of(last)

    def float_of(self, task_id: UUID) -> int:
        item = self._network.schedule.items.get(task_id)
        return 0 if item is None else item.total_float

    def float_of_end(self, project_id: UUID) -> int:
        last = self._ends.get(project_id)
        return 0 if last is None else self.float_of(last)

    def waits_of(self, project_id: UUID) -> Iterator[Wait]:
        for each in self._network.facts.dependencies:
            standing = self._network.standings[each.id]
            if each.receiver_project_id == project_id and is_worrying(each, standing.margin):
                yield _wait(each, standing)


class AsStored:
    """The forecasts of some of a program's projects as the program's tables keep them. Float is not kept: it is that of ``dates``."""

    def __init__(
        self,
        projects: Mapping[UUID, Row[Any]],
        calendars: Calendars,
        deadline: int | None,
        finishes: Mapping[UUID, int],
        dependencies: Collection[Dependency],
        dates: "DatedNetwork | None" = None,
    ) -> None:
        self.projects = projects
        self.deadline = deadline
        self._dates = dates
        self._calendars, self._finishes, self._dependencies = calendars, finishes, dependencies

    @classmethod
    async def of(
        cls,
        session: AsyncSession,
        program: Program,
        project_ids: Collection[UUID],
        task_ids: Collection[UUID],
        dates: "DatedNetwork | None" = None,
    ) -> "AsStored":
        """Of these projects of the program, and these tasks of theirs. dates: the program's, where its floats are asked for."""
        projects = await known_projects(session, project_ids)
        calendars = await calendars_of(session, projects)
        deadline = None
        if program.deadline is not None and any(project.deadline is None for project in projects.values()):
            deadline = await _deadline(session, program)
        finishes = {
            row[0]: row[1]
            for statement, ids in ((_FINISHES, task_ids), (_ENDS, project_ids))
            for row in await fetch(session, statement, program.id, list(ids))
        }
        states = [state.value for state in sorted(WORRYING)]
        received = await rows.parts(session, Dependency, _TOLD, _WORRYING, program.id, list(project_ids), states)
        return cls(projects, calendars, deadline, finishes, received, dates)

    def calendar_of_project(self, project_id: UUID) -> WorkCalendar:
        return self._calendars.of_project(self.projects[project_id])

    def finish_of(self, task_id: UUID) -> int | None:
        return self._finishes.get(task_id)

    end_of = finish_of

    def float_of(self, task_id: UUID) -> int:
        if self._dates is None:
            raise LookupError(task_id)
        item = self._dates.schedule.items.get(task_id)
        return 0 if item is None else item.total_float

    def float_of_end(self, project_id: UUID) -> int:
        if self._dates is None:
            raise LookupError(project_id)
        last = self._dates.dated.last_of(project_id)
        return 0 if last is None else self.float_of(last)

    def waits_of(self, project_id: UUID) -> Iterator[Wait]:
        for each in self._dependencies:
            if each.receiver_project_id == project_id and is_worrying(each, each.margin):
                late = max(0, -(each.margin or 0))
                yield Wait(each.id, late, each.receiver_minutes_per_day, each.forecast, each.limit)


def is_worrying(dependency: Dependency, margin: int | None) -> bool:
    """Whether an agreed dependency is at risk, broken or without margin. What was accepted is waited for no longer."""
    if not dependency.shapes_dates or dependency.state is DependencyStatus.ACCEPTED:
        return False
    return dependency.state in WORRYING or (margin is not None and margin < 0)


def _wait(dependency: Dependency, standing: Standing) -> Wait:
    late = max(0, -(standing.margin or 0))
    return Wait(dependency.id, late, standing.day, standing.forecast, standing.limit)


def _last_tasks(network: Network) -> Mapping[UUID, UUID]:
    """The task that finishes last in each project; of several, the one with the least float."""
    last: dict[UUID, UUID] = {}
    items = network.schedule.items

    def lateness(task_id: UUID) -> tuple[int, int]:
        return items[task_id].early_finish, -items[task_id].total_float

    for task_id, task in network.facts.tasks.items():
        best = last.get(task.project_id)
        if best is None or lateness(task_id) > lateness(best):
            last[task.project_id] = task_id
    return last


async def _deadline(session: AsyncSession, program: Program) -> int | None:
    """The program's deadline depends on the calendars of all its projects."""
    components = select(col(Component.project_id)).where(col(Component.program_id) == program.id)
    projects = await known_projects(session, list(await session.scalars(components)))
    return deadline_of(program.deadline, projects, await calendars_of(session, projects))
