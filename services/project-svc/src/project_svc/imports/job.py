"""Importing a file, as a job: read by a process of its own, then records, then links, all in one transaction."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.identity import Identity
from chassis.problem import AlreadyExists, FieldError, Forbidden, Problem
from contracts.values import ExternalRef, WrittenDuration
from contracts.vocabulary import Granularity, ProgressLogic
from planning.errors import PlanError
from planning.exchange import Document, DocumentProject, ExchangeError, FidelityReport
from project_svc.exchange.names import UnreadableImport
from project_svc.imports.baselines import write_baselines
from project_svc.imports.costs import write_costs
from project_svc.imports.fitting import Fitting
from project_svc.imports.known import read_id
from project_svc.imports.models import SHOWN_IDS, FidelityFinding, ImportAsk, ImportRead
from project_svc.imports.outside import brought_home, write_outside_links
from project_svc.imports.resources import write_assignments, write_resources
from project_svc.imports.writing import Source, Writer
from project_svc.jobs.computing import compute
from project_svc.jobs.running import RunningJob
from project_svc.projects.actions import create_project, name_project, update_project
from project_svc.projects.locked import LockedProject, lock
from project_svc.projects.models import STEPS, Project, ProjectClosed, ProjectCreate, ProjectUpdate
from project_svc.schedule.conclusion import end_write
from project_svc.schedule.previewing import moved_dates
from project_svc.schedule.settlement import settle

READ = "project_svc.exchange.forms:read_file"
LONGEST_KEY = 20


async def import_project(job: RunningJob) -> None:
    """The job behind `POST /imports`. Raises UnreadableImport, and what creating and changing its records raises."""
    ask = ImportAsk.model_validate(job.asked)
    await job.tell("reading", 0, at_once=True)

    async def told(_: float) -> None:
        await job.tell("reading", 0.05)

    data = await job.file()
    document, report = await compute(READ, data, ask.file_name, ask.form.value, told=told)
    document = brought_home(document, _name_of(ask, document), report)
    if not ask.dry_run:
        async with job.writing() as session:
            result = await _write(session, job, ask, document, report)
            await job.finish(session, result.model_dump(mode="json", by_alias=True), project_id=result.project_id)
        return
    async with job.trying() as session:
        is_new = ask.project_id is None and await _known(session, job, ask, document) is None
        result = await _write(session, job, ask, document, report)
    project_id = None if is_new else result.project_id
    result = result.model_copy(update={"project_id": project_id})
    async with job.writing() as session:
        await job.finish(session, result.model_dump(mode="json", by_alias=True), project_id=project_id)


async def _write(
    session: AsyncSession, job: RunningJob, ask: ImportAsk, document: Document, report: FidelityReport
) -> ImportRead:
    project = await _project(session, job, ask, document, report)
    whole = max(1, len(document.tasks) + len(document.links))

    async def tell(done: int) -> None:
        await job.tell("writing", 0.1 + 0.8 * min(1.0, done / whole))

    is_own = read_id(document.project.guid) == project.id
    ref = project.row.external_ref if is_own else None
    source, name = (ask.source, _name_of(ask, document)) if ref is None else (ref.source, ref.id)
    writer = Writer(project, document, report, Source(source, name, ask.form, is_own=is_own))
    try:
        calendars = await writer.write_calendars()
    except (ExchangeError, PlanError) as error:
        raise _refused(f"{error}.", "/file") from error
    if document.project.calendar_id is not None:
        await update_project(project, ProjectUpdate(calendar_id=calendars[document.project.calendar_id]))
    gone = await writer.write_tasks(calendars, tell)
    await writer.write_links(tell)
    await write_assignments(writer, await write_resources(writer, calendars))
    completed = await write_outside_links(writer)
    await write_costs(writer)
    await job.tell("scheduling", 0.9, at_once=True)
    moves = await settle(project)
    await project.catch_up()
    baselines = await write_baselines(writer)
    await end_write(project)
    told = await moved_dates(project, moves) if ask.dry_run else ()
    return ImportRead(
        project_id=project.id,
        revision=project.row.revision,
        dry_run=ask.dry_run,
        moved=[each for each in told if each.from_ is not None],
        **writer.written,
        baselines=baselines,
        completed_links=completed,
        not_in_file=gone,
        fidelity=_shown(report),
    )


async def _project(
    session: AsyncSession, job: RunningJob, ask: ImportAsk, document: Document, report: FidelityReport
) -> LockedProject:
    """The project that was asked for, else the one that the file is about, as it says; a new one if it was not here before."""
    known = await _known(session, job, ask, document)
    project_id = known if ask.project_id is None else ask.project_id
    if known is not None and (ask.is_for_new or known != project_id):
        raise _taken(ask)
    if project_id is None:
        identity = Identity(job.requested_by, job.organization_id, frozenset())
        body = _body(ask, document, report, _name_of(ask, document))
        return await create_project(session, identity, body, is_preview=False)
    project = await lock(session, job.organization_id, project_id)
    if ask.dry_run:
        await project.remember()
    if not STEPS[project.row.state]:
        raise ProjectClosed(f"The project is {project.row.state}: nothing in it changes any more.")
    if known is None and project.row.external_ref is None:
        name_project(project, ExternalRef(source=ask.source, id=_name_of(ask, document)))
    fields = _fields(ask, document.project, Fitting(report, "project", project.row.granularity))
    day, said = project.row.minutes_per_day, fields.get("critical_float")
    if said is not None and said.on(day) == WrittenDuration.parse(project.row.critical_float).on(day):
        del fields["critical_float"]  # the same in other words
    await update_project(project, ProjectUpdate(**fields))
    return project


def _taken(ask: ImportAsk) -> Problem:
    if ask.is_for_new:
        return Forbidden("This plan has become a project before. Its manager imports into it by its `project_id`.")
    return AlreadyExists("This plan has become another project before. For a copy, send another name as `project`.")


async def _known(session: AsyncSession, job: RunningJob, ask: ImportAsk, document: Document) -> UUID | None:
    """The project that the file was written from, else the one that an earlier import wrote."""
    name = _name_of(ask, document)
    own = select(col(Project.id)).where(
        col(Project.id) == read_id(name), col(Project.organization_id) == job.organization_id
    )
    imported = select(col(Project.id)).where(
        col(Project.external_source) == ask.source,
        col(Project.external_id) == name,
        col(Project.organization_id) == job.organization_id,
    )
    return (await session.scalars(own)).one_or_none() or (await session.scalars(imported)).one_or_none()


def _name_of(ask: ImportAsk, document: Document) -> str:
    """What the project is called in its source."""
    return (ask.project or document.project.guid or document.project.name).strip()[:100] or ask.file_name[:100]


def _fields(ask: ImportAsk, told: DocumentProject, fitting: Fitting) -> dict[str, Any]:
    """What the file says of the project itself."""
    fields: dict[str, Any] = {"name": ask.name or fitting.name(told.name, "")}
    if told.manager:
        fields["manager"] = fitting.label("manager", told.manager, "")
    if told.data_date is not None:
        fields["data_date"] = fitting.finish("data_date", told.data_date, "")
    if told.progress_logic is not None:
        fields["progress_logic"] = ProgressLogic(told.progress_logic.value)
    if told.critical_float is not None:
        fields["critical_float"] = WrittenDuration(*divmod(told.critical_float, told.minutes_per_day))
    start = ask.start or fitting.start("start", told.start, "")
    return fields | ({} if start is None else {"start": start})


def _body(ask: ImportAsk, document: Document, report: FidelityReport, name: str) -> ProjectCreate:
    fitting = Fitting(report, "project", ask.granularity)
    fields = _fields(ask, document.project, fitting)
    currency = ask.currency or document.project.currency
    if currency is None:
        raise _refused("The file does not say its currency: send one.", "/currency")
    fields.setdefault("start", _first_start(document, ask.granularity))
    if fields["start"] is None:
        raise _refused("The file does not say when the project starts: send it.", "/start")
    return ProjectCreate(
        **fields,
        key=ask.key or _key_of(name),
        currency=currency,
        granularity=ask.granularity,
        external_ref=ExternalRef(source=ask.source, id=name),
    )


def _first_start(document: Document, granularity: Granularity) -> date | None:
    """The earliest date of any task, where the file says none for the project."""
    starts = [at for task in document.tasks for at in (task.actual_start, task.start, task.constraint_date) if at]
    first = min(starts, default=None)
    return first if first is None or granularity is Granularity.MINUTE else first.date()


def _key_of(name: str) -> str:
    """A key from a name: its capital letters and digits."""
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.upper()).strip("-")
    key = "-".join(filter(None, letters.split("-")))[:LONGEST_KEY].rstrip("-")
    return key if key[:1].isalpha() else f"P{key}"[:LONGEST_KEY].rstrip("-")


def _refused(message: str, pointer: str) -> UnreadableImport:
    field = FieldError(location="body", pointer=pointer, rule="missing", message=message)
    return UnreadableImport(message, errors=[field])


def _shown(report: FidelityReport) -> list[FidelityFinding]:
    return [
        FidelityFinding(
            loss=finding.loss.value,
            record=finding.record,
            field=finding.field,
            reason=finding.reason,
            count=len(finding.source_ids),
            source_ids=list(finding.source_ids[:SHOWN_IDS]),
        )
        for finding in report
    ]
