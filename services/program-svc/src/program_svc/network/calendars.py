"""The calendars that a program's projects and tasks work by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch
from planning import MON_TO_FRI, WorkCalendar
from planning.defined import calendar_of

_CALENDARS = (
    "SELECT id, project_id, definition, minutes_per_day FROM known_calendars WHERE project_id = ANY($1::uuid[])"
)


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of some projects, by project and id. Whatever names none works by its project's, a project without one by the standard."""

    of_projects: Mapping[UUID, Mapping[UUID, WorkCalendar]] = field(default_factory=dict)

    def of_project(self, project: Row[Any]) -> WorkCalendar:
        """What a project (a row of the replica) works by."""
        return MON_TO_FRI if project.calendar_id is None else self._known(project).get(project.calendar_id, MON_TO_FRI)

    def of_task(self, calendar_id: UUID | None, project: Row[Any]) -> WorkCalendar:
        """What a task of the project with this calendar works by."""
        own = self.of_project(project)
        return own if calendar_id is None else self._known(project).get(calendar_id, own)

    def all_of(self, project: Row[Any]) -> list[WorkCalendar]:
        """Everything that work of the project may go by."""
        return [self.of_project(project), *self._known(project).values()]

    def of_these(self, project_ids: Collection[UUID]) -> "Calendars":
        """Those of these projects alone."""
        return Calendars({id_: each for id_, each in self.of_projects.items() if id_ in project_ids})

    def and_those(self, others: "Calendars") -> "Calendars":
        """These and others."""
        return Calendars({**self.of_projects, **others.of_projects})

    def _known(self, project: Row[Any]) -> Mapping[UUID, WorkCalendar]:
        return self.of_projects.get(project.id, {})


async def calendars_of(session: AsyncSession, project_ids: Collection[UUID]) -> Calendars:
    """The calendars of these projects."""
    of_projects: dict[UUID, dict[UUID, WorkCalendar]] = {}
    for row in await fetch(session, _CALENDARS, list(project_ids)):
        calendar = calendar_of(row["definition"], row["minutes_per_day"])
        of_projects.setdefault(row["project_id"], {})[row["id"]] = calendar
    return Calendars(of_projects)
