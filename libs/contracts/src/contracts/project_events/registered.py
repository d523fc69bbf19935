"""What the declared records have in common: a heading, and a life of being created, changed and deleted."""

from types import new_class
from typing import Any, Generic, NamedTuple, TypeVar

from contracts.events import RecordEvent
from contracts.subjects import BoundaryKind
from contracts.values import ExternalRef, Id, Instant, Shape


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


class Life(NamedTuple, Generic[State]):
    """The events of a record."""

    created: type[RecordEvent[State]]
    updated: type[RecordEvent[State]]
    deleted: type[RecordEvent[State]]


def life_of(record: str, collection: str, state: type[State]) -> Life[State]:
    """The events of a record of a project: `life_of("issue", "issues", IssueState)` makes IssueCreated, IssueUpdated and IssueDeleted."""

    def event(happened: str, told: str) -> type[RecordEvent[State]]:
        def fill(namespace: dict[str, Any]) -> None:
            namespace |= {
                "__doc__": told,
                "__module__": __name__,
                "boundary": BoundaryKind.PROJECT,
                "record": record,
                "happened": happened,
                "path": f"projects/{{project_id}}/{collection}/{{id}}",
            }

        name = f"{record.title()}{happened.title()}"
        made: type[RecordEvent[State]] = new_class(name, (RecordEvent[state],), {}, fill)  # type: ignore[valid-type]
        return made

    one = f"{'An' if record[0] in 'aeiou' else 'A'} {record}"
    return Life(
        event("created", f"{one} was written down."),
        event("updated", f"{one}'s fields or state changed."),
        event("deleted", f"{one} was removed, as one that should never have been there."),
    )
