"""Making a boundary's part of a picture anew from a snapshot of its owner."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.parking import Parked

Restore = Callable[[AsyncSession, UUID, UUID, dict[str, Any] | None], Awaitable[None]]


class StillBehind(Exception):
    """The snapshot is older than what is missing. Another time it will not be."""


@dataclass(frozen=True, slots=True)
class Restorer:
    """How one kind of boundary is restored.

    `path` is where its owner answers with a snapshot, with `{id}` for the boundary: a JSON object with the `revision` that it is true
    of. `restore(session, organization_id, boundary_id, snapshot)` replaces all that the picture holds of the boundary, in the
    organisation's context; None in place of the snapshot means that the boundary is gone. It may record events and never commits.
    """

    path: str
    restore: Restore


PASS_OVER: Final = None
"""In place of a Restorer, for a kind of which the picture holds nothing: a gap in it hides nothing, so it is passed over."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """A parked boundary and what it is to go on from. `snapshot` None: the owner no longer has it, or none is needed."""

    parked: Parked
    snapshot: dict[str, Any] | None = None

    @property
    def revision(self) -> int | None:
        """The revision that the snapshot is true of. Raises ValueError when it does not say."""
        if self.snapshot is None:
            return None
        revision = self.snapshot.get("revision")
        if not isinstance(revision, int) or revision < 1:
            raise ValueError(f"a snapshot without its revision: {revision!r}")
        return revision
