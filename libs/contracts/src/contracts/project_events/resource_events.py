"""The events of resources and their assignments."""

from contracts.events import Event, RecordEvent
from contracts.project_events.resources import AssignmentState, ResourceState
from contracts.subjects import BoundaryKind


class ResourceEvent(RecordEvent[ResourceState]):
    """About one resource."""

    boundary = BoundaryKind.PROJECT
    record = "resource"
    path = "projects/{project_id}/resources/{id}"


class ResourceCreated(ResourceEvent):
    """A resource was added; no work is its own yet."""

    happened = "created"


class ResourceUpdated(ResourceEvent):
    """A resource, its calendar or its rates changed."""

    happened = "updated"


class ResourceDeleted(ResourceEvent):
    """A resource that no work was assigned to was removed."""

    happened = "deleted"


class AssignmentEvent(RecordEvent[AssignmentState]):
    """About one assignment."""

    boundary = BoundaryKind.PROJECT
    record = "assignment"
    path = "projects/{project_id}/assignments/{id}"


class AssignmentCreated(AssignmentEvent):
    """A resource was put to work on a task."""

    happened = "created"


class AssignmentUpdated(AssignmentEvent):
    """Its units or its work changed, or followed from a change of its task."""

    happened = "updated"


class AssignmentDeleted(AssignmentEvent):
    """A resource was taken off a task."""

    happened = "deleted"


EVENTS: tuple[type[Event], ...] = (
    ResourceCreated,
    ResourceUpdated,
    ResourceDeleted,
    AssignmentCreated,
    AssignmentUpdated,
    AssignmentDeleted,
)
"""Every event version of resources and assignments."""
