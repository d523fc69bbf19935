"""Shared calendars: an organisation's own, which its projects follow. They are told in the boundary of its `work`, beside its jobs."""

from contracts.events import Event, RecordEvent
from contracts.project_events.states import CalendarContent
from contracts.subjects import BoundaryKind
from contracts.values import ExternalRef, Id, Instant


class SharedCalendarState(CalendarContent):
    """When an organisation's work is done, by whichever of its projects follow this."""

    id: Id
    organization_id: Id
    external_ref: ExternalRef | None
    version: int
    """1 when it was created; grows with each change of it."""
    revision: int
    created_at: Instant
    updated_at: Instant


class SharedCalendarEvent(RecordEvent[SharedCalendarState]):
    """About one shared calendar."""

    boundary = BoundaryKind.WORK
    record = "shared_calendar"
    path = "calendars/{id}"


class SharedCalendarCreated(SharedCalendarEvent):
    """A calendar was shared with the organisation; no project follows it yet."""

    happened = "created"


class SharedCalendarUpdated(SharedCalendarEvent):
    """A shared calendar changed. What that changes in each project that follows it, the project's own events say."""

    happened = "updated"


class SharedCalendarDeleted(SharedCalendarEvent):
    """A shared calendar that no project followed was removed."""

    happened = "deleted"


EVENTS: tuple[type[Event], ...] = (SharedCalendarCreated, SharedCalendarUpdated, SharedCalendarDeleted)
"""Every event version of shared calendars."""
