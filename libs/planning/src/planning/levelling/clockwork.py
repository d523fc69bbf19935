"""From open work by several calendars to the arrays of a clock: calendars, links between them, who is away, what resources there are."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain

import numpy as np

from planning.calendar import WorkCalendar
from planning.instant import MINUTES_PER_DAY
from planning.levelling.capacity import left_beside, soonest_end, works
from planning.levelling.clock import ClockProblem, with_plenty
from planning.levelling.course import FREE, Clock, Course, Ints
from planning.levelling.crews import crews_of
from planning.levelling.demand import Resource
from planning.levelling.mirror import mirrored
from planning.levelling.openwork import OpenWork
from planning.levelling.packing import packing_for
from planning.levelling.problem import grouped
from planning.levelling.steps import step_of
from planning.network import FROM_START, TO_FINISH, Network
from planning.stretches import worked_between
from planning.timeline.arrays import STARTS, Crossings
from planning.timeline.axes import axes_of, distinct
from planning.timeline.kernels import instant


class Clockwork:
    """Open work between two instants: a midnight before all floors, and one by which everything should be done.

    demands: per activity and resource. problem: what is searched. origins: the position, per activity, from which its starts are
    counted. unit: minutes of a step in which resources are counted. understaffed: activities that work while somebody is away.
    Raises OutsideCalendar.
    """

    def __init__(
        self,
        network: Network,
        work: OpenWork,
        demands: Sequence[Sequence[int]],
        resources: Sequence[Resource],
        begin: int,
        end: int,
    ) -> None:
        self._network, self._work, self._demands, self._resources = network, work, demands, resources
        self._begin = begin
        self._calendars = distinct(self._known())
        self._axes = axes_of(list(self._calendars), begin, end)
        self._axis = [self._calendars[network.axes[task].calendar] for task in work.tasks]
        before = [calendar.worked(begin) for calendar in self._calendars]
        self.origins = [before[number] for number in self._axis]
        self._crews = crews_of(network, work, demands, resources, begin, end)
        self.understaffed = self._crews.understaffed
        minutes = (end // MINUTES_PER_DAY + 1) * MINUTES_PER_DAY - begin
        self.unit = step_of(minutes, self._lengths())
        self._steps = -(-minutes // self.unit)
        self._left = [self._left_of(resource) for resource in range(len(resources))]
        forward = self._course()
        _, soonest = with_plenty(forward)
        ends = [self._soonest_end(resource, soonest) for resource in range(len(resources))]
        self.problem = ClockProblem(forward, mirrored(forward), max(ends, default=0))

    def _known(self) -> Iterator[WorkCalendar]:
        network, work = self._network, self._work
        yield from (network.axes[task].calendar for task in work.tasks)
        yield from (network.crossings[link].lag_calendar for link in work.links if link in network.crossings)
        yield from (each.calendar for each in self._resources if each.calendar is not None)

    def _lengths(self) -> Iterator[int]:
        """Everything that should be whole steps."""
        for positions in (self._work.floors, self._work.fixed):
            yield from (at - by for at, by in zip(positions, self.origins, strict=True) if at is not None)
        yield from self._work.durations
        yield from (edge.gap for edge in self._work.edges)
        yield from (self._network.links[link].lag for link in self._work.links)
        yield from (int(at) for at in chain(self._axes.begin, self._axes.before))
        yield from chain.from_iterable(chain.from_iterable(self._crews.away))

    def _left_of(self, resource: int) -> Ints:
        """[steps] what is left of a resource beside the work that stands."""
        spans, units = [], []
        for activity, at in enumerate(self._work.fixed):
            if at is not None and (count := self._demands[activity][resource]):
                calendar = self._network.axes[self._work.tasks[activity]].calendar
                for start, finish in worked_between(calendar, at, at + self._work.durations[activity]):
                    spans.append((start - self._begin, finish - self._begin))
                    units.append(count)
        return left_beside(spans, units, self._resources[resource].capacity, self.unit, self._steps)

    def _soonest_end(self, resource: int, soonest: Ints) -> int:
        """The minute before which what may be placed cannot have had all that it demands of a resource."""
        durations, fixed = self._work.durations, self._work.fixed
        users = [
            activity
            for activity, units in enumerate(row[resource] for row in self._demands)
            if units and durations[activity] and fixed[activity] is None
        ]
        if not users:
            return 0
        at_work = np.zeros(self._steps, np.bool_)
        for axis in {self._axis[activity] for activity in users}:
            at_work |= works(self._axes, axis, self.unit, self._steps)
        calendar = self._resources[resource].calendar
        if calendar is not None and not set(users) & set(self.understaffed):
            at_work &= works(self._axes, self._calendars[calendar], self.unit, self._steps)
        wanted = sum(durations[activity] * self._demands[activity][resource] for activity in users)
        begins = [int(instant(self._axes, self._axis[activity], soonest[activity], STARTS)) for activity in users]
        return soonest_end(wanted, self._left[resource] * at_work, min(begins), self.unit)

    def _course(self) -> Course:
        work = self._work
        count = len(work.tasks)
        packing = packing_for([resource.capacity for resource in self._resources])
        first, order = grouped([edge.after for edge in work.edges], count)
        fixed = [FREE if at is None else at - by for at, by in zip(work.fixed, self.origins, strict=True)]
        return Course(
            duration=np.array(work.durations, np.int64),
            demand=packing.rows(self._demands),
            guard=packing.guard,
            first=np.array(first, np.int64),
            before=np.array([work.edges[edge].before for edge in order], np.int64),
            gap=np.array([work.edges[edge].gap for edge in order], np.int64),
            floor=np.array([floor - by for floor, by in zip(work.floors, self.origins, strict=True)], np.int64),
            fixed=np.array(fixed, np.int64),
            sequence=np.arange(count),  # as the network has them
            room=packing.columns(self._left, self._steps),
            clock=self._clock(order),
        )

    def _clock(self, order: Sequence[int]) -> Clock:
        """order: that of the edges."""
        network = self._network
        numbers = [self._work.links[edge] for edge in order]
        links = [network.links[number] for number in numbers]
        return Clock(
            unit=self.unit,
            width=self._steps * self.unit,
            axes=self._axes,
            axis=np.array(self._axis, np.int64),
            links=self._leading(order),
            crosses=np.array([number in network.crossings for number in numbers], np.bool_),
            from_finish=np.array([link.type not in FROM_START for link in links], np.bool_),
            to_finish=np.array([link.type in TO_FINISH for link in links], np.bool_),
            floor_at=np.array([at - self._begin for at in self._work.floors_at], np.float64),
            crew=np.array(self._crews.of, np.int64),
            away_first=np.array([0, *accumulate(map(len, self._crews.away))], np.int64),
            away_from=np.array([left for away in self._crews.away for left, _ in away], np.float64),
            away_until=np.array([back for away in self._crews.away for _, back in away], np.float64),
        )

    def _leading(self, order: Sequence[int]) -> Crossings:
        """How each edge leads from the axis of its predecessor, over that of its lag, to the axis of its successor."""
        network, work = self._network, self._work
        source, target, lag_axis, lag = [], [], [], []
        for number in order:
            edge, link = work.edges[number], work.links[number]
            source.append(self._axis[edge.before])
            target.append(self._axis[edge.after])
            crossing = network.crossings.get(link)
            lag_axis.append(target[-1] if crossing is None else self._calendars[crossing.lag_calendar])
            lag.append(network.links[link].lag)
        return Crossings(
            np.array(source, np.int64),
            np.array(target, np.int64),
            np.array(lag_axis, np.int64),
            np.array(lag, np.float64),
        )
