"""A file's baselines: copies of the plan that were made elsewhere, kept as they were. They are drafts until somebody approves one."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from contracts.vocabulary import TaskKind
from planning.exchange import Baseline, DocumentTask
from planning.instant import to_instant
from project_svc.baselines.actions import keep_baseline
from project_svc.baselines.models import BASELINES, BaselineCreate
from project_svc.baselines.picture import Picture, PicturedLine, PicturedTask
from project_svc.imports.models import Written
from project_svc.imports.writing import Writer
from project_svc.projects.reading import ReadProject
from project_svc.records import new_id
from project_svc.register.actions import all_of
from project_svc.schedule.queries import schedule_of


async def write_baselines(writer: Writer) -> Written:
    """Every numbered baseline of the document that the project does not have yet. Those that it has do not change."""
    project = writer.project
    reader = ReadProject(project.session, project.row)
    known = {each.external_ref.id for each in await all_of(reader, BASELINES) if each.external_ref is not None}
    created = unchanged = 0
    fitting = writer.fitting("baseline")
    numbers = sorted({baseline.number for task in writer.document.tasks for baseline in task.baselines})
    planned = await schedule_of(reader) if numbers else None
    for number in numbers:
        ref = writer.ref("baseline", str(number))
        if ref.id in known:
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
        await keep_baseline(project, body, _picture(writer, dated), planned)
        created += 1
    return Written(created=created, unchanged=unchanged)


def _picture(writer: Writer, dated: Mapping[str, tuple[DocumentTask, Baseline]]) -> Picture:
    tasks, lines = {}, {}
    for task, baseline in dated.values():
        pictured = _task(writer, task, baseline)
        tasks[pictured.task_id] = pictured
        if pictured.cost and task.kind.value != TaskKind.SUMMARY:
            line = PicturedLine(new_id(), pictured.name, pictured.cost, pictured.task_id, contingency=False)
            lines[line.line_id] = line
    return Picture(
        revision=writer.project.revision - 1,
        scope=writer.project.row.scope,
        start=min(task.early_start for task in tasks.values()),
        finish=max(task.early_finish for task in tasks.values()),
        tasks=tasks,
        lines=lines,
    )


def _task(writer: Writer, task: DocumentTask, baseline: Baseline) -> PicturedTask:
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
        early_start=start,
        early_finish=finish,
        scheduled_start=start,
        scheduled_finish=finish,
        cost=baseline.cost or Decimal(0),
    )
