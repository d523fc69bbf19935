"""NATS subjects: `interlock.<stream>.<org>.<boundary>.<record>.<happened>`.

The boundary is the project or the program whose revision the event belongs to. What belongs to the organisation's
goal tree has the word `strategy` there, what belongs to its long work (its jobs) the word `work`: an organisation has one of
each, so their boundary id is the organisation's id.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self
from uuid import UUID

PREFIX = "interlock"


class Stream(StrEnum):
    """A JetStream stream; project-svc alone writes the one, program-svc alone the other."""

    PROJECT = "PROJECT"
    PROGRAM = "PROGRAM"

    @property
    def token(self) -> str:
        """The second token of its subjects, and of its event types."""
        return self.lower()

    @property
    def subjects(self) -> str:
        """The filter that matches every subject of the stream."""
        return f"{PREFIX}.{self.token}.>"

    @property
    def source(self) -> str:
        """CloudEvents `source`: the service that writes the stream."""
        return f"/{self.token}-svc"


class BoundaryKind(StrEnum):
    """Inside one boundary, revisions are numbered from 1 without gaps."""

    PROJECT = "project"
    PROGRAM = "program"
    STRATEGY = "strategy"
    WORK = "work"

    @property
    def stream(self) -> Stream:
        """The stream that its events are in."""
        return Stream.PROJECT if self in {BoundaryKind.PROJECT, BoundaryKind.WORK} else Stream.PROGRAM

    @property
    def is_the_organizations(self) -> bool:
        """Whether an organisation has one of it."""
        return self in {BoundaryKind.STRATEGY, BoundaryKind.WORK}


_ONE_EACH = {
    stream: {kind.value for kind in BoundaryKind if kind.is_the_organizations and kind.stream is stream}
    for stream in Stream
}


class MalformedSubject(ValueError):
    """The text is not a subject of ours."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Where an event is published. `boundary_id` is the organisation's id where an organisation has one such boundary."""

    boundary_kind: BoundaryKind
    boundary_id: UUID
    organization_id: UUID
    record: str
    happened: str

    @property
    def stream(self) -> Stream:
        """The stream that takes it."""
        return self.boundary_kind.stream

    def __str__(self) -> str:
        is_the_one = self.boundary_kind.is_the_organizations
        boundary = self.boundary_kind.value if is_the_one else str(self.boundary_id)
        return f"{PREFIX}.{self.stream.token}.{self.organization_id}.{boundary}.{self.record}.{self.happened}"

    @classmethod
    @lru_cache(maxsize=4096)  # a project's events come on a handful of subjects, one after the other
    def parse(cls, text: str) -> Self:
        """Read a subject; raises `MalformedSubject`."""
        try:
            prefix, stream_token, organization, boundary, record, happened = text.split(".")
            stream = Stream(stream_token.upper())
            organization_id = UUID(organization)
            if boundary in _ONE_EACH[stream]:
                kind, boundary_id = BoundaryKind(boundary), organization_id
            else:
                kind, boundary_id = BoundaryKind(stream_token), UUID(boundary)
        except ValueError as error:
            raise MalformedSubject(f"Not an event subject: {text}") from error
        if prefix != PREFIX or not record or not happened:
            raise MalformedSubject(f"Not an event subject: {text}")
        return cls(kind, boundary_id, organization_id, record, happened)
