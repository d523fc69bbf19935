"""The calendars of a project, as plans are computed with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from planning import MON_TO_FRI, WorkCalendar
from planning.defined import calendar_of
from project_svc.calendars.models import Calendar
from project_svc.projects.models import Project
from project_svc.records import table_of

CALENDARS = table_of(Calendar)
DEFINITION = cast(func.jsonb_build_array(CALENDARS.c.shifts, CALENDARS.c.exceptions, CALENDARS.c.days_off), String)


@dataclass(frozen=True, slots=True)
class ProjectCalendars:
    """The calendars of one project, by id, and the one that it works by itself."""

    own: WorkCalendar
    by_id: Mapping[UUID, WorkCalendar]

    def of_task(self, calendar_id: UUID | None) -> WorkCalendar:
        """The calendar that a task works by; without one of its own, by the project's."""
        return self.own if calendar_id is None else self.by_id[calendar_id]


async def calendars_of(session: AsyncSession, project: Project) -> ProjectCalendars:
    """The project's calendars as this transaction sees them."""
    statement = select(CALENDARS.c.id, DEFINITION.label("definition"), CALENDARS.c.minutes_per_day)
    rows: Any = await session.execute(statement.where(CALENDARS.c.project_id == project.id))
    by_id = {row.id: calendar_of(row.definition, row.minutes_per_day) for row in rows}
    own = MON_TO_FRI if project.calendar_id is None else by_id[project.calendar_id]
    return ProjectCalendars(own, by_id)
