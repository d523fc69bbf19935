"""Doing a job: who begins it writes an attempt, and all that it does stands only while that attempt is the last one.

So a worker that was taken for dead and comes back finds that it has lost the job, whatever it still has in hand, and the effects of a job
are there once: they and its end are one transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis import outbox
from chassis.database import Database
from chassis.failures import from_driver
from chassis.problem import Problem
from contracts.project_events.jobs import JobKind, JobStatus
from contracts.provenance import Provenance
from project_svc.conflicts import CONFLICTS
from project_svc.jobs.models import OVER, Job, JobFile
from project_svc.jobs.telling import telling
from project_svc.records import now

MOST_LOSSES = 3
"""So many workers may die or fail over a job; then it has failed."""
TOLD_EVERY = 0.5
"""Seconds between two looks at the job's row, at least."""

log = structlog.stdlib.get_logger(__name__)


class JobGaveUp(Problem):
    """Several workers began the job, and none came to its end: a fault of ours."""

    slug, title = "job-gave-up", "The job could not be done"


class _Ended(Exception):
    """The job is to end here: it was cancelled, or another worker has it."""


class _Cancelled(_Ended):
    """Somebody called it off."""


class _Tried(Exception):
    """Ends a transaction that was only to be looked at."""


class RunningJob:
    """A job as the one who does it sees it."""

    def __init__(self, database: Database, job: Job) -> None:
        self.id = job.id
        self.kind = job.kind
        self.organization_id = job.organization_id
        self.project_id = job.project_id
        self.asked = job.asked
        self.requested_by = job.requested_by
        self._attempt = job.attempt
        self.origin = outbox.Origin(
            actor=job.requested_by,
            traceparent=job.traceparent,
            correlation_id=job.correlation_id,
            causation_id=None,
            provenance=Provenance.following(job.provenance, f"jobs/{job.id}"),
        )
        self._database = database
        self._told = float("-inf")
        self.is_finished = False

    async def tell(self, phase: str, share: float, *, at_once: bool = False) -> None:
        """Say how far it is; ends the job here if it was called off. Costs nothing when called often."""
        if not at_once and monotonic() - self._told < TOLD_EVERY:
            return
        self._told = monotonic()
        async with self._database.transaction(self.organization_id) as session:
            job = await self._mine(session)
            job.phase, job.share = phase, min(max(share, 0.0), 1.0)

    async def file(self) -> bytes:
        """The file that came with it."""
        async with self._database.transaction(self.organization_id) as session:
            file = await session.get(JobFile, self.id)
        if file is None:
            raise _Ended
        return file.content

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only looks."""
        async with self._database.transaction(self.organization_id) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction for what the job does, in the name of who asked for it. `finish` is its last step, and says whose it still is."""
        async with self._database.transaction(self.organization_id) as session:
            yield session
            await outbox.flush(session, self.origin)

    @asynccontextmanager
    async def trying(self) -> AsyncIterator[AsyncSession]:
        """A transaction of which nothing stays: what would happen can be seen in it."""
        with suppress(_Tried):
            async with self._database.transaction(self.organization_id) as session:
                yield session
                raise _Tried

    async def finish(self, session: AsyncSession, result: dict[str, Any], *, project_id: UUID | None = None) -> None:
        """The job is done, if this transaction commits."""
        job = await self._mine(session)
        async with telling(session, job):
            job.state, job.result, job.phase, job.share = JobStatus.SUCCEEDED, result, "done", 1.0
            job.project_id, job.finished_at = project_id or job.project_id, now()
        self.is_finished = True
        await session.execute(delete(JobFile).where(col(JobFile.job_id) == self.id))

    async def end(self, state: JobStatus, problem: Problem | None = None) -> None:
        """The job has come to another end, or waits for its next worker."""
        async with self._changing() as (session, job):
            job.state = JobStatus.CANCELLED if job.is_cancelling and state is JobStatus.QUEUED else state
            job.problem = None if problem is None else problem.document(job.correlation_id)
            if job.state in OVER:
                job.finished_at = now()
                await session.execute(delete(JobFile).where(col(JobFile.job_id) == self.id))

    async def lose(self) -> None:
        """It failed for no reason that the client could mend; it is tried again."""
        async with self._changing() as (_, job):
            job.state = JobStatus.QUEUED
            job.losses += 1

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[tuple[AsyncSession, Job]]:
        """A transaction that changes nothing but the job's row, whether it is called off or not."""
        async with self._database.transaction(self.organization_id) as session:
            job = await self._mine(session, even_if_cancelled=True)
            async with telling(session, job):
                yield session, job
            await outbox.flush(session, self.origin)

    async def _mine(self, session: AsyncSession, *, even_if_cancelled: bool = False) -> Job:
        """The job's row, locked, about to change. Raises _Ended if it is somebody else's by now, or called off."""
        job = await session.get(Job, self.id, with_for_update=True, populate_existing=True)
        if job is None or job.attempt != self._attempt or job.state is not JobStatus.RUNNING:
            raise _Ended
        if job.is_cancelling and not even_if_cancelled:
            raise _Cancelled
        job.revision += 1
        job.updated_at = now()
        return job


Handler = Callable[[RunningJob], Awaitable[None]]
"""Does a job, and calls `finish` in its last transaction. Raises Problem for what the client can mend."""


class Workshop:
    """Does the jobs that the queue hands out. handlers: where each kind is done, as `module:function`, imported when it is first asked for."""

    def __init__(self, database: Database, handlers: Mapping[JobKind, str]) -> None:
        self._database = database
        self._handlers = handlers

    async def do(self, organization_id: UUID, job_id: UUID) -> None:
        """Do a job, if there is anything left to do. Raises whatever it failed for if it is to be tried again."""
        job = await self._begin(organization_id, job_id)
        if job is None:
            return
        try:
            await self._run(job)
        except asyncio.CancelledError:
            await _quietly(job.end(JobStatus.QUEUED))
            raise
        except _Cancelled:
            await _quietly(job.end(JobStatus.CANCELLED))
        except _Ended:
            log.warning("a job went on without us", job=str(job_id))
        except Exception as error:
            problem = _problem_of(error)
            if problem is None:
                await _quietly(job.lose())
                raise
            await _quietly(job.end(JobStatus.FAILED, problem))

    async def _run(self, job: RunningJob) -> None:
        module, _, name = self._handlers[job.kind].partition(":")
        handler: Handler = getattr(import_module(module), name)
        await handler(job)
        if not job.is_finished:
            raise RuntimeError(f"{self._handlers[job.kind]} came to no end")

    async def _begin(self, organization_id: UUID, job_id: UUID) -> RunningJob | None:
        """Take the job; None if it is over, or has just been given up."""
        async with self._database.transaction(organization_id) as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is None or job.state in OVER:
                return None
            async with telling(session, job):
                if job.state is JobStatus.RUNNING:
                    job.losses += 1  # whoever had it has gone without a word
                job.attempt += 1
                job.revision += 1
                job.started_at = job.started_at or now()
                job.updated_at = now()
                job.state = JobStatus.RUNNING
            running = RunningJob(self._database, job)
            losses = job.losses
            await outbox.flush(session, running.origin)
        if losses >= MOST_LOSSES:
            await running.end(JobStatus.FAILED, JobGaveUp())
            return None
        return running


def _problem_of(error: Exception) -> Problem | None:
    """What the client can do something about; None for a fault of ours, or of the moment."""
    if isinstance(error, Problem):
        return error if error.status < 500 else None
    cause = getattr(getattr(error, "orig", None), "__cause__", None)
    problem = from_driver(cause or error, CONFLICTS)
    return problem if problem is not None and problem.status < 500 else None


async def _quietly(ending: Awaitable[None]) -> None:
    """Write an end down, unless somebody else has the job by now."""
    try:
        await ending
    except _Ended:
        log.warning("a job went on without us")
