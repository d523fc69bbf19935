"""What a recalculation moved, and why: kept dates beside computed ones, led back to what was changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from contracts.schedules import Cause
from contracts.vocabulary import Granularity
from planning import WorkCalendar
from planning.engine import ABSENT, NEVER, Dates
from planning.engine.arrays import Instants, Ints
from planning.engine.leading import UNCHANGED, Changed, Standing, causes
from project_svc.projects.locked import LockedProject
from project_svc.schedule.columns import PlanColumns
from project_svc.schedule.dates import finishes_of, starts_of
from project_svc.schedule.ids import NO_ID, Ids
from project_svc.schedule.kept import Drivers, Kept
from project_svc.schedule.leading import everywhere

ROOT = 0
"""The first change."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Tasks whose early dates changed, in the order of their ids; a column a fact. Instants; ABSENT before for tasks without dates."""

    task_ids: Ids
    previous_early_start: Instants
    previous_early_finish: Instants
    early_start: Instants
    early_finish: Instants
    drivers: Drivers
    changes: Sequence[Cause]
    """What was changed, the first thing first."""
    calendars: Sequence[WorkCalendar]
    """What each task works by."""
    behind: Sequence[int]
    """Which of the changes is the cause of each move."""

    def __len__(self) -> int:
        return len(self.task_ids)

    def written(self, granularity: Granularity) -> Iterator[dict[str, object]]:
        """Each move in the form of the wire (`contracts.schedules.Move`), its words ready to be written down as JSON."""
        causes = [change.model_dump(mode="json") for change in self.changes]
        rows = zip(
            self.task_ids.known(),
            starts_of(self.early_start, granularity),
            finishes_of(self.early_finish, granularity),
            starts_of(self.previous_early_start, granularity),
            finishes_of(self.previous_early_finish, granularity),
            self.behind,
            self.driving(),
            strict=True,
        )
        for task_id, start, finish, previous_start, previous_finish, behind, driving in rows:
            yield {
                "task_id": str(task_id),
                "early_start": start,
                "early_finish": finish,
                "previous_early_start": previous_start,
                "previous_early_finish": previous_finish,
                "cause": causes[behind],
                "driving": driving,
            }

    def driving(self) -> Iterator[dict[str, str] | None]:
        """What drives each task now, in the form of the wire."""
        for link_id, dependency_id in zip(self.drivers.links.known(), self.drivers.dependencies.known(), strict=True):
            if link_id is not None:
                yield {"link_id": str(link_id)}
            elif dependency_id is not None:
                yield {"dependency_id": str(dependency_id)}
            else:
                yield None


def moves_of(project: LockedProject, plan: PlanColumns, kept: Kept, dates: Dates, drivers: Drivers) -> Moves:
    """What moved. The cause of each move is the first change met on the way back along its drivers, as they are now, else as they were
    (where a link that is gone still is), else what acts on all at once.
    """
    rows = kept.moved(dates).nonzero()[0].astype(np.int32)
    caused = _causes(plan, kept, dates, list(project.disturbances), rows)
    return Moves(
        plan.tasks.taken(rows),
        kept.early_start[rows],
        kept.early_finish[rows],
        dates.early_start[rows],
        dates.early_finish[rows],
        drivers.taken(rows),
        list(project.disturbances.values()),
        plan.calendars_of(rows),
        np.where(caused == NEVER, everywhere(project.disturbances.values()), caused).tolist(),
    )


def _causes(plan: PlanColumns, kept: Kept, dates: Dates, changes: Sequence[UUID], rows: Ints) -> Ints:
    """Of the tasks in some rows, the numbers of the changes behind their moves, NEVER where no way leads to one."""
    number = {each.bytes: place for place, each in enumerate(changes)}
    changed = Changed(
        tasks=_numbers(plan.tasks, changes),
        links=_numbers(plan.links, changes),
        projects=np.array([number.get(project.id.bytes, NEVER) for project in plan.columns.projects], np.int32),
    )
    imposed = np.array([number.get(each.bytes, UNCHANGED) for each in plan.dependencies] + [NEVER], np.int32)
    now = Standing(dates.early_finish, dates.driving_link, imposed[dates.driving_imposed])
    found = causes(plan.columns, now, changed)[rows]
    unknown = (found == NEVER) & (kept.early_start[rows] != ABSENT)
    if unknown.any():
        before = causes(plan.columns, _standing(plan, kept, number), changed)[rows]
        found = np.where(unknown, before, found)
    return found


def _numbers(ids: Ids, changes: Sequence[UUID]) -> Ints:
    numbers = np.full(len(ids), NEVER, np.int32)
    for number, change in enumerate(changes):
        if (row := ids.row_of(change)) != NEVER:
            numbers[row] = number
    return numbers


def _standing(plan: PlanColumns, kept: Kept, number: dict[bytes, int]) -> Standing:
    """The schedule that is kept. A link that drove a task and is gone leads to no other task, but it may be what was changed."""
    links = kept.drivers.links.rows_in(plan.links)
    others = np.where(links == NEVER, kept.drivers.links.words, np.frombuffer(NO_ID, "V16"))
    return Standing(kept.early_finish, links, _driven_by(others.tolist(), kept.drivers.dependencies, number))


def _driven_by(gone: list[bytes], dependencies: Ids, number: dict[bytes, int]) -> Ints:
    drivers = zip(gone, dependencies.words.tolist(), strict=True)
    either = [link if link != NO_ID else dependency for link, dependency in drivers]
    return np.array([NEVER if each == NO_ID else number.get(each, UNCHANGED) for each in either], np.int32)
