"""What was changed of a plan, from the last revision back: each event carries what its record was before.

Events are kept as long as the outbox keeps them, a month; before that, nobody knows. What was imposed from outside is no event of the
project and is kept beside them (`project_svc.imposed.history`).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson

from chassis.statements import Record, fetch, fetch_row
from contracts.schedules import Cause
from project_svc.projects.reading import ReadProject
from project_svc.tasks.models import LIMITS, SCHEDULED_FROM

WINDOW, WIDER, WIDEST = 20, 4, 500
"""Revisions that are read at once: few at first, since most dates moved lately, then so many times more each time, up to the last."""
FROM = {
    "task": SCHEDULED_FROM | LIMITS,
    "link": frozenset({"type", "lag", "lag_calendar"}),
    "calendar": frozenset({"shifts", "exceptions", "days_off"}),
    "project": frozenset({"start", "deadline", "data_date", "calendar_id", "progress_logic"}),
}
"""Records whose events tell of a plan, and the fields that dates and floats are computed from."""
CAUSES = {"task": "task_id", "link": "link_id", "calendar": "calendar_id", "imposed": "dependency_id"}

# A unique index begins with the day; named one by one, the days lead to their partitions and into that index.
_EVENTS = """
    FROM outbox
    WHERE boundary_id = $1 AND created_on = ANY (ARRAY(SELECT current_date - day FROM generate_series(-1, 33) AS day))
"""
_FIRST = f"SELECT min(revision) AS revision {_EVENTS}"
_CHANGES = f"""
    SELECT revision, position, split_part(subject, '.', 5) AS record, split_part(subject, '.', 6) AS happened, payload, created_at AS at
    {_EVENTS} AND revision BETWEEN $2 AND $3 AND split_part(subject, '.', 5) = ANY ($4)
    UNION ALL
    SELECT revision, -row_number() OVER (PARTITION BY revision ORDER BY id DESC), 'imposed', '',
           convert_to(jsonb_build_object('id', dependency_id, 'previous', previous)::text, 'UTF8'), changed_at
    FROM imposed_changes WHERE project_id = $1 AND revision BETWEEN $2 AND $3
    ORDER BY revision DESC, position DESC
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class Change:
    """A record of a plan that came, changed or went. before: its state, as the event carries it; None where it was new."""

    record: str
    record_id: UUID
    before: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Revision:
    """What one revision changed of the plan, the last thing first."""

    number: int
    at: datetime
    project_id: UUID
    changes: Sequence[Change]

    def causes(self) -> dict[UUID, Cause]:
        """What was done, by the ids of what was changed by it, the first thing first: a link that went with its task is the task's."""
        gone = {each.record_id for each in self.changes if each.record == "task" and each.before is not None}
        causes: dict[UUID, Cause] = {}
        for each in reversed(self.changes):
            of = {} if each.record == "project" else {CAUSES[each.record]: each.record_id}
            if each.record == "link" and each.before is not None:
                ends = (UUID(each.before["predecessor_id"]), UUID(each.before["successor_id"]))
                of = next(({"task_id": end} for end in ends if end in gone), of)
            causes[each.record_id] = Cause.model_validate({"project_id": self.project_id, **of})
        return causes


async def revisions_of(project: ReadProject) -> AsyncIterator[Revision]:
    """Every revision that changed the plan, the last one first, as far back as events are kept."""
    oldest = await fetch_row(project.session, _FIRST, project.id)
    first = None if oldest is None else oldest["revision"]
    last, window = project.row.revision, WINDOW
    while first is not None and last >= first:
        since = max(first, last - window + 1)
        rows = await fetch(project.session, _CHANGES, project.id, since, last, list(FROM))
        for number, of_revision in groupby(rows, key=lambda row: int(row["revision"])):
            told = [*of_revision]
            changes = [change for row in told if (change := _change(row)) is not None]
            if changes:
                yield Revision(number, told[0]["at"], project.id, changes)
        last, window = since - 1, min(window * WIDER, WIDEST)


def _change(row: Record) -> Change | None:
    """What an event says was changed; None for one that changed nothing of a plan."""
    record, happened, told = row["record"], row["happened"], orjson.loads(row["payload"])
    if record == "imposed":
        return Change(record, UUID(told["id"]), told["previous"])
    state = told["record"]
    record_id = UUID(state["id"])
    if happened == "created":
        return None if record == "project" else Change(record, record_id, None)
    if happened == "deleted":
        return Change(record, record_id, state)
    if FROM[record].isdisjoint(told["changed"]):
        return None
    return Change(record, record_id, state | told["previous"])
