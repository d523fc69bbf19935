"""`/jobs`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.etag import stamp
from chassis.paging import Order, Page, PageQuery
from chassis.problem import Forbidden, NotFound, responses
from chassis.short_cuts import Asked, short_cut
from chassis.statements import fetch_row
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events.jobs import JobKind, JobStatus
from contracts.values import Id
from project_svc.jobs import actions
from project_svc.jobs.models import Job, JobOver, JobRead
from project_svc.records import table_of
from project_svc.written import Form

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=TransactionRoute)

ORDER = Order(columns={"created_at": col(Job.created_at)}, default="-created_at", identity=col(Job.id))


class JobQuery(PageQuery):
    """Which jobs."""

    kind: JobKind | None = None
    state: JobStatus | None = None
    project_id: Id | None = None
    is_cancelling: bool | None = None


FORM = Form(
    table_of(Job),
    JobRead,
    ORDER,
    filters={"kind": "kind", "state": "state", "project_id": "project_id", "is_cancelling": "is_cancelling"},
    own={"progress": lambda record: {"phase": record["phase"], "share": record["share"]}},
)
READ = f"SELECT {FORM.columns} FROM jobs WHERE id = $1 AND organization_id = $2"  # noqa: S608  (names of our own)


async def _list(asked: Asked) -> Response:
    return await list_jobs(asked.unit, asked.query(JobQuery))


async def _read(asked: Asked) -> Response:
    asked.expect_no_query()
    return await read_job(asked.id("job_id"), asked.unit)


@router.get("", response_model=Page[JobRead])
@short_cut(_list)
async def list_jobs(unit: Unit, query: Annotated[JobQuery, Query()]) -> Response:
    """The jobs of the last 30 days of projects that you see, and yours that are of none, the newest first. Sort by `created_at`."""
    identity = unit.identity
    where: dict[str, object] = {"organization_id": identity.organization_id}
    if not identity.sees_all:
        where["((requested_by = {} AND project_id IS NULL) OR project_id = ANY({}))"] = (
            "" if identity.is_restricted else identity.subject,
            list(identity.projects),
        )
    return FORM.answer(*await FORM.records(unit, query, where))


@router.get("/{job_id}", response_model=JobRead, responses=responses(NotFound))
@short_cut(_read)
async def read_job(job_id: Id, unit: Unit) -> Response:
    """One job: how far it is, and what came of it."""
    record = await fetch_row(unit.session, READ, job_id, unit.identity.organization_id)
    if record is None or not actions.may_see(unit.identity, record["requested_by"], record["project_id"]):
        raise NotFound
    return FORM.answer_one(record)


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
