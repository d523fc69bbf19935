"""Does what was asked of the work queue, as the worker does it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from service_kit import RolledBack
from sqlalchemy import text

from project_svc.jobs.kinds import HANDLERS
from project_svc.jobs.running import Workshop

Work = Callable[[UUID], Awaitable[None]]

_ASKED = text("SELECT convert_from(payload, 'UTF8')::json FROM outbox WHERE stream = 'WORK_PROJECT_SVC' ORDER BY pos")


def worker(database: RolledBack) -> Work:
    """Does what an organisation has asked for, each piece once."""
    done: set[str] = set()

    async def do_all(organization_id: UUID) -> None:
        async with database.transaction(organization_id) as session:
            waiting = [each["work_id"] for each in await session.scalars(_ASKED)]
        for job_id in waiting:
            if job_id not in done:
                done.add(job_id)
                await Workshop(database, HANDLERS).do(organization_id, UUID(job_id))

    return do_all
