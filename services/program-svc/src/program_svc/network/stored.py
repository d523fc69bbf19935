"""The program's early dates as its table keeps them: read as they are, changed where they differ.

Two kinds of change: a task that moved takes its new dates and remembers the old ones; one that stays where it is, held there by
something else, keeps what it remembers. Both go to the database with the program's events; no task is in two of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.statements import fetch
from contracts.schedules import Cause
from program_svc.network.moves import StoredRow


@dataclass(frozen=True, slots=True)
class Moved:
    """A task's new row, the one before if there was one, and the cause of the move."""

    task_id: UUID
    row: StoredRow
    was: StoredRow | None
    cause: Cause


_TABLE = "program_schedule"
_READ = """
    SELECT task_id, project_id, early_start, early_finish, driving_link_id, driving_dependency_id
    FROM program_schedule WHERE program_id = $1
"""
# A task that is new remembers no move.
_MOVE = """
    INSERT INTO program_schedule AS kept (
        program_id, organization_id, task_id, project_id, early_start, early_finish, driving_link_id, driving_dependency_id,
        moved_revision, previous_early_start, previous_early_finish, cause
    )
    SELECT $1, $2, task_id, project_id, early_start, early_finish, driving_link_id, driving_dependency_id,
           CASE WHEN previous_early_start IS NOT NULL THEN $3::bigint END, previous_early_start, previous_early_finish, cause::jsonb
    FROM unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[], $8::uuid[], $9::uuid[], $10::bigint[], $11::bigint[], $12::text[])
         AS moved (task_id, project_id, early_start, early_finish, driving_link_id, driving_dependency_id,
                   previous_early_start, previous_early_finish, cause)
    ON CONFLICT (program_id, task_id) DO UPDATE SET
        project_id = excluded.project_id, early_start = excluded.early_start, early_finish = excluded.early_finish,
        driving_link_id = excluded.driving_link_id, driving_dependency_id = excluded.driving_dependency_id,
        moved_revision = excluded.moved_revision, previous_early_start = excluded.previous_early_start,
        previous_early_finish = excluded.previous_early_finish, cause = excluded.cause
"""
_HOLD = """
    UPDATE program_schedule AS kept
    SET driving_link_id = held.driving_link_id, driving_dependency_id = held.driving_dependency_id
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS held (task_id, driving_link_id, driving_dependency_id)
    WHERE kept.program_id = $1 AND kept.task_id = held.task_id
"""
_FORGET = "DELETE FROM program_schedule WHERE program_id = $1 AND task_id = ANY($2::uuid[])"


async def stored_rows(session: AsyncSession, program_id: UUID) -> dict[UUID, StoredRow]:
    """The program's rows by task."""
    rows = await fetch(session, _READ, program_id)
    return {row["task_id"]: StoredRow(*row[1:]) for row in rows}


def forget_rows(session: AsyncSession, program_id: UUID, gone: Collection[UUID]) -> None:
    """Remove the rows of tasks that are no longer in the network."""
    outbox.send_along(session, f"{_TABLE}: forgotten", _FORGET, program_id, list(gone))


def move_rows(
    session: AsyncSession, program_id: UUID, organization_id: UUID, revision: int, moves: Sequence[Moved]
) -> None:
    """Write the rows of tasks that moved at this revision of the program, or are new."""
    rows, before = [move.row for move in moves], [move.was for move in moves]
    outbox.send_along(
        session,
        f"{_TABLE}: moved",
        _MOVE,
        program_id,
        organization_id,
        revision,
        [move.task_id for move in moves],
        *map(list, zip(*rows, strict=True)),
        [None if was is None else was.early_start for was in before],
        [None if was is None else was.early_finish for was in before],
        [None if move.was is None else orjson.dumps(move.cause.model_dump(mode="json")).decode() for move in moves],
    )


def hold_rows(session: AsyncSession, program_id: UUID, rows: Mapping[UUID, StoredRow]) -> None:
    """Write what drives tasks that have not moved."""
    outbox.send_along(
        session,
        f"{_TABLE}: held",
        _HOLD,
        program_id,
        list(rows),
        [row.driving_link_id for row in rows.values()],
        [row.driving_dependency_id for row in rows.values()],
    )
