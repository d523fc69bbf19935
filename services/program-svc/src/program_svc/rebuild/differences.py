"""How the replica beside differs from the one in use, as far as networks depend on it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.beside import NEXT
from chassis.statements import fetch
from program_svc.network.settle import Changes
from program_svc.replica.models import CALENDARS, LINKS, PROJECTS, TASKS
from program_svc.replica.restore import CANCELLED

_SAYS_NOTHING = {"revision", "name", "key", "currency", "critical_float"}
"""Columns of which no date depends."""


@dataclass(slots=True)
class Difference:
    """What differs: by project the ids of changed and lost records, and which projects are gone."""

    changes: dict[UUID, Changes] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)


def _differing(table: Table) -> str:
    key = "id" if table is PROJECTS else "project_id"
    state = "new.state" if "state" in table.c else "NULL"
    names = [column.name for column in table.c if column.name not in _SAYS_NOTHING]
    new, old = (", ".join(f'{side}."{name}"' for name in names) for side in ("new", "old"))
    return f"""
        SELECT coalesce(new.{key}, old.{key}) AS project_id, coalesce(new.id, old.id) AS id, new.id IS NULL AS is_gone, {state} AS state
        FROM (SELECT * FROM {NEXT}.{table.name} WHERE $1::uuid[] IS NULL OR {key} = ANY($1::uuid[])) AS new
        FULL JOIN (SELECT * FROM public.{table.name} WHERE $1::uuid[] IS NULL OR {key} = ANY($1::uuid[])) AS old ON old.id = new.id
        WHERE ({new}) IS DISTINCT FROM ({old})
    """  # noqa: S608  (names of our own tables)


_DIFFERING = {table: _differing(table) for table in (PROJECTS, CALENDARS, TASKS, LINKS)}


async def differences(session: AsyncSession, project_ids: Collection[UUID] | None = None) -> Difference:
    """Of these projects, or of all of the session's organisation."""
    found = Difference()
    asked = None if project_ids is None else list(project_ids)
    for table, statement in _DIFFERING.items():
        for project_id, record_id, is_gone, state in await fetch(session, statement, asked):
            changes = found.changes.setdefault(project_id, Changes())
            changes.changed.add(project_id if table is CALENDARS else record_id)
            if table in (PROJECTS, TASKS) and (is_gone or state in CANCELLED):
                changes.lost.add(record_id)
            if table is PROJECTS and is_gone:
                found.gone.add(record_id)
    return found
