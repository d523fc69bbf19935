"""`/projects/{project_id}/export`."""

import asyncio
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from project_svc.projects.reading import ReadingWhole, ReadProject
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.schedule.queries import schedule_of
from project_svc.tasks.models import Task

router = APIRouter(prefix="/projects/{project_id}", tags=["imports"], route_class=TransactionRoute)

LOSSES = "Interlock-Fidelity"
"""The header that says what of the project is not in the file, or in another form: a JSON list of `loss`, `record`, `field`, `reason`, `count`."""


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
        "headers": {
            LOSSES: {
                "description": "what of the project the file does not have, or in another form, as JSON",
                "schema": {"type": "string"},
            }
        },
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

    document, left_out = await document_of(project)
    content, of_form = await asyncio.to_thread(writing.write, document, form.value)
    return content, writing.told([*left_out, *of_form])


async def _milestones(project: ReadProject) -> tuple[bytes, str]:
    from project_svc.exchange import milestones, writing
    from project_svc.exchange.losses import report_beside_milestones

    tasks = list(await project.session.scalars(select(Task).where(col(Task.project_id) == project.id)))
    left_out = await report_beside_milestones(project, tasks)
    content = milestones.milestones_ics(project.row, tasks, await schedule_of(project))
    return content, writing.told(left_out)
