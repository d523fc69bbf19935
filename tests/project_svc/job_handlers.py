"""Handlers of jobs that the tests of jobs do."""

import asyncio
from datetime import date

from chassis.identity import Identity
from chassis.problem import Conflict
from project_svc.projects.actions import create_project
from project_svc.projects.models import ProjectCreate


async def answer(job):
    async with job.writing() as session:
        await job.finish(session, {"answer": 42})


async def refuse(job):
    raise Conflict("Not like this.")


async def stumble(job):
    raise ZeroDivisionError


async def forget(job):
    await job.tell("thinking", 0.5, at_once=True)


async def wait(job):
    """Begin to write, and look up again and again, for ever."""
    async with job.writing() as session:
        await _project(job, session, "HALF")
        while True:
            await job.tell("waiting for ever", 0.5, at_once=True)
            await asyncio.sleep(0.01)


async def write(job):
    async with job.writing() as session:
        await _project(job, session, "MADE")
        await job.finish(session, {})


async def _project(job, session, key):
    identity = Identity(job.requested_by, job.organization_id, frozenset())
    body = ProjectCreate(key=key, name="Written by a job", start=date(2026, 3, 2), currency="EUR")
    await create_project(session, identity, body, is_preview=False)
