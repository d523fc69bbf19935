"""NATS subjects: `interlock.<stream>.<org>.<boundary>.<record>.<happened>`.

The boundary is the project or the program whose revision the event belongs to. What belongs to the organisation's
goal tree has the word `strategy` there: an organisation has one, so its boundary id is the organisation's id.
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
        return self.value.lower()

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

    @property
    def stream(self) -> Stream:
        """The stream that its events are in."""
        return Stream.PROJECT if self is BoundaryKind.PROJECT else Stream.PROGRAM


class MalformedSubject(ValueError):
    """The text is not a subject of ours."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Where an event is published. `boundary_id` of a strategy is its organisation's id."""

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
        is_strategy = self.boundary_kind is BoundaryKind.STRATEGY
        boundary = self.boundary_kind.value if is_strategy else str(self.boundary_id)
        return f"{PREFIX}.{self.stream.token}.{self.organization_id}.{boundary}.{self.record}.{self.happened}"

    @classmethod
    @lru_cache(maxsize=4096)  # a project's events come on a handful of subjects, one after the other
    def parse(cls, text: str) -> Self:
        """Read a subject; raises `MalformedSubject`."""
        try:
            prefix, stream_token, organization, boundary, record, happened = text.split(".")
            stream = Stream(stream_token.upper())
            organization_id = UUID(organization)
            if stream is Stream.PROGRAM and boundary == BoundaryKind.STRATEGY:
                kind, boundary_id = BoundaryKind.STRATEGY, organization_id
            else:
                kind, boundary_id = BoundaryKind(stream_token), UUID(boundary)
        except ValueError as error:
            raise MalformedSubject(f"Not an event subject: {text}") from error
        if prefix != PREFIX or not record or not happened:
            raise MalformedSubject(f"Not an event subject: {text}")
        return cls(kind, boundary_id, organization_id, record, happened)
