"""What happens to jobs, told as events: an organisation's work is one boundary, and each change takes its next revision."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from contracts.project_events.jobs import JobCreated, JobEvent, JobUpdated
from contracts.project_events.shared_calendars import SharedCalendarEvent
from contracts.subjects import BoundaryKind
from project_svc.jobs.models import Job

_NEXT = text(
    "INSERT INTO job_histories AS told (organization_id, revision) VALUES (:organization_id, 1)"
    " ON CONFLICT (organization_id) DO UPDATE SET revision = told.revision + 1 RETURNING revision"
)


async def tell_of_new(session: AsyncSession, job: Job) -> None:
    """The job has been asked for."""
    await tell(session, job.organization_id, JobCreated.of(job.told()))


@asynccontextmanager
async def telling(session: AsyncSession, job: Job) -> AsyncIterator[None]:
    """What the block changes of the job is told, if it is more than how far it is. The last thing that its transaction does."""
    before = job.told()
    yield
    event = JobUpdated.between(before, job.told())
    if event.data.changed:
        await tell(session, job.organization_id, event)


async def tell(session: AsyncSession, whose: UUID, event: JobEvent | SharedCalendarEvent) -> None:
    """Something happened that belongs to an organisation's work. The last thing that a transaction does: it locks the boundary."""
    revision = (await session.execute(_NEXT, {"organization_id": whose})).scalar_one()
    outbox.record(session, outbox.Boundary(BoundaryKind.WORK, whose, whose, revision), event)
