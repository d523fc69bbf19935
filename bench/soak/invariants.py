"""What must hold when the dust has settled: written = published = projected = delivered, nothing lost, doubled, reordered, or left waiting.

Knows nothing of databases and streams: it judges lists.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

Place: TypeAlias = tuple[int, int]
"""Revision, and position within it."""


class Told(NamedTuple):
    """An event, wherever it was seen."""

    id: str
    boundary: str
    revision: int
    position: int

    @property
    def place(self) -> Place:
        return self.revision, self.position


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found after a run."""

    written: Sequence[Told]
    """The rows of the outboxes."""
    published: Sequence[Told]
    """The messages of the streams, in their order."""
    projected: Mapping[str, Place]
    """How far the other service has applied each boundary."""
    delivered: Mapping[str, Sequence[Told]]
    """What each listener got, in the order in which it came."""
    unordered: Collection[str] = ()
    """The listeners that are promised no order, and that an event may come twice."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """How many events, boundaries or deliveries wait for something, by what they wait for."""
    differing: int = 0
    """Records of which the replica says something else than their owner."""
    pictures: Mapping[str, bool] = field(default_factory=dict)
    """Whether the program's picture is the same, byte for byte, as one that came about in another way."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The report: what was counted, and what is wrong with it. `wrong` is empty if every invariant holds."""

    counts: Mapping[str, int]
    wrong: Sequence[str]

    @property
    def holds(self) -> bool:
        return not self.wrong


def findings(evidence: Evidence) -> Findings:
    """Count and judge."""
    projected = [told for told in evidence.written if told.place <= evidence.projected.get(told.boundary, (0, 0))]
    ours = {told.id for told in evidence.written}
    counts = {
        "written": len(evidence.written),
        "published": len({told.id for told in evidence.published}),
        "projected": len(projected),
        **{f"delivered: {name}": len({told.id for told in heard}) for name, heard in evidence.delivered.items()},
    }
    wrong = [] if evidence.written else ["nothing was written"]
    wrong += [
        f"{name}: {number} of {counts['written']}" for name, number in counts.items() if number != counts["written"]
    ]
    for name, heard in {"published": evidence.published, **evidence.delivered}.items():
        ids = Counter(told.id for told in heard)
        found = {
            "lost": len(ours - ids.keys()),
            "of nobody": len(ids.keys() - ours),
            "doubled": len(heard) - len(ids),
            "boundaries out of order": _disordered(heard),
        }
        if name in evidence.unordered:
            counts[f"{name}: sent again"] = found.pop("doubled")
            found.pop("boundaries out of order")
        counts |= {f"{name}: {what}": number for what, number in found.items()}
        wrong += [f"{name}: {number} {what}" for what, number in found.items() if number]
    another = {f"picture other than {way}": int(not is_same) for way, is_same in evidence.pictures.items()}
    left = {**evidence.waiting, "records that differ": evidence.differing, **another}
    return Findings(counts | left, [*wrong, *(f"{number} {what}" for what, number in left.items() if number)])


def _disordered(heard: Sequence[Told]) -> int:
    """How many boundaries' events did not come in the order of their places."""
    last: dict[str, Place] = {}
    disordered: set[str] = set()
    for told in heard:
        if told.place <= last.get(told.boundary, (0, 0)):
            disordered.add(told.boundary)
        last[told.boundary] = max(told.place, last.get(told.boundary, (0, 0)))
    return len(disordered)
