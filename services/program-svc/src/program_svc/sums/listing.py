"""Keeping the projects and risks of programs in the orders in which pages of them are read: a page is then found without looking at the rest."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import execute

_FORGET_PROJECTS = """
    DELETE FROM listed_projects AS listed WHERE project_id = ANY($1::uuid[]) AND NOT EXISTS (
        SELECT 1 FROM components JOIN known_projects AS known ON known.id = components.project_id
        WHERE components.program_id = listed.program_id AND known.id = listed.project_id
    )
"""
_FORGET_RISKS = """
    DELETE FROM listed_risks AS listed WHERE project_id = ANY($1::uuid[]) AND NOT EXISTS (
        SELECT 1 FROM components JOIN known_risks AS known ON known.project_id = components.project_id
        WHERE components.program_id = listed.program_id AND known.id = listed.risk_id
    )
"""
_LIST_PROJECTS = """
    INSERT INTO listed_projects AS listed (program_id, project_id, organization_id, key, name)
    SELECT components.program_id, known.id, known.organization_id, known.key, known.name
    FROM components JOIN known_projects AS known ON known.id = components.project_id WHERE known.id = ANY($1::uuid[])
    ON CONFLICT (program_id, project_id) DO UPDATE SET key = excluded.key, name = excluded.name
    WHERE (listed.key, listed.name) <> (excluded.key, excluded.name)
"""
_LIST_RISKS = """
    INSERT INTO listed_risks AS listed (program_id, risk_id, organization_id, project_id, emv, title)
    SELECT components.program_id, known.id, known.organization_id, known.project_id, known.emv, known.title
    FROM components JOIN known_risks AS known ON known.project_id = components.project_id WHERE known.project_id = ANY($1::uuid[])
    ON CONFLICT (program_id, risk_id) DO UPDATE SET emv = excluded.emv, title = excluded.title
    WHERE (listed.emv, listed.title) <> (excluded.emv, excluded.title)
"""


async def list_anew(session: AsyncSession, project_ids: Collection[UUID]) -> None:
    """These projects or their risks have changed, or whether they are in a program. The sums of their programs are locked.

    Rows that are as they should be stay untouched.
    """
    if not project_ids:
        return
    ids = list(project_ids)
    for statement in (_FORGET_PROJECTS, _FORGET_RISKS, _LIST_PROJECTS, _LIST_RISKS):
        await execute(session, statement, ids)
