"""The kept sums, read."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import Record, fetch
from program_svc.rollups.scope import Scope

_NAMES = "currency, bac, contingency, actual, entries, emv, threats, open_risks"
_OF_PROGRAM = f"SELECT {_NAMES} FROM program_sums WHERE program_id = $1 ORDER BY currency"  # noqa: S608  (names of our own)
_OF_SOME = """
    SELECT currency, sum(bac) AS bac, sum(contingency) AS contingency, sum(actual) AS actual, sum(entries)::bigint AS entries,
           sum(emv) AS emv, sum(threats) AS threats, sum(open_risks)::bigint AS open_risks
    FROM project_sums WHERE project_id = ANY($1::uuid[]) GROUP BY currency ORDER BY currency
"""
_OF_EACH = f"SELECT project_id, {_NAMES} FROM project_sums WHERE project_id = ANY($1::uuid[]) ORDER BY currency"  # noqa: S608  (names of our own)


async def sums_of(session: AsyncSession, scope: Scope) -> list[Record]:
    """The sums over these projects, by currency."""
    if scope.seen is None:
        return list(await fetch(session, _OF_PROGRAM, scope.program_id))
    return list(await fetch(session, _OF_SOME, list(scope.seen)))


async def sums_of_each(session: AsyncSession, project_ids: Collection[UUID]) -> list[Record]:
    """The sums of each of these projects, by project and currency."""
    return list(await fetch(session, _OF_EACH, list(project_ids)))
