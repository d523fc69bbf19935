"""`/jobs`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import Forbidden, NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute, Unit
from contracts.values import Id
from project_svc.jobs import actions
from project_svc.jobs.models import Job, JobKind, JobOver, JobRead, JobStatus
from project_svc.projects.locked import may_write

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=TransactionRoute)

ORDER = Order(columns={"created_at": col(Job.created_at)}, default="-created_at", identity=col(Job.id))


class JobQuery(PageQuery):
    """Which jobs."""

    kind: JobKind | None = None
    state: JobStatus | None = None
    project_id: Id | None = None


@router.get("")
async def list_jobs(session: Session, query: Annotated[JobQuery, Query()]) -> Page[JobRead]:
    """The organisation's jobs of the last 30 days, the newest first. Sort by `created_at`."""
    statement = select(Job)
    for name in ("kind", "state", "project_id"):
        if (wanted := getattr(query, name)) is not None:
            statement = statement.where(col(getattr(Job, name)) == wanted)
    rows, following = await page(session, statement, query, ORDER)
    return Page(items=[row.wire() for row in rows], next=following)


@router.get("/{job_id}", responses=responses(NotFound))
async def read_job(job_id: Id, session: Session, response: Response) -> JobRead:
    """One job: how far it is, and what came of it."""
    job = await session.get(Job, job_id)
    if job is None:
        raise NotFound
    stamp(response, job)
    return job.wire()


@router.post("/{job_id}/cancel", status_code=202, responses=responses(NotFound, Forbidden, JobOver))
async def cancel_job(job_id: Id, unit: Unit, response: Response) -> JobRead:
    """Call a job off. What it has written by then stays; one that is under way ends within a few seconds."""
    may_write(unit)
    job = await actions.cancel_job(unit, job_id)
    stamp(response, job)
    return job.wire()


def accepted(job: Job, response: Response) -> JobRead:
    """The answer of a route that asked for a job: 202, and where to look for it."""
    response.headers["Location"] = f"/jobs/{job.id}"
    stamp(response, job)
    return job.wire()
