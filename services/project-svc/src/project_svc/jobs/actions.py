"""Asking for a job, and calling it off."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col

from chassis import work_queue
from chassis.authority import sees_project
from chassis.identity import Identity
from chassis.problem import Forbidden, NotFound
from chassis.unit_of_work import UnitOfWork
from contracts.project_events.jobs import JobKind, JobStatus
from contracts.vocabulary import OrganizationRole
from project_svc.jobs.models import OVER, Job, JobFile, JobOver
from project_svc.jobs.telling import tell_of_new, telling
from project_svc.records import new_id, now

SERVICE = "project-svc"
KEPT = timedelta(days=30)
"""A job that is over, with its result."""


async def ask_for(
    unit: UnitOfWork, kind: JobKind, asked: dict[str, Any], *, project_id: UUID | None = None, file: bytes | None = None
) -> Job:
    """Ask for a job; a worker begins it when this transaction has committed. Forgets the organisation's oldest ones."""
    session, organization_id, at = unit.session, unit.identity.organization_id, now()
    await session.execute(delete(Job).where(col(Job.finished_at) < at - KEPT))
    job = Job(
        id=new_id(),
        organization_id=organization_id,
        project_id=project_id,
        kind=kind,
        state=JobStatus.QUEUED,
        phase="waiting",
        share=0.0,
        asked=asked,
        requested_by=unit.identity.subject,
        correlation_id=unit.origin.correlation_id,
        traceparent=unit.origin.traceparent,
        provenance=None if unit.origin.provenance is None else unit.origin.provenance.header(),
        revision=1,
        created_at=at,
        updated_at=at,
    )
    session.add(job)
    await session.flush()
    if file is not None:
        session.add(JobFile(job_id=job.id, organization_id=organization_id, content=file))
        await session.flush()
    await work_queue.ask(session, SERVICE, organization_id, job.id)
    await tell_of_new(session, job)
    return job


def may_see(identity: Identity, requested_by: str, project_id: UUID | None) -> bool:
    """Whether somebody sees a job that this one asked for, about this project. Who lost sight of the project no longer sees what was found in it."""
    if project_id is None:
        return identity.sees_all or (requested_by == identity.subject and not identity.is_restricted)
    return sees_project(identity, project_id)


async def cancel_job(unit: UnitOfWork, job_id: UUID) -> Job:
    """Call a job off: at once while it waits, else as soon as its worker looks up. Raises NotFound, Forbidden, JobOver (409)."""
    job = await unit.session.get(Job, job_id, with_for_update=True)
    if job is None or not may_see(unit.identity, job.requested_by, job.project_id):
        raise NotFound
    if job.requested_by != unit.identity.subject and OrganizationRole.ADMIN not in unit.identity.roles:
        raise Forbidden("Who asked for a job calls it off, or an admin.")
    if job.state in OVER:
        raise JobOver(f"The job has {job.state}.", legal=[])
    at = now()
    async with telling(unit.session, job):
        if job.state is JobStatus.QUEUED:
            job.state, job.finished_at = JobStatus.CANCELLED, at
            await unit.session.execute(delete(JobFile).where(col(JobFile.job_id) == job.id))
        if not job.is_cancelling:
            job.is_cancelling, job.updated_at = True, at
            job.revision += 1
    await unit.session.flush()
    return job
