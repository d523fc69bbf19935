"""How the table of permissions is made up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.permissions.who import Who

LIST, READ, CREATE, UPDATE, DELETE = "list", "read", "create", "update", "delete"
OF_METHOD = {"GET": READ, "POST": CREATE, "PATCH": UPDATE, "PUT": UPDATE, "DELETE": DELETE}


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of record and who may take which action on it."""

    name: str
    path: str
    """Where its collection is, as in the API document, without `/v1`."""
    actions: Mapping[str, Who]
    """Action → who. `read`, `create`, `update` and `delete` belong to GET, POST, PATCH and DELETE, at or below the path."""
    steps: Mapping[str, str] = field(default_factory=dict)
    """`METHOD rest` → action, for routes whose action is another one than their method's; `rest` is what comes after the path."""
    reading: frozenset[str] = frozenset({LIST, READ})
    """Actions that change nothing."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A row of the table: who may take an action on a kind of record."""

    record: str
    action: str
    who: Who
    changes: bool
    """Whether the action changes anything."""
