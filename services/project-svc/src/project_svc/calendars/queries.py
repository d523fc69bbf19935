"""The calendars of a project, as plans are computed with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch_row
from planning import MON_TO_FRI, WorkCalendar
from planning.defined import calendar_of
from project_svc.projects.models import Project

CALENDARS = """
    SELECT array_agg(id) AS calendar_ids, array_agg(jsonb_build_array(shifts, exceptions, days_off)::text) AS calendars,
           array_agg(minutes_per_day) AS calendar_days
    FROM calendars WHERE project_id = $1"""
"""One row with every calendar of the project `$1`."""


@dataclass(frozen=True, slots=True)
class ProjectCalendars:
    """The calendars of one project, by id, and the one that it works by itself."""

    own: WorkCalendar
    by_id: Mapping[UUID, WorkCalendar]

    @classmethod
    def of(cls, project: Project, row: Any) -> "ProjectCalendars":
        """From an answer to `CALENDARS`."""
        told = zip(row["calendar_ids"] or (), row["calendars"] or (), row["calendar_days"] or (), strict=True)
        by_id = {calendar_id: calendar_of(definition, day) for calendar_id, definition, day in told}
        own = MON_TO_FRI if project.calendar_id is None else by_id[project.calendar_id]
        return cls(own, by_id)

    @property
    def all(self) -> list[WorkCalendar]:
        """Every calendar that work of the project may go by."""
        return [self.own, *self.by_id.values()]

    def of_task(self, calendar_id: UUID | None) -> WorkCalendar:
        """The calendar that a task works by; without one of its own, by the project's."""
        return self.own if calendar_id is None else self.by_id[calendar_id]


async def calendars_of(session: AsyncSession, project: Project) -> ProjectCalendars:
    """The project's calendars as this transaction sees them."""
    return ProjectCalendars.of(project, await fetch_row(session, CALENDARS, project.id))
