"""What a change does beside moving tasks: to the project itself, its deliverables, and what its assignments cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from contracts.project_events.change_requests import CostImpact, DateImpact, ReserveImpact, ScopeImpact
from contracts.values import Money
from planning import WorkCalendar
from planning.written import at_finish, at_start
from project_svc.assignments.costs import assigned_cost
from project_svc.baselines.picture import Picture
from project_svc.baselines.scope import ScopeDifference, compared_scope
from project_svc.calendars.models import hours_of
from project_svc.projects.reading import ReadProject
from project_svc.schedule.dates import worked
from project_svc.schedule.queries import Planned


@dataclass(frozen=True, slots=True)
class Beside:
    """All that, before or after the change."""

    start: date
    deadline: date | None
    reserve: Money | None
    assigned: Money
    deliverables: Mapping[UUID, object]

    @classmethod
    async def of(cls, project: ReadProject, planned: Planned, picture: Picture) -> Self:
        """As this transaction sees it."""
        row = project.row
        assigned = await assigned_cost(project, planned)
        return cls(
            start=row.start,
            deadline=row.deadline,
            reserve=None if row.management_reserve is None else Money.of(row.management_reserve, row.currency),
            assigned=Money.of(assigned, row.currency),
            deliverables={} if picture.more is None else picture.more.deliverables,
        )


@dataclass(frozen=True, slots=True)
class BesideImpact:
    """How the two differ; None where they do not."""

    start: DateImpact | None
    deadline: DateImpact | None
    management_reserve: ReserveImpact | None
    assigned_cost: CostImpact | None
    deliverables: ScopeImpact | None


def beside_impact(before: Beside, after: Beside, calendar: WorkCalendar) -> BesideImpact:
    """calendar: what the project works by after the change."""
    cost = Money.of(after.assigned.amount - before.assigned.amount, after.assigned.currency)
    return BesideImpact(
        start=_dates(before.start, after.start, calendar, is_start=True),
        deadline=_dates(before.deadline, after.deadline, calendar, is_start=False),
        management_reserve=None
        if before.reserve == after.reserve
        else ReserveImpact(before=before.reserve, after=after.reserve),
        assigned_cost=CostImpact(before=before.assigned, after=after.assigned, variance=cost) if cost.amount else None,
        deliverables=_scope(before.deliverables, after.deliverables),
    )


def _dates(before: date | None, after: date | None, calendar: WorkCalendar, *, is_start: bool) -> DateImpact | None:
    if before == after:
        return None
    at = at_start if is_start else at_finish
    variance = None if before is None or after is None else worked(calendar, at(before, calendar), at(after, calendar))
    hours = hours_of(calendar.minutes_per_day)
    return DateImpact(before=before, after=after, hours_per_day=hours, variance=variance)


def _scope(before: Mapping[UUID, object], after: Mapping[UUID, object]) -> ScopeImpact | None:
    counts = compared_scope(before, after).counts
    if not any(counts.values()):
        return None
    return ScopeImpact(
        added=counts[ScopeDifference.ADDED],
        removed=counts[ScopeDifference.REMOVED],
        changed=counts[ScopeDifference.CHANGED],
    )
