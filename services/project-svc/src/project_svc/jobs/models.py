"""A job: work that takes longer than a request. Its tables, its states, and its shape on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field as ShapeField
from pydantic import JsonValue
from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from chassis.problem import Conflict, ProblemDocument
from contracts.project_events.jobs import JobFields, JobKind, JobState, JobStatus
from contracts.values import Label, Shape
from project_svc.records import DOCUMENT, INSTANT, REVISION, Row, words

OVER = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED})


class JobOver(Conflict):
    """The job has ended, so there is nothing to cancel; `legal` is empty."""

    slug, title = "job-over", "The job is over"


class Job(Row, table=True):
    """One job of an organisation.

    attempt: counts the workers that began it; what one of them writes stands only while it is the last. losses: how many of them
    died or failed over it. is_cancelling: somebody wants it to end.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_organization_id_created_at", "organization_id", "created_at"),)

    id: UUID = Field(primary_key=True)
    organization_id: UUID
    project_id: UUID | None = None
    kind: JobKind = Field(sa_type=words(JobKind))
    state: JobStatus = Field(sa_type=words(JobStatus))
    phase: str
    share: float
    asked: dict[str, Any] = Field(sa_type=DOCUMENT)
    result: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    problem: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT)
    requested_by: str
    correlation_id: str
    traceparent: str | None = None
    provenance: str | None = None
    """Through what it was asked for, as a header says it; for the audit log."""
    attempt: int = Field(default=0, sa_type=REVISION)
    losses: int = Field(default=0, sa_type=REVISION)
    is_cancelling: bool = False
    revision: int = Field(sa_type=REVISION)
    created_at: datetime = Field(sa_type=INSTANT)
    started_at: datetime | None = Field(default=None, sa_type=INSTANT)
    finished_at: datetime | None = Field(default=None, sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)

    def told(self) -> JobState:
        """The job as its events tell it."""
        return JobState(**self._fields(), problem=self.problem)

    def wire(self) -> "JobRead":
        """The job as answers show it."""
        return JobRead(
            **self._fields(),
            progress=JobProgress(phase=self.phase, share=self.share),
            result=self.result,
            problem=None if self.problem is None else _problem_of(self.problem),
        )

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in JobFields.model_fields}


def _problem_of(document: dict[str, Any]) -> ProblemDocument:
    """A problem document from its own JSON, where a field error's location is called `in`."""
    errors = [{"location": error["in"], **error} for error in document["errors"]]
    return ProblemDocument.model_validate(document | {"errors": errors})


class JobHistory(Row, table=True):
    """How many changes of an organisation's jobs have been told. Its row is locked last, after projects and jobs."""

    __tablename__ = "job_histories"

    organization_id: UUID = Field(primary_key=True)
    revision: int = Field(sa_type=REVISION)


class JobFile(Row, table=True):
    """A file that a job works on; it goes when the job is over."""

    __tablename__ = "job_files"

    job_id: UUID = Field(primary_key=True, foreign_key="jobs.id", ondelete="CASCADE")
    organization_id: UUID
    content: bytes = Field(sa_type=LargeBinary)


class JobProgress(Shape):
    """How far a job has come."""

    phase: Label
    share: float = ShapeField(ge=0, le=1, description="of the whole, 0 to 1")


class JobRead(JobFields):
    """A job. Ask again until its state is `succeeded`, `failed` or `cancelled`; `If-None-Match` makes that cheap."""

    progress: JobProgress
    result: dict[str, JsonValue] | None
    """What came of it, once it has succeeded; its form depends on the kind."""
    problem: ProblemDocument | None
    """Why it failed."""
