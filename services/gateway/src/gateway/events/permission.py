"""Who may see which event: asked for every event and every listener, each time it is about to be sent."""

from gateway.events.live_event import LiveEvent
from gateway.identity.callers import Caller


def may_see(caller: Caller, event: LiveEvent) -> bool:
    """Whether the caller may see the event. Every member reads everything of the organisation, and nothing of another."""
    return event.organization_id == caller.identity.organization_id
