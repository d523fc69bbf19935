"""A calendar of the organisation: its table. Its shapes are those of a project's calendar."""

from sqlalchemy import Index, UniqueConstraint

from contracts.project_events.shared_calendars import SharedCalendarState
from project_svc.calendars.models import CalendarDays
from project_svc.records import Record


class SharedCalendar(CalendarDays, Record, table=True):
    """When an organisation's work is done. Projects have calendars that follow it, which say what it says."""

    __tablename__ = "shared_calendars"
    __table_args__ = (
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_shared_calendars_external_ref"),
        Index("ix_shared_calendars_organization_id_created_at", "organization_id", "created_at"),
    )

    def wire(self) -> SharedCalendarState:
        """The calendar as events and answers show it."""
        return SharedCalendarState(
            id=self.id,
            organization_id=self.organization_id,
            external_ref=self.external_ref,
            **self.content(),
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )
