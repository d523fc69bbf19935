"""What can happen to a baseline: it is taken, renamed while it is a draft, approved, superseded by the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.problem import Conflict
from contracts.project_events.baselines import (
    BaselineFigures,
    BaselineState,
    BaselineStatus,
    PlannedValuePoint,
    Unrequested,
)
from contracts.values import MINUTES_PER_DAY, Money, Shape
from contracts.vocabulary import ProjectStatus
from planning import WorkCalendar, to_date
from planning.defined import STANDARD, definition_of
from planning.planned_value import Spread, periods_of, planned_value
from project_svc.baselines.content import content_of, hash_of
from project_svc.baselines.models import (
    BASELINES,
    NO_CALENDAR,
    TABLE,
    Approval,
    BaselineApproved,
    BaselineCalendar,
    BaselineCreate,
    BaselineDeliverable,
    BaselineLine,
    BaselineLink,
    BaselineStep,
    BaselineTaken,
    BaselineTask,
)
from project_svc.baselines.picture import Picture, present_picture
from project_svc.baselines.queries import approved_baseline
from project_svc.baselines.unrequested import check_requested
from project_svc.calendars.models import Calendar
from project_svc.change_requests.models import CHANGE_REQUESTS
from project_svc.projects.locked import LockedProject
from project_svc.projects.models import IllegalStep
from project_svc.projects.reading import ReadProject
from project_svc.records import Row, table_of
from project_svc.register.actions import Entry, change, create, find, remove
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.queries import Planned, schedule_of

BEFORE_BASELINE = frozenset({ProjectStatus.PROPOSED, ProjectStatus.APPROVED, ProjectStatus.PLANNING})
"""States in which a project is planned freely: each approved baseline takes the place of the one before."""
CHUNK = 1_000
CALENDARS = table_of(Calendar)
SMALLEST = Decimal("0.0001")


class BaselineFixed(Conflict):
    """A baseline that was approved stays as it is, and stays; `legal` lists the states that follow on its own."""

    slug, title = "baseline-fixed", "An approved baseline does not change"


class ChangeRequestNeeded(Conflict):
    """Once a project is baselined, only an implemented change request leads to its next baseline."""

    slug, title = "change-request-needed", "This takes a change request"


async def create_baseline(project: LockedProject, body: BaselineCreate) -> Entry[BaselineState]:
    """Copy the plan as it stands. Raises NotFound for an unknown change request, and what scheduling raises."""
    reader = ReadProject(project.session, project.row)
    await project.session.flush()
    planned = await schedule_of(reader)
    return await keep_baseline(project, body, await present_picture(reader, planned), planned)


async def keep_baseline(
    project: LockedProject, body: BaselineCreate, picture: Picture, planned: Planned
) -> Entry[BaselineState]:
    """Keep a picture as a draft. planned: the present plan, for its calendars. Raises NotFound for an unknown change request."""
    currency, granularity = project.row.currency, project.row.granularity
    content = content_of(picture, currency, granularity)
    taken = BaselineTaken(
        name=body.name,
        description=body.description,
        change_request_id=body.change_request_id,
        external_ref=body.external_ref,
        of_revision=project.revision - 1,
        content_hash=hash_of(content),
        scope=picture.scope,
        success_criteria=None if picture.more is None else picture.more.success_criteria,
        figures=BaselineFigures(
            start=start_of(picture.start, granularity),
            finish=finish_of(picture.finish, granularity),
            bac=Money.of(picture.bac, currency),
            contingency=Money.of(picture.contingency, currency),
            tasks=len(picture.tasks),
            budget_lines=len(picture.lines),
            project_start=picture.project_start,
        ),
        planned_value=planned_value_of(picture.spreads(planned), planned.calendar, currency),
    )
    entry = await create(project, BASELINES, taken)
    await _copy(project, entry.record.id, picture)
    return entry


def planned_value_of(spread: Sequence[Spread], calendar: WorkCalendar, currency: str) -> list[PlannedValuePoint]:
    """The budget over time, cumulative, at the ends of periods on a calendar; empty without a budget."""
    spreads = [each for each in spread if each.amount]
    if not spreads:
        return []
    _, ends = periods_of(spreads, calendar)
    return [
        PlannedValuePoint(
            on=to_date(end, finish=True), amount=Money.of(planned_value(spreads, end).quantize(SMALLEST), currency)
        )
        for end in ends
    ]


async def update_baseline(project: LockedProject, before: BaselineState, body: Shape) -> Entry[BaselineState]:
    """Change what people wrote of a draft. Raises BaselineFixed for any other."""
    _check_draft(before)
    return await change(project, BASELINES, before, body)


async def approve_baseline(
    project: LockedProject, baseline: BaselineState, body: Approval, caller: str
) -> Entry[BaselineState]:
    """Measure the project by this baseline from now on; the one before is superseded.

    Raises IllegalStep unless it is a draft; once the project is baselined ChangeRequestNeeded, and ChangesUnrequested for what nobody asked for.
    """
    if baseline.state is not BaselineStatus.DRAFT:
        raise IllegalStep(f"This baseline is {baseline.state}: a draft is approved, once.", legal=_legal_from(baseline))
    before = await approved_baseline(project.session, project.id)
    found: list[Unrequested] | None = None
    if before is not None:
        if project.row.state not in BEFORE_BASELINE:
            await _check_change_request(project, baseline)
            found = []
            await check_requested(project.session, before, baseline)
        await change(project, BASELINES, before, BaselineStep(state=BaselineStatus.SUPERSEDED))
    approved = BaselineApproved(
        state=BaselineStatus.APPROVED,
        approved_by=body.approved_by or caller,
        approved_at=project.now,
        approval_note=body.note,
        unrequested=found,
    )
    return await change(project, BASELINES, baseline, approved)


async def delete_baseline(project: LockedProject, baseline: BaselineState) -> None:
    """Remove a draft. Raises BaselineFixed for any other."""
    _check_draft(baseline)
    await remove(project, BASELINES, baseline)


def _check_draft(baseline: BaselineState) -> None:
    if baseline.state is not BaselineStatus.DRAFT:
        raise BaselineFixed(f"This baseline is {baseline.state}: it stays as it is.", legal=_legal_from(baseline))


def _legal_from(baseline: BaselineState) -> list[str]:
    """The states that may follow on a baseline's own."""
    return list((BASELINES.steps or {})[baseline.state])


async def _check_change_request(project: LockedProject, baseline: BaselineState) -> None:
    """That the baseline is of the plan as an implemented change request made it, and the first one of that."""
    if baseline.change_request_id is None:
        raise ChangeRequestNeeded("The project is baselined: name the change request that leads to the next baseline.")
    request = await find(project, CHANGE_REQUESTS, baseline.change_request_id)
    implemented = request.implemented_revision
    if implemented is None:
        raise ChangeRequestNeeded(f"The change request is {request.state}: implement it first.")
    if baseline.of_revision < implemented:
        raise ChangeRequestNeeded(
            "This baseline was taken before the change request was implemented: take another one."
        )
    used = select(TABLE.c.id).where(
        TABLE.c.change_request_id == request.id, TABLE.c.state != BaselineStatus.DRAFT, TABLE.c.id != baseline.id
    )
    if (await project.session.execute(used)).first() is not None:
        raise ChangeRequestNeeded("The change request has led to a baseline already.")


async def _copy_calendars(project: LockedProject, heading: dict[str, UUID]) -> None:
    """Keep every calendar of the project as it is, and the one that it works by."""
    found = await project.session.execute(select(CALENDARS).where(CALENDARS.c.project_id == project.id))
    kept = {row.id: (definition_of(row.shifts, row.exceptions, row.days_off), row.minutes_per_day) for row in found}
    own = project.row.calendar_id
    kept[NO_CALENDAR] = (STANDARD, MINUTES_PER_DAY) if own is None else kept[own]
    copied = [
        heading | {"calendar_id": calendar_id, "definition": definition, "minutes_per_day": day}
        for calendar_id, (definition, day) in kept.items()
    ]
    await project.session.execute(insert(table_of(BaselineCalendar)), copied)


async def _copy(project: LockedProject, baseline_id: UUID, picture: Picture) -> None:
    heading = {"baseline_id": baseline_id, "organization_id": project.row.organization_id}
    await _copy_calendars(project, heading)
    deliverables, links = ({}, {}) if picture.more is None else (picture.more.deliverables, picture.more.links)
    copies: Mapping[type[Row], Mapping[UUID, Any]] = {
        BaselineTask: picture.tasks,
        BaselineLine: picture.lines,
        BaselineDeliverable: deliverables,
        BaselineLink: links,
    }
    for table, rows in copies.items():
        copied = [heading | asdict(row) for row in rows.values()]
        for begin in range(0, len(copied), CHUNK):
            await project.session.execute(insert(table_of(table)), copied[begin : begin + CHUNK])
