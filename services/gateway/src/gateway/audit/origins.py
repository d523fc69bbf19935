"""Where a change comes from, as the audit log tells it: the same members, whoever made the entry."""

from enum import StrEnum
from typing import Any

from contracts.provenance import Provenance

OURSELVES = "interlock"
"""The actor where nobody asked."""
OPERATOR = "operator"
"""The actor of a command on the server."""


class OriginKind(StrEnum):
    """What made a change."""

    REQUEST = "request"
    """A request made it itself."""
    SYSTEM = "system"
    """It followed from something: `cause` says from what, the other members from where the request came that began it, if one did."""
    OPERATOR = "operator"
    """A command on the server."""
    DATABASE = "database"
    """A statement in the gateway's database that no part of Interlock sent."""


def origin_of(kind: OriginKind, came: Provenance | None) -> dict[str, Any]:
    """The members of an entry's `origin`."""
    return {"kind": kind, **(came or Provenance()).model_dump(exclude={"credential"})}


def kind_of(actor: str, came: Provenance | None) -> OriginKind:
    """What made a change, by who is said to have made it and what is known of how it came in."""
    if actor == OPERATOR:
        return OriginKind.OPERATOR
    return OriginKind.REQUEST if came is not None and came.cause is None else OriginKind.SYSTEM
