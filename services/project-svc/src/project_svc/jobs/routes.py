"""`/jobs`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, or_, select

from chassis.etag import stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import Forbidden, NotFound, responses
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events.jobs import JobKind, JobStatus
from contracts.values import Id
from project_svc.jobs import actions
from project_svc.jobs.models import Job, JobOver, JobRead

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=TransactionRoute)

ORDER = Order(columns={"created_at": col(Job.created_at)}, default="-created_at", identity=col(Job.id))


class JobQuery(PageQuery):
    """Which jobs."""

    kind: JobKind | None = None
    state: JobStatus | None = None
    project_id: Id | None = None


@router.get("")
async def list_jobs(unit: Unit, query: Annotated[JobQuery, Query()]) -> Page[JobRead]:
    """Your jobs of the last 30 days, and those of projects that you see, the newest first. Sort by `created_at`."""
    statement = select(Job)
    if not unit.identity.sees_all:
        seen = col(Job.project_id).in_(unit.identity.projects.keys())
        statement = statement.where(or_(col(Job.requested_by) == unit.identity.subject, seen))
    statement = statement.where(*query.asked(Job, "kind", "state", "project_id"))
    rows, following = await page(unit.session, statement, query, ORDER)
    return Page(items=[row.wire() for row in rows], next=following)


@router.get("/{job_id}", responses=responses(NotFound))
async def read_job(job_id: Id, unit: Unit, response: Response) -> JobRead:
    """One job: how far it is, and what came of it."""
    job = await actions.find_job(unit, job_id)
    stamp(response, job)
    return job.wire()


@router.post("/{job_id}/cancel", status_code=202, responses=responses(NotFound, Forbidden, JobOver))
async def cancel_job(job_id: Id, unit: Unit, response: Response) -> JobRead:
    """Call a job off that you asked for; an admin, any. One that is under way ends within seconds and leaves nothing behind."""
    job = await actions.cancel_job(unit, job_id)
    stamp(response, job)
    return job.wire()


def accepted(job: Job, response: Response) -> JobRead:
    """The answer of a route that asked for a job: 202, and where to look for it."""
    response.headers["Location"] = f"/jobs/{job.id}"
    stamp(response, job)
    return job.wire()
