"""Every subscription of this service."""

from collections.abc import Mapping

from chassis.projection import Handler, Projection
from chassis.restoring import PASS_OVER, Restorer
from contracts import program_events as events
from contracts.subjects import BoundaryKind, Stream
from project_svc.imposed.actions import follow_dependency, follow_program_deleted, restore_program, settle_projects

DEPENDENCY_EVENTS: tuple[type[events.DependencyEvent], ...] = (
    events.DependencyProposed,
    events.DependencyUpdated,
    events.DependencyCommitted,
    events.DependencyRejected,
    events.DependencyCancelled,
    events.DependencyAtRisk,
    events.DependencyRecovered,
    events.DependencyBreached,
    events.DependencyDissolved,
    events.DependencyForecastChanged,
    events.DependencySuspended,
    events.DependencyResumed,
)
"""Each carries the whole dependency, so that one handler serves them all."""

HANDLERS: Mapping[str, Handler] = {
    **{event.event_type(): follow_dependency for event in DEPENDENCY_EVENTS},
    events.ProgramDeleted.event_type(): follow_program_deleted,
}

RESTORERS: Mapping[str, Restorer | None] = {
    BoundaryKind.PROGRAM: Restorer("/programs/{id}/snapshot", restore_program),
    BoundaryKind.STRATEGY: PASS_OVER,
}

FOLLOWS: Mapping[Stream, Projection] = {
    Stream.PROGRAM: Projection(HANDLERS, after_batch=settle_projects, restorers=RESTORERS, service="project-svc")
}
