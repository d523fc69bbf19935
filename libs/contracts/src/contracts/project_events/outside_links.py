"""Links of imported plans to tasks of other projects: they wait until the other project arrives, and then become dependencies."""

from enum import StrEnum

from contracts.project_events.registered import Registered
from contracts.values import Duration, Id, Label, Name, Shape
from contracts.vocabulary import LinkType

DEPENDENCY_SOURCE = "outside-link"
"""The `source` in the external reference of a dependency that stands for an outside link; its `id` is that link's."""


class OtherEnd(StrEnum):
    """Which end lies in the other project."""

    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"


class OutsideLinkStatus(StrEnum):
    """`waiting → found → joined`: the other task is not here; it is; a program has a dependency that stands for the link."""

    WAITING = "waiting"
    FOUND = "found"
    JOINED = "joined"


class OutsideLinkFields(Shape):
    """What the file said, and what became of it."""

    task_id: Id
    other_end: OtherEnd
    other_project: Name
    """What the other project is called where the plan comes from."""
    other_task: Label
    """The task's id there."""
    type: LinkType
    lag: Duration
    """A day is eight hours."""
    other_project_id: Id | None = None
    """The other project here, once it was imported from the same source."""
    other_task_id: Id | None = None
    dependency_id: Id | None = None
    """The dependency of a program that stands for the link."""


class OutsideLinkState(OutsideLinkFields, Registered):
    """A link to a task of another project."""

    state: OutsideLinkStatus
