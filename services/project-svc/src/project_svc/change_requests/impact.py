"""What a change request would do: its operations are carried out on trial, looked at, and taken back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis import outbox
from chassis.problem import FieldError, NotFound
from contracts.project_events.change_requests import (
    MOST_MOVES,
    ChangeImpact,
    CostImpact,
    DateImpact,
    Premise,
    RiskImpact,
    TaskImpact,
)
from contracts.project_events.operations import RequestedOperation, Verb
from contracts.values import Duration, Money, Shape
from contracts.vocabulary import RiskKind, RiskStatus
from planning import WorkCalendar
from planning.risk import schedule_exposure
from project_svc.baselines.picture import Picture, PicturedTask, present_picture
from project_svc.batch.actions import perform
from project_svc.batch.kinds import KINDS
from project_svc.calendars.models import hours_of
from project_svc.change_requests.beside import Beside, beside_impact
from project_svc.projects.locked import LockedProject
from project_svc.projects.models import Project
from project_svc.projects.reading import ReadProject
from project_svc.records import table_of
from project_svc.risks.models import Risk
from project_svc.schedule.dates import finish_of, start_of, worked
from project_svc.schedule.queries import Planned, schedule_of

RISKS = table_of(Risk)
OVER = (RiskStatus.CLOSED, RiskStatus.OCCURRED)


@dataclass(frozen=True, slots=True)
class _Threat:
    """An open threat to a task: its expected delay in working minutes, and how many of them the task's calendar has a day."""

    title: str
    exposure: int
    day: int


@dataclass(frozen=True, slots=True)
class _View:
    """The plan before or after."""

    picture: Picture
    planned: Planned
    threats: Mapping[UUID, _Threat]
    beside: Beside

    def critical(self) -> set[UUID]:
        return {task_id for task_id, item in self.planned.schedule.items.items() if item.critical}


async def impact_of(project: LockedProject, operations: Sequence[RequestedOperation]) -> ChangeImpact:
    """What the operations would do to the present plan. Call it before anything is recorded: events of the trial are thrown away.

    Raises what the operations raise, with their index.
    """
    premises = await premises_of(project, operations)
    before = await _view(project)
    async with _trial(project) as trial:
        await perform(trial, [(str(operation.record), operation) for operation in operations])
        after = await _view(trial)
    return _impact(project.row, project.revision - 1, before, after, premises)


async def premises_of(project: LockedProject, operations: Sequence[RequestedOperation]) -> list[Premise]:
    """The values that the operations would replace, of the records that are there."""
    premises = []
    for index, operation in enumerate(operations):
        if operation.op is Verb.UPDATE and isinstance(operation.id, UUID):
            try:
                record = await KINDS[operation.record].find(project, operation.id)
            except NotFound:
                continue
            state = record if isinstance(record, Shape) else record.wire()  # a declared record is its own state
            values = state.model_dump(mode="json", include=set(operation.body or {}))
            premises.append(Premise(operation=index, values=values))
    return premises


async def misfits_of(
    project: LockedProject, operations: Sequence[RequestedOperation], premises: Sequence[Premise]
) -> list[FieldError]:
    """Where the plan is no longer what the operations were assessed on."""
    now = {premise.operation: premise.values for premise in await premises_of(project, operations)}
    errors = []
    for premise in premises:
        place = f"/operations/{premise.operation}"
        if premise.operation not in now:
            message = "The record that this operation changes is gone."
            errors.append(FieldError(location="body", pointer=place, rule="gone", message=message))
            continue
        for field, value in premise.values.items():
            if now[premise.operation].get(field) != value:
                message = f"Somebody has changed `{field}` since this was assessed."
                pointer = f"{place}/body/{field}"
                errors.append(FieldError(location="body", pointer=pointer, rule="changed_since", message=message))
    return errors


@asynccontextmanager
async def _trial(project: LockedProject) -> AsyncIterator[LockedProject]:
    """The project inside a savepoint that is always rolled back."""
    session = project.session
    await session.flush()
    savepoint = await session.begin_nested()
    await session.connection()  # makes the savepoint now: statements that go to the driver by themselves would not
    try:
        yield LockedProject(session, project.row, is_preview=True)
    finally:
        outbox.discard(session)
        if savepoint.is_active:
            await savepoint.rollback()
        session.expire_all()
        await session.refresh(project.row)


async def _view(project: LockedProject) -> _View:
    reader = ReadProject(project.session, project.row)
    await project.session.flush()
    planned = await schedule_of(reader)
    picture = await present_picture(reader, planned)
    beside = await Beside.of(reader, planned, picture)
    return _View(picture, planned, await _threats(project, planned), beside)


async def _threats(project: LockedProject, planned: Planned) -> dict[UUID, _Threat]:
    items = planned.schedule.items
    found = await project.session.execute(
        select(RISKS.c.id, RISKS.c.title, RISKS.c.task_id, RISKS.c.probability, RISKS.c.days_impact)
        .where(RISKS.c.project_id == project.id, RISKS.c.kind == RiskKind.THREAT, RISKS.c.state.not_in(OVER))
        .order_by(RISKS.c.id)
    )
    return {
        row.id: _Threat(
            row.title,
            _exposure(row, items[row.task_id].total_float),
            planned.calendar_of(row.task_id).minutes_per_day,
        )
        for row in found
        if row.task_id in items
    }


def _exposure(row: Any, total_float: int) -> int:
    return round(schedule_exposure(row.probability, row.days_impact, total_float))


def _impact(project: Project, of_revision: int, before: _View, after: _View, premises: list[Premise]) -> ChangeImpact:
    old, new, calendar = before.picture, after.picture, after.planned.calendar
    shifts = sorted(
        (
            (calendar.between(old.tasks[task_id].scheduled_finish, task.scheduled_finish), task_id)
            for task_id, task in new.tasks.items()
            if task_id in old.tasks and _dates(old.tasks[task_id]) != _dates(task)
        ),
        key=lambda shift: (-abs(shift[0]), shift[1]),
    )
    beside = beside_impact(before.beside, after.beside, calendar)
    money = [Money.of(amount, project.currency) for amount in (old.bac, new.bac, new.bac - old.bac)]
    return ChangeImpact(
        of_revision=of_revision,
        finish=_finish(project, calendar, old.finish, new.finish),
        cost=CostImpact(before=money[0], after=money[1], variance=money[2]),
        added=len(new.tasks.keys() - old.tasks.keys()),
        removed=len(old.tasks.keys() - new.tasks.keys()),
        moved=len(shifts),
        moves=[
            _moved(project, after.planned.calendar_of(task_id), old.tasks[task_id], new.tasks[task_id])
            for _, task_id in shifts[:MOST_MOVES]
        ],
        becomes_critical=sorted(after.critical() - before.critical())[:MOST_MOVES],
        no_longer_critical=sorted((before.critical() - after.critical()) & new.tasks.keys())[:MOST_MOVES],
        risks=[
            RiskImpact(
                risk_id=risk_id,
                title=threat.title,
                hours_per_day=hours_of(threat.day),
                before=Duration(threat.exposure, threat.day),
                after=Duration(later, threat.day),
            )
            for risk_id, threat in before.threats.items()
            if (later := after.threats[risk_id].exposure if risk_id in after.threats else 0) != threat.exposure
        ][:MOST_MOVES],
        premises=premises,
        start=beside.start,
        deadline=beside.deadline,
        management_reserve=beside.management_reserve,
        assigned_cost=beside.assigned_cost,
        deliverables=beside.deliverables,
    )


def _dates(task: PicturedTask) -> tuple[int, int]:
    return task.scheduled_start, task.scheduled_finish


def _moved(project: Project, calendar: WorkCalendar, before: PicturedTask, after: PicturedTask) -> TaskImpact:
    start = before.scheduled_start, after.scheduled_start
    return TaskImpact(
        task_id=after.task_id,
        name=after.name,
        start=_change(calendar, start, [start_of(at, project.granularity) for at in start]),
        finish=_finish(project, calendar, before.scheduled_finish, after.scheduled_finish),
    )


def _finish(project: Project, calendar: WorkCalendar, before: int, after: int) -> DateImpact:
    return _change(calendar, (before, after), [finish_of(at, project.granularity) for at in (before, after)])


def _change(calendar: WorkCalendar, instants: tuple[int, int], shown: Sequence[date]) -> DateImpact:
    hours = hours_of(calendar.minutes_per_day)
    return DateImpact(before=shown[0], after=shown[1], hours_per_day=hours, variance=worked(calendar, *instants))
