"""The events of records that are created, changed and deleted, and to which nothing else happens."""

from types import new_class
from typing import Any, Generic, NamedTuple, TypeVar

from contracts.events import RecordEvent
from contracts.subjects import BoundaryKind
from contracts.values import Shape

State = TypeVar("State", bound=Shape)


class Life(NamedTuple, Generic[State]):
    """The events of a record."""

    created: type[RecordEvent[State]]
    updated: type[RecordEvent[State]]
    deleted: type[RecordEvent[State]]


def life_in(
    boundary: BoundaryKind,
    record: str,
    collection: str,
    state: type[State],
    module: str,
    *,
    version: int = 1,
    beside: int | None = None,
) -> Life[State]:
    """The events of a record of a project or a program, as classes of the module.

    `life_in(BoundaryKind.PROJECT, "issue", "issues", IssueState, __name__)` makes IssueCreated, IssueUpdated and IssueDeleted. version, beside:
    see `contracts.events.Event`.
    """

    def event(happened: str, told: str) -> type[RecordEvent[State]]:
        def fill(namespace: dict[str, Any]) -> None:
            namespace |= {
                "__doc__": told,
                "__module__": module,
                "boundary": boundary,
                "record": record,
                "happened": happened,
                "path": f"{boundary}s/{{{boundary}_id}}/{collection}/{{id}}",
                "version": version,
                "beside": beside,
            }

        name = f"{record.title().replace('_', '')}{happened.title()}{'' if version == 1 else f'V{version}'}"
        made: type[RecordEvent[State]] = new_class(name, (RecordEvent[state],), {}, fill)  # type: ignore[valid-type]
        return made

    one = f"{'An' if record[0] in 'aeiou' else 'A'} {record.replace('_', ' ')}"
    return Life(
        event("created", f"{one} was written down."),
        event("updated", f"{one}'s fields or state changed."),
        event("deleted", f"{one} was removed, as one that should never have been there."),
    )
