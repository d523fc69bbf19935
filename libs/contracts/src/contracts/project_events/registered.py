"""What the declared records of a project have in common: a heading, and a life of being created, changed and deleted."""

from typing import TypeVar

from contracts.lives import Life, life_in
from contracts.subjects import BoundaryKind
from contracts.values import ExternalRef, Id, Instant, Shape

__all__ = ["Life", "Registered", "life_of"]


class Registered(Shape):
    """The heading of a record: whose it is, and at which revision of its project it last changed."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    revision: int
    created_at: Instant
    updated_at: Instant


State = TypeVar("State", bound=Registered)


def life_of(
    record: str, collection: str, state: type[State], *, version: int = 1, beside: int | None = None
) -> Life[State]:
    """The events of a record of a project: `life_of("issue", "issues", IssueState)` makes IssueCreated, IssueUpdated and IssueDeleted."""
    return life_in(BoundaryKind.PROJECT, record, collection, state, __name__, version=version, beside=beside)
