"""Who has to be there while a task's work lasts, and the positions in which somebody of them is away."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from planning.attendance import absences
from planning.calendar import WorkCalendar
from planning.instant import MINUTES_PER_DAY
from planning.levelling.demand import Resource
from planning.levelling.openwork import OpenWork
from planning.network import Network

PATIENCE = 2 * 366 * MINUTES_PER_DAY
"""Minutes behind the time levelled in, in which somebody may still be there for as long as a task lasts."""

Absences = list[tuple[int, int]]


@dataclass(slots=True)
class Crews:
    """of: the crew of each activity, 0 for nobody. away: the absences of each crew, positions on the axis of its activities, counted
    from the begin of the time levelled in.

    understaffed: activities that work while somebody of theirs is away: they stand, or nobody is ever there for as long as they last.
    """

    of: list[int] = field(default_factory=list)
    away: list[Absences] = field(default_factory=lambda: [[]])
    understaffed: list[int] = field(default_factory=list)


def crews_of(
    network: Network,
    work: OpenWork,
    demands: Sequence[Sequence[int]],
    resources: Sequence[Resource],
    begin: int,
    end: int,
) -> Crews:
    """demands: per activity and resource. begin, end: the instants between which work is placed. Raises OutsideCalendar."""
    crews = Crews()
    known: dict[tuple[WorkCalendar, frozenset[WorkCalendar]], int] = {}
    for activity, (task, length) in enumerate(zip(work.tasks, work.durations, strict=True)):
        calendar = network.axes[task].calendar
        needed = zip(demands[activity], resources, strict=True)
        people = frozenset(each.calendar for units, each in needed if units and each.calendar is not None)
        key = calendar, people - {calendar}
        if not length or not key[1]:
            crews.of.append(0)
            continue
        by = calendar.worked(begin)
        if key not in known:
            known[key] = len(crews.away)
            missed = absences(*key, begin, end + PATIENCE)
            crews.away.append([(left - by, back - by) for left, back in missed])
        stands = work.fixed[activity]
        wanted = (work.floors[activity] if stands is None else stands) - by
        present = attended(crews.away[known[key]], wanted, length)
        is_helped = present + length <= calendar.worked(end + PATIENCE) - by if stands is None else present == wanted
        if not is_helped:
            crews.understaffed.append(activity)
        crews.of.append(known[key] if stands is None and is_helped else 0)
    return crews


def attended(away: Absences, begin: int, length: int) -> int:
    """The first position from `begin` on from which on nobody is away for so long."""
    for first, last in away[bisect_right(away, begin, key=lambda absence: absence[1]) :]:
        if first >= begin + length:
            break
        begin = last
    return begin
