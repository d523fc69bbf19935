"""`/imports`."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from chassis.problem import Forbidden, InvalidRequest, TooLarge, responses
from chassis.unit_of_work import Unit
from chassis.uploads import UploadRoute
from contracts.project_events.jobs import JobKind
from contracts.values import Currency, DayOrMoment, Key, Name
from contracts.vocabulary import Granularity
from project_svc.exchange.names import ImportForm, form_of
from project_svc.imports.models import ImportAsk
from project_svc.jobs.actions import ask_for
from project_svc.jobs.models import JobRead
from project_svc.jobs.routes import accepted

router = APIRouter(prefix="/imports", tags=["imports"], route_class=UploadRoute)

LONGEST_NAME = 255


@router.post("", status_code=202, responses=responses(Forbidden, TooLarge, InvalidRequest))
async def import_project(
    unit: Unit,
    response: Response,
    file: Annotated[UploadFile, File(description="the plan, at most 64 MiB")],
    form: Annotated[ImportForm | None, Form(description="told by the file's name if left out")] = None,
    source: Annotated[
        Name | None, Form(description="the system that the file comes from; the form if left out")
    ] = None,
    project: Annotated[Name | None, Form(description="what the project is called there")] = None,
    key: Annotated[Key | None, Form(description="of a new project")] = None,
    name: Annotated[Name | None, Form(description="in place of the one in the file")] = None,
    start: Annotated[DayOrMoment | None, Form(description="in place of the one in the file")] = None,
    currency: Annotated[Currency | None, Form(description="of a new project")] = None,
    granularity: Annotated[Granularity, Form(description="of a new project")] = Granularity.MINUTE,
    dry_run: Annotated[bool, Query(description="the job says what would come of it, and keeps nothing")] = False,
) -> JobRead:
    """Take a plan over from a file, into a new project or the one that an earlier import wrote. The job's `result` is an `ImportRead`."""
    file_name = (file.filename or "plan")[-LONGEST_NAME:]
    chosen = form or form_of(file_name)
    ask = ImportAsk(
        file_name=file_name,
        form=chosen,
        source=source or chosen.value,
        project=project,
        key=key,
        name=name,
        start=start,
        currency=currency,
        granularity=granularity,
        dry_run=dry_run,
    )
    job = await ask_for(unit, JobKind.IMPORT, ask.model_dump(mode="json"), file=await file.read())
    return accepted(job, response)
