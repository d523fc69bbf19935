"""A live network under random events: its dates are those of a whole run after each, cycles are refused exactly where there are any."""

import random
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from tests.planning.random_networks import NIGHTS, SIX_DAYS, START

from planning.calendar import MON_TO_FRI
from planning.engine import propagation
from planning.engine.changes import Removed
from planning.engine.given import columns_of
from planning.engine.live import LiveNetwork
from planning.engine.run import compute
from planning.errors import NetworkCycle, PlanError
from planning.plan import (
    Constraint,
    ConstraintType,
    Imposed,
    LagCalendar,
    Link,
    LinkType,
    Plan,
    Progress,
    Project,
    SchedulingMode,
    Task,
    TaskKind,
)


class Game:
    """A plan as plain objects beside the live network, and random events for both. Seeded."""

    def __init__(self, seed, tasks, links):
        self.random = random.Random(seed)
        self.count = 0
        self.tasks, self.links = {}, {}
        self.projects = [
            Project("P", START, None, None, MON_TO_FRI),
            Project("Q", START, None, None, MON_TO_FRI, Progress.OVERRIDE),
            Project("R", START, None, None, MON_TO_FRI, critical_float=960),
        ]
        self.graph = nx.MultiDiGraph()
        for _ in range(tasks):
            task = self.new_task()
            self.tasks[task.id] = task
            self.graph.add_node(task.id)
        while len(self.links) < links:
            link = self.new_link()
            if link is not None and not self.closes_a_cycle(link):
                self.add(link)
        self.live = LiveNetwork(columns_of(self.plan()))

    def plan(self):
        return Plan(self.projects, list(self.tasks.values()), list(self.links.values()))

    def name(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def maybe(self, chance, value):
        return value() if self.random.random() < chance else None

    def instant(self):
        return START + self.random.randrange(60 * 1440)

    def new_task(self, name=None):
        draw = self.random
        kind = draw.choices(list(TaskKind), (80, 10, 3, 4))[0]
        plain = kind not in (TaskKind.MILESTONE, TaskKind.SUMMARY)
        begun = self.maybe(0.15, self.instant)
        constraint = self.maybe(0.2, lambda: draw.choice(list(ConstraintType)))
        dated = constraint not in (None, ConstraintType.ASAP, ConstraintType.ALAP)
        return Task(
            name or self.name("T"),
            draw.choice("PQR"),
            kind,
            draw.randrange(1, 3000) if plain else 0,
            parent_id=self.maybe(0.3, self.summary),
            calendar=self.maybe(0.15, lambda: draw.choice([SIX_DAYS, NIGHTS])),
            mode=draw.choices(list(SchedulingMode), (90, 5, 5))[0],
            constraint=constraint and Constraint(constraint, self.instant() if dated else None),
            deadline=self.maybe(0.1, self.instant),
            percent_complete=draw.randrange(101) if begun else 0,
            actual_start=begun,
            actual_finish=begun and self.maybe(0.4, lambda: begun + draw.randrange(9999)),
            imposed=tuple(
                Imposed(self.name("D"), self.instant(), draw.choice(["start", "finish"]))
                for _ in range(draw.choice([0] * 9 + [2]))
            ),
        )

    def summary(self):
        summaries = [task.id for task in self.tasks.values() if task.kind is TaskKind.SUMMARY]
        return self.random.choice(summaries) if summaries else None

    def new_link(self, name=None):
        draw = self.random
        plain = [task.id for task in self.tasks.values() if task.kind is not TaskKind.SUMMARY]
        if not plain:
            return None
        lag = draw.choice([0, 0, draw.randrange(-900, 900)])
        calendar = draw.choices(list(LagCalendar), (7, 1, 1, 1))[0]
        before = draw.choice(plain)
        near = [task_id for task_id in plain if abs(int(task_id[1:]) - int(before[1:])) < 12]
        return Link(
            name or self.name("L"), before, draw.choice(near), draw.choice(list(LinkType)), lag, lag_calendar=calendar
        )

    def closes_a_cycle(self, link):
        return nx.has_path(self.graph, link.successor_id, link.predecessor_id)

    def add(self, link):
        self.links[link.id] = link
        self.graph.add_edge(link.predecessor_id, link.successor_id, link.id)

    def remove(self, link_id):
        link = self.links.pop(link_id)
        self.graph.remove_edge(link.predecessor_id, link.successor_id, link_id)

    def event(self):
        """A random event: what it is made of, and what it does to the plain objects once it is accepted."""
        draw = self.random
        what = draw.choices(["duration", "task", "new", "gone", "link", "unlink", "relink"], (30, 20, 6, 4, 20, 12, 8))[
            0
        ]
        task = draw.choice(list(self.tasks.values()))
        if what == "duration" and task.kind in (TaskKind.TASK, TaskKind.LEVEL_OF_EFFORT):
            return self.put(replace(task, duration=draw.randrange(1, 3000)))
        if what == "task":
            changed = self.new_task(task.id)
            return self.put(replace(changed, kind=task.kind, duration=task.duration, parent_id=task.parent_id))
        if what == "gone" and len(self.tasks) > 5:
            return Removed(task.id), lambda: self.drop(task.id)
        if what in ("unlink", "relink") and self.links:
            link_id = draw.choice(list(self.links))
            if what == "unlink":
                return Removed(link_id), lambda: self.remove(link_id)
            link = replace(self.links[link_id], lag=draw.randrange(-900, 900))
            return link, lambda: self.links.__setitem__(link_id, link)
        if what == "link" and (link := self.new_link()) is not None:
            return link, lambda: self.add(link)
        return self.put(self.new_task())

    def early(self):
        """The live network's early dates by task; summaries have none of their own."""
        tasks = self.tasks.values()
        return {task.id: self.live.early(task.id) for task in tasks if task.kind is not TaskKind.SUMMARY}

    def put(self, task):
        def accept():
            self.tasks[task.id] = task
            self.graph.add_node(task.id)

        return task, accept

    def drop(self, task_id):
        for link in [link for link in self.links.values() if task_id in (link.predecessor_id, link.successor_id)]:
            self.remove(link.id)
        del self.tasks[task_id]
        self.graph.remove_node(task_id)


def same(dates, other):
    """Whether two answers are the same in every bit."""
    names = ("start", "finish", "longest_path")
    columns = ("table", "critical", "driving_link", "driving_imposed")
    return all(getattr(dates, name) == getattr(other, name) for name in names) and all(
        np.array_equal(getattr(dates, name), getattr(other, name)) for name in columns
    )


def glanced(seen):
    """What a glance says, in the form of whole dates: by task its dates, and the ids of the link or imposed date that drives it."""
    name = {number: seen.link_ids[number] for number in set(seen.driver.tolist()) - {-1}} | {-1: None}
    imposed = {number: seen.imposed_ids[number] for number in set(seen.imposed.tolist()) - {-1}} | {-1: None}
    return {
        seen.task_ids[node]: (
            seen.dates[node].tolist(),
            bool(seen.critical[node]),
            name[int(seen.driver[node])],
            imposed[int(seen.imposed[node])],
        )
        for node in seen.nodes.tolist()
    }


def dated(dates, columns):
    """The same from whole dates."""
    return {
        task_id: (
            dates.table[row].tolist(),
            bool(dates.critical[row]),
            None if dates.driving_link[row] == -1 else columns.links.ids[dates.driving_link[row]],
            None if dates.driving_imposed[row] == -1 else columns.imposed.ids[dates.driving_imposed[row]],
        )
        for row, task_id in enumerate(columns.tasks.ids)
    }


def play(game, events):
    """Let so many events happen, and check after each. How many there were of each outcome."""
    seen = {"accepted": 0, "cycles": 0, "refused": 0}
    early = game.early()
    for _ in range(events):
        change, accept = game.event()
        known = game.live.dates() if seen["accepted"] % 20 == 0 else None
        is_cycle = isinstance(change, Link) and change.id not in game.links and game.closes_a_cycle(change)
        try:
            outcome = game.live.apply([change])
        except NetworkCycle as refused:
            assert is_cycle
            path = refused.path
            assert (path[0], path[-2]) == (change.successor_id, change.predecessor_id)
            assert path[0] == path[-1]
            assert all(game.graph.has_edge(*edge) for edge in pairwise(path[:-1]))
            seen["cycles"] += 1
            continue
        except PlanError:
            seen["refused"] += 1
            assert same(game.live.dates(), compute(columns_of(game.plan())))
            continue
        assert not is_cycle
        if known is not None:  # there and back again
            game.live.apply(outcome.undo)
            assert same(game.live.dates(), known)
            outcome = game.live.apply([change])
        accept()
        seen["accepted"] += 1
        dates, glance = game.live.dates(), game.live.glance()
        assert same(dates, compute(columns_of(game.plan())))
        assert glanced(glance) == dated(dates, game.live.columns())
        assert glance[:2] == (dates.start, dates.finish)
        now = game.early()
        moved = {move.task_id: move for move in outcome.moves()}
        assert set(moved) == {task_id for task_id, dates in now.items() if early.get(task_id) != dates}
        for task_id, move in moved.items():
            assert (move.early_start, move.early_finish) == now[task_id]
            assert (move.previous_start, move.previous_finish) == early.get(task_id, (None, None))
        early = now
    return seen


@pytest.mark.parametrize(("seed", "tasks", "links", "events"), [(1, 12, 14, 300), (2, 40, 60, 300), (3, 150, 260, 200)])
@pytest.mark.parametrize("widest", [propagation.LEAST, 3])
def test_after_every_event_the_dates_are_those_of_a_whole_run(seed, tasks, links, events, widest, monkeypatch):
    """Whether cones may be wide or hardly any: what is too wide becomes a whole pass, or an order that is made anew."""
    monkeypatch.setattr(propagation, "LEAST", widest)
    seen = play(Game(seed, tasks, links), events)
    assert seen["accepted"] > events / 2
    assert seen["cycles"] > 0


@pytest.mark.slow
@pytest.mark.long
def test_after_each_of_two_thousand_events_the_dates_are_those_of_a_whole_run():
    """Tasks, progress, constraints, calendars and links, put in and taken out."""
    seen = play(Game(11, 250, 500), 2000)
    assert seen["accepted"] > 1000
    assert seen["cycles"] > 40
