"""Copying a program's dates: one statement, so that everything in a baseline is of one moment."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch

# The tasks are written and looked at by one statement: all of it sees the same revisions of all projects.
_COPY = """
    WITH here AS (
        SELECT rows.task_id, rows.project_id, tasks.name, tasks.kind, rows.early_start, rows.early_finish
        FROM program_schedule AS rows JOIN known_tasks AS tasks ON tasks.id = rows.task_id WHERE rows.program_id = $1
    ), kept AS (
        INSERT INTO baseline_tasks (baseline_id, organization_id, task_id, project_id, name, kind, early_start, early_finish)
        SELECT $2, $3, task_id, project_id, name, kind, early_start, early_finish FROM here
    ), projects AS (
        SELECT known.id, known.revision, known.granularity FROM components JOIN known_projects AS known ON known.id = components.project_id
        WHERE components.program_id = $1
    ), costs AS (
        SELECT project_id, currency, sum(amount) AS amount FROM known_budget_lines
        WHERE project_id IN (SELECT id FROM projects) GROUP BY project_id, currency
    ), lines AS (
        SELECT currency, sum(amount) AS amount FROM costs GROUP BY currency
    ), agreed AS (
        SELECT id, type, lag, CASE WHEN agreed IS NULL THEN needed_by ELSE (agreed->>'needed_by')::date END AS needed_by,
               CASE WHEN agreed IS NULL THEN promised_by ELSE (agreed->>'promised_by')::date END AS promised_by
        FROM dependencies WHERE program_id = $1 AND (
            state IN ('committed', 'at_risk', 'breached', 'delivered', 'accepted', 'disputed')
            OR state = 'renegotiating' AND agreed IS NOT NULL
        )
    )
    SELECT json_build_object(
        'positions', (SELECT coalesce(json_object_agg(id, revision ORDER BY id), '{}') FROM projects),
        'by_minute', (SELECT coalesce(bool_or(granularity = 'minute'), false) FROM projects),
        'bac', (SELECT coalesce(json_agg(json_build_array(amount::text, currency) ORDER BY currency), '[]') FROM lines),
        'budgets', (SELECT coalesce(json_agg(json_build_array(project_id, amount::text, currency) ORDER BY project_id, currency), '[]') FROM costs),
        'dependencies', (SELECT count(*) FROM agreed),
        'agreed', (
            SELECT coalesce(json_agg(json_build_object('id', id, 'needed_by', needed_by, 'promised_by', promised_by) ORDER BY id), '[]')
            FROM agreed
        ),
        'tasks', (SELECT count(*) FROM here),
        'start', (SELECT min(early_start) FROM here),
        'finish', (SELECT max(early_finish) FROM here),
        'hash', (
            SELECT encode(sha256(convert_to(coalesce(string_agg(said, E'\\n' ORDER BY part, said), ''), 'UTF8')), 'hex') FROM (
                SELECT 1 AS part, concat_ws('|', task_id, project_id, kind, early_start, early_finish, name) AS said FROM here
                UNION ALL SELECT 2, concat_ws('|', project_id, currency, amount) FROM costs
                UNION ALL SELECT 3, concat_ws('|', id, type, lag, coalesce(needed_by::text, '-'), coalesce(promised_by::text, '-')) FROM agreed
            ) AS content
        )
    )::text
"""


async def copy_dates(
    session: AsyncSession, program_id: UUID, baseline_id: UUID, organization_id: UUID
) -> dict[str, Any]:
    """Copy every task's dates to the baseline. Answers positions, start and finish (instants or none), sums, and the content's hash."""
    (row,) = await fetch(session, _COPY, program_id, baseline_id, organization_id)
    copied: dict[str, Any] = orjson.loads(row[0])
    return copied
