"""A file's baselines: copies of the plan that were made elsewhere, kept as they were. They are drafts until somebody approves one."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from contracts.vocabulary import TaskKind
from planning.exchange import Baseline, DocumentTask
from planning.instant import to_instant
from project_svc.baselines.actions import keep_baseline
from project_svc.baselines.models import BASELINES, BaselineCreate
from project_svc.baselines.picture import Picture, PicturedLine, PicturedTask, ends_of
from project_svc.exchange.from_plan import numbers_of
from project_svc.imports.models import Written
from project_svc.imports.writing import Writer
from project_svc.projects.locked import LockedProject
from project_svc.projects.reading import ReadProject
from project_svc.records import new_id, table_of
from project_svc.register.actions import all_of
from project_svc.schedule.queries import schedule_of
from project_svc.tasks.models import Task

TASKS = table_of(Task)


async def write_baselines(writer: Writer) -> Written:
    """Every numbered baseline of the document that the project does not have yet. Those that it has do not change."""
    project = writer.project
    reader = ReadProject(project.session, project.row)
    records = await all_of(reader, BASELINES)
    known = {each.external_ref.id for each in records if each.external_ref is not None}
    written = set(numbers_of(records).values()) if writer.is_own else set()
    created = unchanged = 0
    fitting = writer.fitting("baseline")
    numbers = sorted({baseline.number for task in writer.document.tasks for baseline in task.baselines})
    planned = await schedule_of(reader) if numbers else None
    calendars = await _calendars(project) if numbers else {}
    for number in numbers:
        ref = writer.ref("baseline", str(number))
        if ref.id in known or number in written:
            unchanged += 1
            continue
        dated = {}
        for task in writer.document.tasks:
            for baseline in task.baselines:
                if baseline.number != number:
                    continue
                fitting.dropped("work", baseline.work, task.source_id, "a baseline has no work", usual=0)
                if baseline.start is None or baseline.finish is None:
                    fitting.report.dropped("baseline", "task", task.source_id, "it has no dates in the baseline")
                else:
                    dated[task.source_id] = (task, baseline)
        if not dated or planned is None:
            continue
        body = BaselineCreate(name="Baseline" if number == 0 else f"Baseline {number}", external_ref=ref)
        await keep_baseline(project, body, _picture(writer, dated, calendars), planned)
        created += 1
    return Written(created=created, unchanged=unchanged)


async def _calendars(project: LockedProject) -> dict[UUID, UUID | None]:
    """What each task works by: a file's baselines do not say it of that time."""
    found = await project.session.execute(
        select(TASKS.c.id, TASKS.c.calendar_id).where(TASKS.c.project_id == project.id)
    )
    return {row.id: row.calendar_id for row in found}


def _picture(
    writer: Writer, dated: Mapping[str, tuple[DocumentTask, Baseline]], calendars: Mapping[UUID, UUID | None]
) -> Picture:
    tasks, lines = {}, {}
    for task, baseline in dated.values():
        pictured = _task(writer, task, baseline, calendars)
        tasks[pictured.task_id] = pictured
        if pictured.cost and task.kind.value != TaskKind.SUMMARY:
            line = PicturedLine(new_id(), pictured.name, pictured.cost, pictured.task_id, contingency=False)
            lines[line.line_id] = line
    start, finish = ends_of(tasks.values())
    return Picture(
        revision=writer.project.revision - 1,
        scope=writer.project.row.scope,
        start=start,
        finish=finish,
        tasks=tasks,
        lines=lines,
    )


def _task(
    writer: Writer, task: DocumentTask, baseline: Baseline, calendars: Mapping[UUID, UUID | None]
) -> PicturedTask:
    assert baseline.start is not None, "asked for before"
    assert baseline.finish is not None, "asked for before"
    task_id: UUID = writer.tasks[task.source_id]
    start, finish = to_instant(baseline.start), to_instant(baseline.finish)
    return PicturedTask(
        task_id=task_id,
        parent_id=None if task.parent_id is None else writer.tasks[task.parent_id],
        wbs_code=task.wbs[:200],
        name=task.name.strip()[:200] or "(unnamed)",
        kind=TaskKind(task.kind.value),
        duration=baseline.duration or 0,
        minutes_per_day=writer.project.row.minutes_per_day,
        calendar_id=calendars[task_id],
        early_start=start,
        early_finish=finish,
        scheduled_start=start,
        scheduled_finish=finish,
        cost=baseline.cost or Decimal(0),
    )
