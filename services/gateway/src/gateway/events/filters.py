"""Which events somebody wants: what is asked of NATS, and what is left to look at here."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from uuid import UUID

from contracts.events import Event
from contracts.registry import EVENT_OF_TYPE
from contracts.subjects import PREFIX, BoundaryKind, Stream
from gateway.events.live_event import LiveEvent

MOST_SUBJECTS = 100
"""Beyond it the server would filter slower than we do."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Each part that is not empty must agree. Projects and programs are one part: an event belongs to one of either."""

    types: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()
    project_ids: frozenset[UUID] = frozenset()
    program_ids: frozenset[UUID] = frozenset()
    subjects: frozenset[str] = frozenset()

    @property
    def is_by_name(self) -> bool:
        """Whether it names something of which one may not see whether it is there."""
        return bool(self.subjects or self.project_ids or self.program_ids)

    def matches(self, event: LiveEvent) -> bool:
        """Whether the event is wanted."""
        return (
            (not self.types or event.type in self.types)
            and (not self.records or event.record in self.records)
            and (not self.subjects or event.envelope.subject in self.subjects)
            and self._is_of_boundary(event)
        )

    def nats_subjects(self, stream: Stream, organization_id: UUID) -> list[str]:
        """The subjects in which the wanted events of a stream are, and others perhaps; empty when the stream has none of them."""
        boundaries = self._boundaries(stream)
        kinds = [EVENT_OF_TYPE[name] for name in sorted(self.types) if name in EVENT_OF_TYPE]
        if self.types and not any(kind.boundary.stream is stream for kind in kinds):
            # A type that this version does not know may be there all the same: look at everything.
            return [] if len(kinds) == len(self.types) else self._joined(stream, organization_id, boundaries, ["*.*"])
        if self.types and len(kinds) == len(self.types):
            tails = sorted({_tail(kind) for kind in kinds if kind.boundary.stream is stream})
        else:
            tails = [f"{record}.*" for record in sorted(self.records)] or ["*.*"]
        return self._joined(stream, organization_id, boundaries, tails)

    def _joined(
        self, stream: Stream, organization_id: UUID, boundaries: Sequence[str], tails: Sequence[str]
    ) -> list[str]:
        start = f"{PREFIX}.{stream.token}.{organization_id}"
        if len(boundaries) * len(tails) > MOST_SUBJECTS:
            return [f"{start}.>"]
        return [f"{start}.{boundary}.{tail}" for boundary, tail in product(boundaries, tails)]

    def _boundaries(self, stream: Stream) -> list[str]:
        if not self.project_ids and not self.program_ids:
            return ["*"]
        ids = self.project_ids if stream is Stream.PROJECT else self.program_ids
        return sorted(str(each) for each in ids)

    def _is_of_boundary(self, event: LiveEvent) -> bool:
        if not self.project_ids and not self.program_ids:
            return True
        if event.boundary_kind is BoundaryKind.PROJECT:
            return event.boundary_id in self.project_ids
        return event.boundary_kind is BoundaryKind.PROGRAM and event.boundary_id in self.program_ids


EVERYTHING = EventFilter()


def _tail(kind: type[Event]) -> str:
    return f"{kind.record}.{kind.happened}"
