"""What moved a value last. Late and scheduled dates and floats are not kept, so it is tried out: did the value differ before a change?

The changes are taken back from the last one on, those of a revision together, and the plan is scheduled as it was
(`project_svc.schedule.past`). The first revision before which the value was another one is the one that moved it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import planning
from contracts.schedules import Cause
from planning import Plan, Schedule
from planning.explaining import DateField
from project_svc.projects.reading import ReadProject
from project_svc.schedule.ends import first_task, last_task
from project_svc.schedule.journal import Revision, revisions_of
from project_svc.schedule.leading import Leading
from project_svc.schedule.past import PastPlan

F = DateField
MOST_TRIALS = 200
"""Revisions that are tried, each at the price of a schedule; of large plans fewer …"""
MOST_SCHEDULED = 200_000
"""… so that no more tasks are scheduled than this, but always …"""
FEWEST_TRIALS = 20
Scheduled = tuple[Plan, Schedule]


@dataclass(frozen=True, slots=True)
class Asked:
    """A value: of a task, or the early start or early finish of the whole project."""

    task_id: UUID | None
    field: DateField

    def value(self, schedule: Schedule) -> int | None:
        """The value in a schedule; None in one without the task, or without any."""
        if self.task_id is None:
            ends = schedule.start if self.field is F.EARLY_START else schedule.finish
            return ends if schedule.items else None
        item = schedule.items.get(self.task_id)
        return None if item is None else int(getattr(item, self.field))

    def told_by(self, scheduled: Scheduled) -> UUID:
        """The task that the value is of: of the project's, the one that sets it."""
        if self.task_id is not None:
            return self.task_id
        return (first_task if self.field is F.EARLY_START else last_task)(*scheduled)


@dataclass(frozen=True, slots=True)
class Found:
    """The revision that moved a value. before: what it was until then."""

    revision: int
    at: datetime
    cause: Cause
    before: int


@dataclass(frozen=True, slots=True)
class Search:
    """found: None if nothing moved the value since it was first there, as far as that is known; that it is, says is_known."""

    found: Found | None
    is_known: bool


async def search(project: ReadProject, plan: Plan, asked: Asked, until: int | None = None) -> Search:
    """The last revision that moved a value of the present plan. until: a revision from which on it is known to have stayed."""
    past = await PastPlan.of(project, plan)
    most = max(FEWEST_TRIALS, min(MOST_TRIALS, MOST_SCHEDULED // max(1, len(plan.tasks))))
    after: Scheduled | None = None
    async for revision in revisions_of(project):
        if until is None or revision.number < until:
            if (most := most - 1) < 0:
                return Search(None, is_known=False)
            after = after or await past.schedule()
        _undo(past, revision)
        if after is None:
            continue
        try:
            before = await past.schedule()
        except planning.PlanError:
            return Search(None, is_known=False)
        was = asked.value(before[1])
        if was is None:
            return Search(None, is_known=True)
        if was != asked.value(after[1]):
            cause = _cause(revision, asked, before, after)
            return Search(Found(revision.number, revision.at, cause, was), is_known=True)
        after = before
    return Search(None, is_known=False)


def _undo(past: PastPlan, revision: Revision) -> None:
    for change in revision.changes:
        past.undo(change)


def _cause(revision: Revision, asked: Asked, before: Scheduled, after: Scheduled) -> Cause:
    causes = revision.causes()
    leading = Leading((after, before), causes)
    if asked.task_id is None:
        now, then = (asked.told_by(each) for each in (after, before))
        return leading.met(now, asked.field) or leading.cause(then, asked.field)
    return leading.cause(asked.task_id, asked.field)
