"""What a batch of events says, collected and then written at once: a row that changes ten times in a batch is written once.

It lives as long as the transaction's session; an attempt that is given up takes it along.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from program_svc.replica.models import ACTUALS, BUDGET_LINES, CALENDARS, LINKS, PROJECTS, RISKS, TASKS
from program_svc.replica.rows import Row

CONTENTS = (CALENDARS, TASKS, LINKS, BUDGET_LINES, ACTUALS, RISKS)
KEY = "program_svc.replica.heard"


@dataclass(slots=True)
class Heard:
    """The last word on each record: its row, or that it is gone."""

    kept: dict[Table, dict[UUID, Row]] = field(default_factory=dict)
    gone: dict[Table, set[UUID]] = field(default_factory=dict)
    gone_projects: set[UUID] = field(default_factory=set)

    def keep(self, table: Table, row: Row) -> None:
        """The record is like this now."""
        self.gone.get(table, set()).discard(row["id"])
        self.kept.setdefault(table, {})[row["id"]] = row

    def forget(self, table: Table, record_id: UUID) -> None:
        """The record is gone."""
        self.kept.get(table, {}).pop(record_id, None)
        self.gone.setdefault(table, set()).add(record_id)

    def forget_project(self, project_id: UUID) -> None:
        """The project is gone with its contents; nothing more will be heard of it."""
        self.forget(PROJECTS, project_id)
        for table in CONTENTS:
            rows = self.kept.get(table, {})
            self.kept[table] = {id_: row for id_, row in rows.items() if row["project_id"] != project_id}
        self.gone_projects.add(project_id)


def heard_in(session: AsyncSession) -> Heard:
    """What was heard in this transaction and is not written yet."""
    heard: Heard = session.info.setdefault(KEY, Heard())
    return heard


async def write_heard(session: AsyncSession, revisions: Mapping[UUID, int]) -> Heard:
    """Write all that was heard, and hand it on; each of these projects is then known up to this revision."""
    heard: Heard = session.info.pop(KEY, Heard())
    connection = await session.connection()
    for table, ids in heard.gone.items():
        if ids:
            await connection.execute(delete(table).where(table.c.id.in_(ids)))
    if heard.gone_projects:
        for table in CONTENTS:
            await connection.execute(delete(table).where(table.c.project_id.in_(heard.gone_projects)))
    for table, rows in heard.kept.items():
        if rows:
            await _upsert(connection, table, list(rows.values()))
    reached = [{"project_id": project_id, "reached": revision} for project_id, revision in sorted(revisions.items())]
    advance = update(PROJECTS).where(PROJECTS.c.id == bindparam("project_id")).values(revision=bindparam("reached"))
    await connection.execute(advance, reached)
    return heard


async def _upsert(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    statement = insert(table)
    overwritten = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    await connection.execute(statement.on_conflict_do_update(index_elements=[table.c.id], set_=overwritten), rows)
