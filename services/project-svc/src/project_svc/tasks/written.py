"""Tasks as they are read: from the driver's record to JSON, without an object or a shape in between.

The database holds what was valid when it was written; to check a hundred tasks again took forty times what reading them does. The form
is that of `contracts.project_events.TaskState`.
"""

from collections.abc import Sequence

import orjson
from fastapi import Response

from chassis.etag import etag_of
from chassis.paging import Computed
from chassis.statements import Record
from project_svc.shown import shown_duration, shown_hours, shown_number

COLUMNS = (
    "id, organization_id, project_id, external_source, external_id, parent_id, wbs_code, name, description, kind, duration,"
    " remaining_duration, calendar_id, minutes_per_day, mode, constraint_type, constraint_date, deadline, percent_complete, actual_start, actual_finish, state,"
    " quality_criteria, assignees, work_mode, planned_start, planned_finish, revision, created_at, updated_at"
)
WBS_ORDER = Computed(
    "wbs_order",
    r"regexp_replace(regexp_replace(wbs_code, '(\d+)', '0000000000\1', 'g'), '0+(\d{10})(?!\d)', '\1', 'g')"
    ' COLLATE "C"',
)
"""Codes in the order of the outline: every number in them in ten digits, so that their texts sort as the numbers do."""
OPTIONS = orjson.OPT_UTC_Z
"""Instants are written by orjson itself."""
READ = f"SELECT {COLUMNS} FROM tasks WHERE id = $1 AND project_id = $2 AND organization_id = $3"  # noqa: S608  (constants)


def written(record: Record) -> dict[str, object]:
    """One task in the form of the wire, for `orjson` with OPTIONS."""
    remaining, constrained, day = record["remaining_duration"], record["constraint_type"], record["minutes_per_day"]
    named = record["external_source"] is not None and record["external_id"] is not None
    return {
        "id": str(record["id"]),
        "organization_id": str(record["organization_id"]),
        "project_id": str(record["project_id"]),
        "external_ref": {"source": record["external_source"], "id": record["external_id"]} if named else None,
        "parent_id": None if record["parent_id"] is None else str(record["parent_id"]),
        "wbs_code": record["wbs_code"],
        "name": record["name"],
        "description": record["description"],
        "kind": record["kind"],
        "hours_per_day": shown_hours(day),
        "duration": shown_duration(record["duration"], day),
        "remaining_duration": None if remaining is None else shown_duration(remaining, day),
        "calendar_id": None if record["calendar_id"] is None else str(record["calendar_id"]),
        "mode": record["mode"],
        "constraint": None if constrained is None else {"type": constrained, "date": record["constraint_date"]},
        "deadline": record["deadline"],
        "percent_complete": shown_number(record["percent_complete"]),
        "actual_start": record["actual_start"],
        "actual_finish": record["actual_finish"],
        "state": record["state"],
        "quality_criteria": record["quality_criteria"],
        "assignees": record["assignees"],
        "work_mode": record["work_mode"],
        "planned_start": record["planned_start"],
        "planned_finish": record["planned_finish"],
        "revision": record["revision"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }


def answer(record: Record) -> Response:
    """One task as an answer, with its ETag."""
    headers = {"ETag": etag_of(record["revision"])}
    return Response(orjson.dumps(written(record), option=OPTIONS), media_type="application/json", headers=headers)


def answer_page(records: Sequence[Record], following: str | None) -> Response:
    """A page of tasks as an answer."""
    body = {"items": [written(record) for record in records], "next": following}
    return Response(orjson.dumps(body, option=OPTIONS), media_type="application/json")
