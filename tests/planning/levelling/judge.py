"""A levelled plan judged minute by minute, by rules written here: neither the search nor the scheduler is asked."""

from itertools import pairwise

from planning.calendar import ROUND_THE_CLOCK
from planning.plan import LagCalendar, LinkType

STARTS = {LinkType.SS, LinkType.SF}
FINISHES = {LinkType.FF, LinkType.SF}


def calendars_of(plan):
    (project,) = plan.projects
    return {task.id: task.calendar or project.calendar for task in plan.tasks}


def working(calendar, begin, end):
    """The minutes between two instants that a calendar works."""
    positions = [calendar.worked(minute) for minute in range(begin, end + 1)]
    return [begin + minute for minute, (now, then) in enumerate(pairwise(positions)) if then > now]


def broken_spans(plan, answer):
    """Tasks that do not do exactly what is left of them between start and finish, or begin or end in a pause."""
    wrong = []
    for task in plan.tasks:
        row, calendar = answer.items[task.id], calendars_of(plan)[task.id]
        minutes = working(calendar, row.start, row.finish)
        if len(minutes) != task.duration or (minutes and (minutes[0], minutes[-1] + 1) != (row.start, row.finish)):
            wrong.append((task.id, row))
    return wrong


def broken_links(plan, answer):
    """Links whose successor begins or ends before the predecessor's end and the lag, worked off on its calendar, allow."""
    (project,) = plan.projects
    calendars, wrong = calendars_of(plan), []
    for link in plan.links:
        before, after = answer.items[link.predecessor_id], answer.items[link.successor_id]
        lag_calendar = {
            LagCalendar.PROJECT: project.calendar,
            LagCalendar.PREDECESSOR: calendars[link.predecessor_id],
            LagCalendar.SUCCESSOR: calendars[link.successor_id],
            LagCalendar.ROUND_THE_CLOCK: ROUND_THE_CLOCK,
        }[link.lag_calendar]
        earliest = lag_calendar.add(before.start if link.type in STARTS else before.finish, link.lag)
        end = after.finish if link.type in FINISHES else after.start
        if calendars[link.successor_id].worked(end) < calendars[link.successor_id].worked(earliest):
            wrong.append(link)
    return wrong


def overdrawn(plan, answer, resources, demands):
    """(minute, resource) where more is asked for than there is: nothing while its calendar pauses."""
    calendars = calendars_of(plan)
    by_task = {
        task.id: working(calendars[task.id], answer.items[task.id].start, answer.items[task.id].finish)
        for task in plan.tasks
    }
    wrong = []
    for resource in resources:
        used = {}
        for demand in demands:
            if demand.resource_id == resource.id and demand.units:
                for minute in by_task[demand.task_id]:
                    used[minute] = used.get(minute, 0) + demand.units
        for minute, units in used.items():
            there = resource.calendar is None or resource.calendar.worked(minute + 1) > resource.calendar.worked(minute)
            if units > (resource.capacity if there else 0):
                wrong.append((minute, resource.id))
    return wrong
