"""The early dates that are kept: read with the plan to see what moved, rewritten where they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from chassis import outbox
from chassis.statements import execute
from planning.engine import ABSENT, Dates
from planning.engine.arrays import Instants, Ints
from project_svc.projects.locked import LockedProject
from project_svc.schedule.columns import PlanColumns, instants
from project_svc.schedule.ids import Ids

# A row whose dates stay keeps its last move; one whose dates change remembers the dates that it had.
UPSERT = """
    INSERT INTO scheduled_tasks AS kept (
        task_id, organization_id, project_id, early_start, early_finish, driving_link_id, driving_dependency_id,
        moved_revision, moved_at, cause_kind, cause_id)
    SELECT task_id, $1, $2, early_start, early_finish, driving_link_id, driving_dependency_id, $3, $4, cause_kind, cause_id
    FROM unnest($5::uuid[], $6::bigint[], $7::bigint[], $8::uuid[], $9::uuid[], $10::text[], $11::uuid[])
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
"""
FORGET = """
    DELETE FROM scheduled_tasks USING tasks
    WHERE scheduled_tasks.project_id = $1 AND tasks.id = task_id AND tasks.state = 'cancelled'
"""


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drives each task: a link, a dependency, or neither (NO_ID in both)."""

    links: Ids
    dependencies: Ids

    @classmethod
    def of(cls, plan: PlanColumns, dates: Dates) -> "Drivers":
        """Those of a computed schedule."""
        return cls(plan.links.taken(dates.driving_link), plan.dependencies.taken(dates.driving_imposed))

    def taken(self, rows: Ints) -> "Drivers":
        """Those of some rows."""
        return Drivers(self.links.taken(rows), self.dependencies.taken(rows))

    def differing(self, other: "Drivers") -> NDArray[np.bool_]:
        """Which tasks are driven by something else."""
        return self.links.differing(other.links) | self.dependencies.differing(other.dependencies)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a project's schedule, by the rows of its plan. Instants, ABSENT for a task of which nothing is kept.

    count, start, finish: of all that is kept, also of tasks that take no more part in the plan.
    """

    early_start: Instants
    early_finish: Instants
    drivers: Drivers
    count: int
    start: int | None
    finish: int | None

    @classmethod
    def of(cls, rows: Any) -> "Kept":
        """What `project_svc.schedule.rows` brought along."""
        return cls(
            instants(rows["early_start"]),
            instants(rows["early_finish"]),
            Drivers(Ids(rows["driving_link_id"]), Ids(rows["driving_dependency_id"])),
            rows["kept"],
            rows["start"],
            rows["finish"],
        )

    def moved(self, dates: Dates) -> NDArray[np.bool_]:
        """Which tasks have other dates now."""
        moved: NDArray[np.bool_] = (self.early_start != dates.early_start) | (self.early_finish != dates.early_finish)
        return moved

    def changed(self, dates: Dates, drivers: Drivers) -> NDArray[np.bool_]:
        """Which tasks have other dates, or are driven by something else."""
        return self.moved(dates) | self.drivers.differing(drivers)

    @property
    def has_more(self) -> bool:
        """Whether something is kept of tasks that take no more part in the plan."""
        return self.count > int((self.early_start != ABSENT).sum())


def keep(
    project: LockedProject,
    task_ids: Ids,
    dates: tuple[Instants, Instants],
    drivers: Drivers,
    causes: Sequence[tuple[str, UUID]],
) -> None:
    """Write what changed, a row a task, with the events. dates: early starts and early finishes. causes: the kind and id of the record behind each."""
    outbox.send_along(
        project.session,
        "scheduled_tasks",
        UPSERT,
        project.row.organization_id,
        project.id,
        project.revision,
        project.now,
        task_ids.known(),
        *(each.tolist() for each in dates),
        drivers.links.known(),
        drivers.dependencies.known(),
        [kind for kind, _ in causes],
        [cause_id for _, cause_id in causes],
    )


async def forget_cancelled(project: LockedProject) -> None:
    """Remove the dates of tasks that are no longer scheduled."""
    await execute(project.session, FORGET, project.id)
