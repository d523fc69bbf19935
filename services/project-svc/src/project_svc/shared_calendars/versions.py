"""What a shared calendar said in each of its versions: its rows, which stay as they are."""

from uuid import UUID

from sqlmodel import Field

from project_svc.calendars.models import CalendarDays
from project_svc.calendars.versions import said_by
from project_svc.records import REVISION
from project_svc.shared_calendars.models import SharedCalendar


class SharedCalendarVersion(CalendarDays, table=True):
    """A shared calendar as it was from `updated_at` on. revision: its own, at which it came."""

    __tablename__ = "shared_calendar_versions"

    calendar_id: UUID = Field(primary_key=True, foreign_key="shared_calendars.id", ondelete="CASCADE")
    version: int = Field(primary_key=True, sa_type=REVISION)
    organization_id: UUID
    revision: int = Field(sa_type=REVISION)


def version_of(shared: SharedCalendar) -> SharedCalendarVersion:
    """The present version as it is kept; written after the calendar itself."""
    return SharedCalendarVersion(
        calendar_id=shared.id,
        organization_id=shared.organization_id,
        revision=shared.revision,
        **said_by(shared),
    )
