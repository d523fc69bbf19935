"""What a baseline would take over that nobody asked for: the differences from the one before that no implemented change request explains."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problem import Conflict
from contracts.project_events.baselines import BaselineState
from planning import WorkCalendar
from project_svc.baselines.picture import Picture, PicturedTask
from project_svc.baselines.queries import picture_of
from project_svc.change_requests.models import TABLE as REQUESTS

MOST_LISTED = 500


class Compared(StrEnum):
    """What two baselines are compared by."""

    TASK = "task"
    LINK = "link"
    BUDGET_LINE = "budget_line"
    DELIVERABLE = "deliverable"
    CALENDAR = "calendar"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Differing:
    """A record that differs; of a link that is gone its ends: it goes with its tasks."""

    record: Compared
    id: UUID
    ends: frozenset[UUID] = frozenset()


class ChangesUnrequested(Conflict):
    """The plan differs from the approved baseline in what no implemented change request asked for; `unrequested` lists the first 500 records.

    Ask for it: a change request takes over what was done without one (`takes_over`), or takes it back.
    """

    slug, title = "changes-unrequested", "Nobody has asked for some of these changes"


async def check_requested(session: AsyncSession, before: BaselineState, after: BaselineState) -> None:
    """That change requests explain how a baseline differs from the one before it. Raises ChangesUnrequested.

    What follows does not count: dates, a summary's duration, a task's cost beside its budget lines; nor does what was done and what it cost.
    """
    then, now = await picture_of(session, before), await picture_of(session, after)
    asked = await _asked_for(session, before, after)
    removed = {task_id for task_id in then.tasks.keys() - now.tasks.keys() if task_id in asked}
    found = [
        {"record": each.record.value, "id": str(each.id)}
        for each in _differences(after, then, now)
        if each.id not in asked and removed.isdisjoint(each.ends)
    ]
    if found:
        message = f"No implemented change request explains {len(found)} of the differences from the approved baseline."
        raise ChangesUnrequested(message, unrequested=found[:MOST_LISTED])


async def _asked_for(session: AsyncSession, before: BaselineState, after: BaselineState) -> set[UUID]:
    """The records that change requests have changed, or taken over, between the two."""
    at = REQUESTS.c
    implemented = at.implemented_revision.between(before.of_revision + 1, after.of_revision)
    rows = await session.execute(select(at.touched).where(at.project_id == after.project_id, implemented))
    return {UUID(str(each)) for row in rows for each in row.touched}


def _differences(after: BaselineState, then: Picture, now: Picture) -> Iterator[Differing]:
    """Each record that differs, kind by kind, in the order of ids."""
    are_held = all(task.held is not None for picture in (then, now) for task in picture.tasks.values())
    kinds: list[tuple[Compared, Mapping[UUID, Any], Mapping[UUID, Any]]] = [
        (Compared.TASK, _told(then, are_held=are_held), _told(now, are_held=are_held)),
        (Compared.BUDGET_LINE, then.lines, now.lines),
        (Compared.CALENDAR, *_calendars(then, now)),
    ]
    if then.more is not None and now.more is not None:
        kinds += [
            (Compared.DELIVERABLE, then.more.deliverables, now.more.deliverables),
            (Compared.LINK, then.more.links, now.more.links),
        ]
    for kind, old, new in kinds:
        for record_id in sorted(old.keys() | new.keys()):
            was, found = old.get(record_id), new.get(record_id)
            if was != found:
                ends = (was.predecessor_id, was.successor_id) if kind is Compared.LINK and was and not found else ()
                yield Differing(kind, record_id, frozenset(ends))
    if _of_project(then, now) != _of_project(now, then) or _works_by_another(then, now):
        yield Differing(Compared.PROJECT, after.project_id)


def _told(picture: Picture, *, are_held: bool) -> dict[UUID, tuple[object, ...]]:
    return {task_id: _of_task(task, are_held=are_held) for task_id, task in picture.tasks.items()}


def _of_task(task: PicturedTask, *, are_held: bool) -> tuple[object, ...]:
    """What people say of a task; its dates and its cost follow."""
    return task.parent_id, task.name, task.kind, task.duration, task.calendar_id, task.held if are_held else None


def _of_project(picture: Picture, other: Picture) -> tuple[object, ...]:
    """What is said of the project itself, as far as both have kept it."""
    criteria = None if picture.more is None or other.more is None else picture.more.success_criteria
    return picture.scope, criteria, None if other.project_start is None else picture.project_start


def _calendars(then: Picture, now: Picture) -> tuple[dict[UUID, WorkCalendar], dict[UUID, WorkCalendar]]:
    """The calendars that both have and that work goes by."""
    if then.calendar is None or now.calendar is None:
        return {}, {}
    known = then.calendars.keys() & now.calendars.keys()
    used = {task.calendar_id for picture in (then, now) for task in picture.tasks.values()}
    used |= {each for each in known if then.calendars[each] == then.calendar and now.calendars[each] == now.calendar}
    both = sorted(each for each in known if each in used)
    return {each: then.calendars[each] for each in both}, {each: now.calendars[each] for each in both}


def _works_by_another(then: Picture, now: Picture) -> bool:
    """Whether the project goes by another calendar, and not by the same one that has changed."""
    if then.calendar is None or now.calendar is None or then.calendar == now.calendar:
        return False
    known = then.calendars.keys() & now.calendars.keys()
    return not any(then.calendars[each] == then.calendar and now.calendars[each] == now.calendar for each in known)
