"""Where a listener stands in both streams at once: `<epoch>-<sequence>`, the sequence being one number for each stream."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from contracts.subjects import Stream

_TEXT = re.compile(r"(?P<epoch>[0-9a-f]{12})-(?P<project>[0-9]{1,18})\.(?P<program>[0-9]{1,18})", re.ASCII)


class MalformedPosition(ValueError):
    """The text is not a position of ours."""


@dataclass(frozen=True, slots=True)
class Position:
    """Everything up to and including these sequences has been seen. It means something in its epoch only.

    Two streams have no common order, so one number cannot say where a listener of both stands; a pair can, in whatever order their
    events were interleaved on the way.
    """

    epoch: str
    project: int
    program: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.project}.{self.program}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a position. Raises MalformedPosition."""
        parts = _TEXT.fullmatch(text)
        if parts is None:
            raise MalformedPosition(f"not a position: {text[:60]!r}")
        return cls(parts["epoch"], int(parts["project"]), int(parts["program"]))

    def of(self, stream: Stream) -> int:
        """The sequence in one of the streams."""
        return self.project if stream is Stream.PROJECT else self.program

    def at(self, stream: Stream, sequence: int) -> Self:
        """The same, but standing at `sequence` in one of the streams."""
        if stream is Stream.PROJECT:
            return replace(self, project=sequence)
        return replace(self, program=sequence)

    def reaches(self, other: "Position") -> bool:
        """Whether it has seen all that `other` has."""
        return self.epoch == other.epoch and self.project >= other.project and self.program >= other.program


def epoch_of(created: Iterable[datetime]) -> str:
    """The epoch of streams that were created at these instants, in the order of `Stream`: another one as soon as one of them is another."""
    told = "|".join(at.isoformat() for at in created)
    return hashlib.sha256(told.encode()).hexdigest()[:12]
