"""Jobs: work that takes longer than a request, and what becomes of it. All of an organisation's jobs are one boundary, its `work`."""

from enum import StrEnum

from pydantic import Field, JsonValue

from contracts.events import Event, RecordEvent
from contracts.subjects import BoundaryKind
from contracts.values import Id, Instant, Label, Shape


class JobKind(StrEnum):
    """What is done."""

    IMPORT = "import"
    SIMULATION = "simulation"
    LEVELLING = "levelling"


class JobStatus(StrEnum):
    """`queued → running → succeeded | failed`; `queued | running → cancelled`. A job whose worker ends is `queued` again."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobFields(Shape):
    """What events and answers say of a job alike."""

    id: Id
    organization_id: Id
    project_id: Id | None
    """The project that it is about; of an import, the one that it wrote."""
    kind: JobKind
    state: JobStatus
    is_cancelling: bool
    """Somebody wants it to end."""
    asked: dict[str, JsonValue]
    """What was asked for."""
    requested_by: Label
    revision: int = Field(description="of the job itself, which is its ETag; it grows with its progress as well")
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    updated_at: Instant


class JobState(JobFields):
    """A job as its events tell it; how far it is and what came of it: `GET /jobs/{id}`."""

    problem: dict[str, JsonValue] | None
    """Why it failed: a problem document."""


class JobEvent(RecordEvent[JobState]):
    """Something that happened to a job."""

    boundary = BoundaryKind.WORK
    record = "job"
    path = "jobs/{id}"


class JobCreated(JobEvent):
    """A job was asked for."""

    happened = "created"


class JobUpdated(JobEvent):
    """A job was begun, called off, or came to its end; not: got further."""

    happened = "updated"


EVENTS: tuple[type[Event], ...] = (JobCreated, JobUpdated)
"""Every event version of jobs."""
