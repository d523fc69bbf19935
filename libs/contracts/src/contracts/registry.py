"""Every event version there is; JSON Schema, AsyncAPI and the examples are generated from and checked against it."""

from types import MappingProxyType

from contracts import program_events, project_events
from contracts.program_events import portfolio_subscriptions, portfolios
from contracts.program_events import registers as program_registers
from contracts.project_events import jobs, registers, resource_events, shared_calendars

EVENTS = (
    *project_events.EVENTS,
    *registers.EVENTS,
    *resource_events.EVENTS,
    *jobs.EVENTS,
    *shared_calendars.EVENTS,
    *program_events.EVENTS,
    *portfolios.EVENTS,
    *portfolio_subscriptions.EVENTS,
    *program_registers.EVENTS,
)
EVENT_OF_TYPE = MappingProxyType({event.event_type(): event for event in EVENTS})
"""The event class behind a CloudEvents `type`, for example `io.interlock.project.task.updated.v1`."""
