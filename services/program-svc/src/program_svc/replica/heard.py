"""What a batch of events says, collected and then written at once: a row that changes ten times in a batch is written once.

It lives as long as the transaction's session; an attempt that is given up takes it along.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.statements import execute
from program_svc.replica.models import (
    ACTUALS,
    BASELINES,
    BUDGET_LINES,
    CALENDARS,
    ISSUES,
    LINKS,
    OUTSIDE_LINKS,
    PROJECTS,
    RISKS,
    TASKS,
)
from program_svc.replica.rows import Row

CONTENTS = (CALENDARS, TASKS, LINKS, BUDGET_LINES, ACTUALS, RISKS, ISSUES, BASELINES, OUTSIDE_LINKS)
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
    """Write all that was heard, and hand it on; each of these projects is then known up to this revision, and locked until the transaction ends."""
    heard: Heard = session.info.pop(KEY, Heard())
    for table, ids in heard.gone.items():
        if ids:
            await execute(session, FORGET[table], list(ids))
    if heard.gone_projects:
        for table in CONTENTS:
            await execute(session, FORGET_ALL[table], list(heard.gone_projects))
    for table, rows in heard.kept.items():
        if rows:
            outbox.send_along(session, table.name, KEEP[table], orjson.dumps(list(rows.values()), default=str).decode())
    if reached := sorted(revisions.items()):
        outbox.send_along(session, PROJECTS.name, ADVANCE, [id_ for id_, _ in reached], [at for _, at in reached])
    await outbox.catch_up(session)
    return heard


def _keep(table: Table) -> str:
    """Insert or overwrite rows, given as a JSON array of objects: column → value."""
    names = [f'"{column.name}"' for column in table.c]
    overwritten = ", ".join(f"{name} = excluded.{name}" for name in names if name != '"id"')
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(names)}"  # noqa: S608  (names of our own tables)
        f" FROM json_populate_recordset(NULL::{table.name}, $1::text::json) ON CONFLICT (id) DO UPDATE SET {overwritten}"
    )


KEEP = {table: _keep(table) for table in (PROJECTS, *CONTENTS)}
FORGET = {table: f"DELETE FROM {table.name} WHERE id = ANY($1::uuid[])" for table in (PROJECTS, *CONTENTS)}  # noqa: S608  (our own tables)
FORGET_ALL = {table: f"DELETE FROM {table.name} WHERE project_id = ANY($1::uuid[])" for table in CONTENTS}  # noqa: S608  (our own tables)
ADVANCE = """
    UPDATE known_projects SET revision = reached.revision
    FROM unnest($1::uuid[], $2::bigint[]) AS reached (project_id, revision) WHERE id = reached.project_id
"""
