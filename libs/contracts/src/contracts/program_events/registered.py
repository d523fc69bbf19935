"""What the declared records of a program have in common: a heading, and a life of being created, changed and deleted."""

from typing import TypeVar

from contracts.lives import Life, life_in
from contracts.subjects import BoundaryKind
from contracts.values import ExternalRef, Id, Instant, Shape


class Registered(Shape):
    """The heading of a record: whose it is, and at which revision of its program it last changed."""

    id: Id
    organization_id: Id
    program_id: Id
    external_ref: ExternalRef | None
    revision: int
    created_at: Instant
    updated_at: Instant


State = TypeVar("State", bound=Registered)


def life_of(record: str, collection: str, state: type[State]) -> Life[State]:
    """The events of a record of a program: `life_of("gate", "gates", GateState)` makes GateCreated, GateUpdated and GateDeleted."""
    return life_in(BoundaryKind.PROGRAM, record, collection, state, __name__)
