"""The fidelity report: every field that a file held and the document does not hold as it was, by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Loss(StrEnum):
    """Left out, or kept in another form."""

    DROPPED = "dropped"
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True)
class Finding:
    """One field of one kind of record. source_ids: the records that it was found on, in the file's order."""

    loss: Loss
    record: str
    field: str
    reason: str
    source_ids: tuple[str, ...]


class FidelityReport:
    """Grows while a file is read or written; iterating gives findings in the order in which they first came up."""

    def __init__(self) -> None:
        self._found: dict[tuple[Loss, str, str, str], dict[str, None]] = {}

    def dropped(self, record: str, field: str, source_id: str, reason: str) -> None:
        self._add(Loss.DROPPED, record, field, source_id, reason)

    def converted(self, record: str, field: str, source_id: str, reason: str) -> None:
        self._add(Loss.CONVERTED, record, field, source_id, reason)

    def __iter__(self) -> Iterator[Finding]:
        for (loss, record, field, reason), ids in self._found.items():
            yield Finding(loss, record, field, reason, tuple(ids))

    def __len__(self) -> int:
        return len(self._found)

    def of(self, record: str, field: str) -> list[Finding]:
        """What happened to one field of one kind of record."""
        return [finding for finding in self if (finding.record, finding.field) == (record, field)]

    def _add(self, loss: Loss, record: str, field: str, source_id: str, reason: str) -> None:
        self._found.setdefault((loss, record, field, reason), {})[source_id] = None
