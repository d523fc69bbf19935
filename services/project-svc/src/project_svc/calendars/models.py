"""A calendar: its table, and its shapes on the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field as ShapeField
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import Conflict
from contracts.project_events import MOST_EXCEPTIONS, CalendarException, CalendarState, DayOff, Holidays
from contracts.project_events.states import Country, Subdivision, Year
from contracts.values import STANDARD_HOURS, ExternalRef, HoursPerDay, Id, Name, Shape, Shifts, Week
from project_svc.records import INSTANT, MINUTES, REVISION, ProjectRecord, Row

MINUTES_PER_HOUR = 60
NINE_TO_FIVE = [{"from": "09:00", "to": "17:00"}]
STANDARD_WEEK = Week.model_validate(
    dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), NINE_TO_FIVE)
)
Exceptions = Annotated[list[CalendarException], ShapeField(max_length=MOST_EXCEPTIONS)]


class CalendarInUse(Conflict):
    """Work is planned by the calendar; `uses` counts it. Give the project and its tasks another one first."""

    slug, title = "calendar-in-use", "Work is planned by this calendar"


class CalendarShared(Conflict):
    """The calendar follows a shared one, which says when work is done. Change that one, or let this one follow it no longer."""

    slug, title = "calendar-shared", "This calendar follows a shared one"


class CalendarDays(Row):
    """What a calendar says. Shifts, exceptions and days off are kept as they go over the wire, holidays expanded to days."""

    name: str
    minutes_per_day: int = Field(sa_type=MINUTES)
    shifts: dict[str, Any] = Field(sa_type=JSONB)
    exceptions: list[dict[str, Any]] = Field(sa_type=JSONB)
    holidays: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    days_off: list[dict[str, Any]] = Field(sa_type=JSONB)
    version: int = Field(sa_type=REVISION)
    updated_at: datetime = Field(sa_type=INSTANT)

    def content(self) -> dict[str, Any]:
        """The fields of `contracts.project_events.states.CalendarContent`, and the version."""
        return {
            "name": self.name,
            "hours_per_day": hours_of(self.minutes_per_day),
            "shifts": Week.model_validate(self.shifts),
            "exceptions": [CalendarException.model_validate(each) for each in self.exceptions],
            "holidays": None if self.holidays is None else Holidays.model_validate(self.holidays),
            "days_off": [DayOff.model_validate(each) for each in self.days_off],
            "version": self.version,
        }


class Calendar(CalendarDays, ProjectRecord, table=True):
    """When a project's work is done. shared_calendar_id: of the organisation's calendar that it follows, if it does."""

    __tablename__ = "calendars"
    __table_args__ = (
        UniqueConstraint("project_id", "id"),
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_calendars_external_ref"),
        Index("ix_calendars_shared_calendar_id", "shared_calendar_id"),
    )

    shared_calendar_id: UUID | None = Field(default=None, foreign_key="shared_calendars.id")

    def wire(self) -> CalendarState:
        """The calendar as events and answers show it."""
        return CalendarState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            **self.content(),
            shared_calendar_id=self.shared_calendar_id,
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


def hours_of(minutes_per_day: int) -> Decimal:
    """A day's hours, exactly: the minutes of a day make a finite decimal (`contracts.values.HoursPerDay`)."""
    return Decimal(minutes_per_day) / MINUTES_PER_HOUR


def minutes_of(hours_per_day: Decimal) -> int:
    """A day's minutes."""
    return int(hours_per_day * MINUTES_PER_HOUR)


class HolidaysCreate(Shape):
    """Whose public holidays are free. Without years: from the year before the project's start to the twentieth after it."""

    country: Country
    subdivision: Subdivision | None = None
    first_year: Year | None = None
    last_year: Year | None = None


class HolidaysUpdate(Shape):
    """A change of them; what is left out stays. They are looked up anew with every change."""

    country: Country = unset()
    subdivision: Subdivision | None = unset()
    first_year: Year = unset()
    last_year: Year = unset()


class CalendarContentCreate(Shape):
    """What a new calendar says; without shifts, Monday to Friday from 09:00 to 17:00."""

    name: Name
    hours_per_day: HoursPerDay = STANDARD_HOURS
    shifts: Week = STANDARD_WEEK
    exceptions: Exceptions = ShapeField(default_factory=list)
    holidays: HolidaysCreate | None = None
    external_ref: ExternalRef | None = None


class CalendarCreate(CalendarContentCreate):
    """What a new calendar of a project is made of. One that follows a shared calendar has its name alone for its own."""

    shared_calendar_id: Id | None = None


class WeekUpdate(Shape):
    """The weekdays whose shifts change; the others stay."""

    monday: Shifts = unset()
    tuesday: Shifts = unset()
    wednesday: Shifts = unset()
    thursday: Shifts = unset()
    friday: Shifts = unset()
    saturday: Shifts = unset()
    sunday: Shifts = unset()


class CalendarContentUpdate(Shape):
    """What may change of what a calendar says: a JSON Merge Patch. Exceptions are replaced as a whole."""

    name: Name = unset()
    hours_per_day: HoursPerDay = unset()
    shifts: WeekUpdate = unset()
    exceptions: Exceptions = unset()
    holidays: HolidaysUpdate | None = unset()


class CalendarUpdate(CalendarContentUpdate):
    """What may change of a project's calendar: a JSON Merge Patch. One that follows a shared calendar has its name alone for its own."""

    shared_calendar_id: Annotated[Id | None, ShapeField(description="null: follow none any longer")] = unset()
