"""`/projects/{project_id}/export`."""

import asyncio
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.vocabulary import TaskKind
from project_svc.projects.reading import ReadingWhole, ReadProject
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.schedule.queries import schedule_of
from project_svc.tasks.models import Task

router = APIRouter(prefix="/projects/{project_id}", tags=["imports"], route_class=TransactionRoute)

LOSSES = "Interlock-Fidelity"
"""The header that says what the form has no place for: a JSON list of `record`, `field`, `reason`, `count`."""


class ExportForm(StrEnum):
    """What a plan is written in."""

    MSPDI = "mspdi"
    CSV = "csv"
    JSON = "json"
    ICS = "ics"


MEDIA_TYPES = {
    ExportForm.MSPDI: "application/xml",
    ExportForm.CSV: "text/csv; charset=utf-8",
    ExportForm.JSON: "application/json",
    ExportForm.ICS: "text/calendar; charset=utf-8",
}
ENDINGS = {ExportForm.MSPDI: "xml", ExportForm.CSV: "csv", ExportForm.JSON: "json", ExportForm.ICS: "ics"}
A_FILE: dict[int | str, dict[str, object]] = {
    200: {
        "description": "the file",
        "content": {
            media_type.partition(";")[0]: {"schema": {"type": "object" if form is ExportForm.JSON else "string"}}
            for form, media_type in MEDIA_TYPES.items()
        },
        "headers": {LOSSES: {"description": "what the form has no place for, as JSON", "schema": {"type": "string"}}},
    }
}


@router.get(
    "/export", response_class=Response, responses=A_FILE | responses(NotFound, Cycle, OutsideTime, Unschedulable)
)
async def export_project(
    project: ReadingWhole, form: Annotated[ExportForm, Query(description="`ics`: the milestones")] = ExportForm.MSPDI
) -> Response:
    """The plan as a file: Microsoft Project's XML, a table, the open JSON form, or the milestones as an iCalendar."""
    content, losses = await (_milestones(project) if form is ExportForm.ICS else _plan(project, form))
    name = quote(f"{project.row.key}.{ENDINGS[form]}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", LOSSES: losses}
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


# What reads and writes files is loaded when the first one is asked for.
async def _plan(project: ReadProject, form: ExportForm) -> tuple[bytes, str]:
    from project_svc.exchange import writing
    from project_svc.exchange.from_plan import document_of

    document = await document_of(project)
    content, report = await asyncio.to_thread(writing.write, document, form.value)
    told = [
        {"record": each.record, "field": each.field, "reason": each.reason, "count": len(each.source_ids)}
        for each in report
    ]
    return content, quote(orjson.dumps(told), safe=" !\"#$&'()*+,-./:;<=>?@[]^_`{|}~")


async def _milestones(project: ReadProject) -> tuple[bytes, str]:
    from project_svc.exchange.milestones import milestones_ics

    wanted = select(Task).where(col(Task.project_id) == project.id, col(Task.kind) == TaskKind.MILESTONE)
    tasks = list(await project.session.scalars(wanted))
    return milestones_ics(project.row, tasks, await schedule_of(project)), "[]"
