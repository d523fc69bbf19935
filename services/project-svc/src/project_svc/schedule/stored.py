"""The early dates that are kept: read back to see what moved, rewritten where they did, one statement each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlmodel import col

import planning
from project_svc.projects.locked import LockedProject
from project_svc.records import table_of
from project_svc.schedule.models import ScheduledTask

# A row whose dates stay keeps its last move; one whose dates change remembers the dates that it had.
UPSERT = text("""
    INSERT INTO scheduled_tasks AS kept (
        task_id, organization_id, project_id, early_start, early_finish, driving_link_id, driving_dependency_id,
        moved_revision, moved_at, cause_kind, cause_id)
    SELECT task_id, :organization_id, :project_id, early_start, early_finish, driving_link_id, driving_dependency_id,
           :revision, :moved_at, cause_kind, cause_id
    FROM unnest(CAST(:task_id AS uuid[]), CAST(:early_start AS bigint[]), CAST(:early_finish AS bigint[]),
                CAST(:driving_link_id AS uuid[]), CAST(:driving_dependency_id AS uuid[]), CAST(:cause_kind AS text[]),
                CAST(:cause_id AS uuid[]))
         AS row (task_id, early_start, early_finish, driving_link_id, driving_dependency_id, cause_kind, cause_id)
    ON CONFLICT (task_id) DO UPDATE SET
        (early_start, early_finish, driving_link_id, driving_dependency_id)
            = (excluded.early_start, excluded.early_finish, excluded.driving_link_id, excluded.driving_dependency_id),
        (previous_early_start, previous_early_finish, moved_revision, moved_at, cause_kind, cause_id)
            = (SELECT CASE WHEN stays THEN kept.previous_early_start ELSE kept.early_start END,
                      CASE WHEN stays THEN kept.previous_early_finish ELSE kept.early_finish END,
                      CASE WHEN stays THEN kept.moved_revision ELSE excluded.moved_revision END,
                      CASE WHEN stays THEN kept.moved_at ELSE excluded.moved_at END,
                      CASE WHEN stays THEN kept.cause_kind ELSE excluded.cause_kind END,
                      CASE WHEN stays THEN kept.cause_id ELSE excluded.cause_id END
               FROM (SELECT (kept.early_start, kept.early_finish) = (excluded.early_start, excluded.early_finish)) AS same (stays))
""")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one task's schedule. Instants."""

    early_start: int
    early_finish: int
    driving_link_id: UUID | None
    driving_dependency_id: UUID | None


async def kept_dates(project: LockedProject) -> dict[UUID, Kept]:
    """What is kept of the project's schedule, by task."""
    kept = table_of(ScheduledTask).c
    columns = (kept.task_id, kept.early_start, kept.early_finish, kept.driving_link_id, kept.driving_dependency_id)
    rows = await project.session.execute(select(*columns).where(kept.project_id == project.id))
    return {row.task_id: Kept(*row[1:]) for row in rows}


def remembered(kept: Mapping[UUID, Kept], plan: planning.Plan) -> planning.Schedule:
    """What is kept, as a schedule to compare with. Early dates and drivers are true; late dates and floats say nothing.

    A driving link that is gone is told as a date from outside: it leads to no other task, but it may be what was changed.
    """
    links = {link.id: link for link in plan.links}
    items = {task_id: _item(task_id, dates, links) for task_id, dates in kept.items()}
    start = min((dates.early_start for dates in kept.values()), default=0)
    finish = max((dates.early_finish for dates in kept.values()), default=start)
    return planning.Schedule(start=start, finish=finish, items=items, longest_path=[])


def _item(task_id: UUID, dates: Kept, links: Mapping[UUID, planning.Link]) -> planning.ScheduledTask:
    driving: planning.Link | planning.Imposed | None = None
    if dates.driving_link_id is not None:
        gone = planning.Imposed(dates.driving_link_id, dates.early_start, "start")
        driving = links.get(dates.driving_link_id, gone)
    elif dates.driving_dependency_id is not None:
        driving = planning.Imposed(dates.driving_dependency_id, dates.early_start, "start")
    return planning.ScheduledTask(
        task_id=task_id,
        early_start=dates.early_start,
        early_finish=dates.early_finish,
        late_start=dates.early_start,
        late_finish=dates.early_finish,
        total_float=0,
        free_float=0,
        critical=False,
        driving=driving,
        scheduled_start=dates.early_start,
        scheduled_finish=dates.early_finish,
    )


def kept_of(item: planning.ScheduledTask) -> Kept:
    """What is to be kept of a computed task."""
    return Kept(item.early_start, item.early_finish, *driver_of(item.driving))


def driver_of(driving: planning.Link | planning.Imposed | None) -> tuple[UUID | None, UUID | None]:
    """The ids of the driving link and of the driving dependency, of which at most one is there."""
    match driving:
        case planning.Link():
            return driving.id, None
        case planning.Imposed():
            return None, driving.source_id
        case None:
            return None, None


async def keep(
    project: LockedProject,
    rows: Iterable[tuple[UUID, Kept]],
    causes: Mapping[UUID, tuple[str, UUID]],
    root: tuple[str, UUID],
) -> None:
    """Write the rows. `causes`: of the tasks whose dates moved, the kind and id of the record behind it."""
    written: Sequence[tuple[UUID, Kept]] = list(rows)
    if not written:
        return
    values = {
        "organization_id": project.row.organization_id,
        "project_id": project.id,
        "revision": project.revision,
        "moved_at": project.now,
        "task_id": [task_id for task_id, _ in written],
        "early_start": [dates.early_start for _, dates in written],
        "early_finish": [dates.early_finish for _, dates in written],
        "driving_link_id": [dates.driving_link_id for _, dates in written],
        "driving_dependency_id": [dates.driving_dependency_id for _, dates in written],
        "cause_kind": [causes.get(task_id, root)[0] for task_id, _ in written],
        "cause_id": [causes.get(task_id, root)[1] for task_id, _ in written],
    }
    await project.session.execute(UPSERT, values)


async def forget(project: LockedProject, task_ids: Collection[UUID]) -> None:
    """Remove the dates of tasks that are no longer scheduled."""
    if task_ids:
        await project.session.execute(delete(ScheduledTask).where(col(ScheduledTask.task_id).in_(task_ids)))
