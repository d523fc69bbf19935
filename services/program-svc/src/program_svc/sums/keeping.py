"""Keeping the sums of projects, and of the programs that they are in, and their orders as what they are made of changes.

A project's are summed up anew from its own records, a program's from those of its projects. Locks of sums come after those of programs:
who waits for sums holds no other one up.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import execute, fetch
from program_svc.sums.listing import list_anew
from program_svc.sums.models import KeptSums

SUMS = tuple(name for name in KeptSums.model_fields if name != "organization_id")
_NAMES = ", ".join(("organization_id", "currency", *SUMS))
_SUMMED = ", ".join(f"sum({name})" for name in SUMS)
_FORGET_PROJECTS = "DELETE FROM project_sums WHERE project_id = ANY($1::uuid[])"
_SUM_PROJECTS = f"""
    INSERT INTO project_sums (project_id, {_NAMES})
    SELECT project_id, organization_id, currency, {_SUMMED}
    FROM (
        SELECT project_id, organization_id, currency, amount AS bac, CASE WHEN contingency THEN amount ELSE 0 END AS contingency,
               0 AS actual, 1 AS entries, 0 AS emv, 0 AS threats, 0 AS open_risks
        FROM known_budget_lines WHERE project_id = ANY($1::uuid[])
        UNION ALL
        SELECT project_id, organization_id, currency, 0, 0, amount, 1, 0, 0, 0 FROM known_actuals WHERE project_id = ANY($1::uuid[])
        UNION ALL
        SELECT project_id, organization_id, currency, 0, 0, 0, 0, emv, CASE kind WHEN 'threat' THEN emv ELSE 0 END, 1
        FROM known_risks WHERE project_id = ANY($1::uuid[]) AND is_open
    ) AS amounts
    GROUP BY project_id, organization_id, currency
"""  # noqa: S608  (names of our own)
_PROGRAMS = "SELECT DISTINCT program_id FROM components WHERE project_id = ANY($1::uuid[])"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('program_sums ' || $1::uuid::text, 0))"
_FORGET_PROGRAMS = "DELETE FROM program_sums WHERE program_id = ANY($1::uuid[])"
_SUM_PROGRAMS = f"""
    INSERT INTO program_sums (program_id, {_NAMES})
    SELECT program_id, sums.organization_id, currency, {_SUMMED}
    FROM components JOIN project_sums AS sums USING (project_id) WHERE program_id = ANY($1::uuid[])
    GROUP BY program_id, sums.organization_id, currency
"""  # noqa: S608  (names of our own)


_ALL_PROJECTS = "SELECT id FROM known_projects UNION SELECT project_id FROM project_sums UNION SELECT project_id FROM listed_projects"
_ALL_PROGRAMS = "SELECT id FROM programs"


async def keep_project_sums(session: AsyncSession, project_ids: Collection[UUID]) -> None:
    """The records of these projects have changed, or are gone."""
    if not project_ids:
        return
    ids = list(project_ids)
    await execute(session, _FORGET_PROJECTS, ids)
    await execute(session, _SUM_PROJECTS, ids)
    await keep_program_sums(session, {row["program_id"] for row in await fetch(session, _PROGRAMS, ids)}, ids)


async def keep_all_sums(session: AsyncSession) -> None:
    """Of all projects and programs of the session's organisation."""
    await keep_project_sums(session, [row["id"] for row in await fetch(session, _ALL_PROJECTS)])
    await keep_program_sums(session, [row["id"] for row in await fetch(session, _ALL_PROGRAMS)], ())


async def keep_program_sums(
    session: AsyncSession, program_ids: Collection[UUID], project_ids: Collection[UUID]
) -> None:
    """The sums of these projects of these programs have changed, or whether they are in them."""
    for program_id in sorted(program_ids):
        await execute(session, _LOCK, program_id)
    if program_ids:
        ids = list(program_ids)
        await execute(session, _FORGET_PROGRAMS, ids)
        await execute(session, _SUM_PROGRAMS, ids)
    await list_anew(session, project_ids)
