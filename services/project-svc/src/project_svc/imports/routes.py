"""`/imports`."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from chassis.authority import check
from chassis.problem import Forbidden, InvalidRequest, NotFound, TooLarge, responses
from chassis.unit_of_work import Unit
from chassis.uploads import UploadRoute
from contracts.permissions import of_record
from contracts.project_events.jobs import JobKind
from contracts.values import Currency, DayOrMoment, Id, Key, Name
from contracts.vocabulary import Granularity, OrganizationRole
from project_svc.exchange.names import ImportForm, form_of
from project_svc.imports.models import ImportAsk
from project_svc.jobs.actions import ask_for
from project_svc.jobs.models import JobRead
from project_svc.jobs.routes import accepted
from project_svc.projects.reading import check_readable

router = APIRouter(prefix="/imports", tags=["imports"], route_class=UploadRoute)

LONGEST_NAME = 255
INTO_NEW, INTO_PROJECT = of_record("import", "new_project"), of_record("import", "into_project")


@router.post("", status_code=202, responses=responses(NotFound, Forbidden, TooLarge, InvalidRequest))
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
    project_id: Annotated[
        Id | None,
        Query(description="the project that the plan goes into; left out, a new one, or that of an earlier import"),
    ] = None,
    dry_run: Annotated[bool, Query(description="the job says what would come of it, and keeps nothing")] = False,
) -> JobRead:
    """Take a plan over from a file. The job's `result` is an `ImportRead`.

    Who manages a project imports into it (`project_id`); who may make projects, into a new one; an admin also into the one that an earlier
    import wrote, without naming it.
    """
    identity = unit.identity
    check(
        identity,
        INTO_NEW if project_id is None else INTO_PROJECT,
        {} if project_id is None else {"project_id": project_id},
    )
    if project_id is not None:
        await check_readable(project_id, unit)
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
        project_id=project_id,
        is_for_new=project_id is None and OrganizationRole.ADMIN not in identity.roles,
        dry_run=dry_run,
    )
    told = ask.model_dump(mode="json")
    job = await ask_for(unit, JobKind.IMPORT, told, project_id=project_id, file=await file.read())
    return accepted(job, response)
