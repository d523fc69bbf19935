"""Who may see which event: asked for every event and every listener, each time it is about to be sent."""

from chassis.authority import sees_program, sees_project
from contracts.subjects import BoundaryKind
from gateway.events.live_event import LiveEvent
from gateway.identity.callers import Caller


def may_see(caller: Caller, event: LiveEvent) -> bool:
    """Whether the caller may see the event: those of the projects and programs that it sees, and the organisation's goals."""
    identity = caller.identity
    if event.organization_id != identity.organization_id:
        return False
    match event.boundary_kind:
        case BoundaryKind.PROJECT:
            return sees_project(identity, event.boundary_id)
        case BoundaryKind.PROGRAM:
            return sees_program(identity, event.boundary_id)
        case BoundaryKind.STRATEGY:
            return True
