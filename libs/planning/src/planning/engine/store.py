"""A network in arrays with room to grow, its nodes and links found by id, and the way back to columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.calendar import WorkCalendar
from planning.engine.arrays import EMPTY, NEVER, SPANS, Facts, Into, Ints, Network, Out, empty_early, empty_late
from planning.engine.changes import LinkRow, TaskRow
from planning.engine.codes import LEVEL_OF_EFFORT
from planning.engine.columns import Columns, ImposedColumns, LinkColumns, TaskColumns
from planning.engine.lists import Blocks
from planning.engine.network import Laid, laid, overrides_of
from planning.engine.tables import axes_of
from planning.plan import Id, Project

OWN_FACTS = Facts._fields.index("imposed_begin")
"""So many columns hold a node's own values; where its imposed dates are comes behind."""
SPARE = 64
"""Room for so many more nodes and links at least, and an eighth of what there are."""


class Store:
    """The arrays of a plan. Nodes and links keep their numbers; those of dropped ones are not used again.

    nodes: how many there are. rank: the place of each in the order. task_turn, link_turn: what the plan's order goes by. efforts: the nodes
    that are levels of effort.
    """

    def __init__(self, columns: Columns, spare: int = SPARE) -> None:
        """spare: room for so many more nodes, links and imposed dates at least. Raises the PlanErrors of planning.engine.compute."""
        plan = laid(columns)
        self.projects: Sequence[Project] = columns.projects
        self.project_row = {project.id: row for row, project in enumerate(columns.projects)}
        self.deadline = columns.deadline
        self.overrides = overrides_of(columns.projects)
        self.crossing = plan.crossing
        self.round_the_clock = plan.round_the_clock
        self.axis_of = {calendar: axis for axis, calendar in enumerate(plan.calendars)}
        self._name(columns, plan)
        self._spread(columns, plan, spare)

    def _name(self, columns: Columns, plan: Laid) -> None:
        self.task_ids: list[Id] = [columns.tasks.ids[row] for row in plan.row]
        self.node_of = {task_id: node for node, task_id in enumerate(self.task_ids)}
        self.link_ids: list[Id] = list(columns.links.ids)
        self.link_of = {link_id: link for link, link_id in enumerate(self.link_ids)}
        self.imposed_ids: list[Id] = list(columns.imposed.ids)

    def _spread(self, columns: Columns, plan: Laid, spare: int) -> None:
        self.nodes, links, imposed = plan.row.size, len(self.link_ids), len(self.imposed_ids)
        self.node_room, self.link_room, self.imposed_room = (
            count + max(spare, count // 8) for count in (self.nodes, links, imposed)
        )
        network = plan.network
        facts, room = network.facts, self.node_room
        facts = type(facts)(
            *(longer(column, room) for column in facts[:-2]),
            *(longer(column, self.imposed_room) for column in facts[-2:]),
        )
        limits = network.limits._replace(actual=longer(network.limits.actual, 2 * room))
        limits = limits._replace(
            **{name: longer(column, room) for name, column in limits._asdict().items() if name != "actual"}
        )
        limits.flags[self.nodes :] = SPANS | EMPTY
        ties = type(network.ties)(*(longer(column, self.link_room) for column in network.ties))
        entries = links + links // 2 + SPARE
        self.into, self.out = (
            Blocks(longer(side.begin, room), longer(side.end, room), [longer(column, entries) for column in side[2:]])
            for side in (network.into, network.out)
        )
        self._order = longer(network.order, room)
        self.rank = self._order.copy()
        self.task_turn, self.link_turn = longer(plan.row.astype(np.int64), room), np.arange(self.link_room)
        self.next_task_turn, self.next_link_turn = self.nodes, links
        parents = columns.tasks.parent[plan.row]
        self.parent = longer(np.where(parents == NEVER, NEVER, plan.node[parents]).astype(np.int32), room)
        self.parent[self.nodes :] = NEVER
        self.early, self.late = empty_early(room), empty_late(room)
        self.queue, self.queued = np.zeros(room, np.int32), np.zeros(room, np.uint8)
        self.efforts = set((facts.kind[: self.nodes] == LEVEL_OF_EFFORT).nonzero()[0].tolist())
        self.network = Network(network.axes, facts, limits, ties, self._into(), self._out(), self._order[: self.nodes])

    def _into(self) -> Into:
        return Into(self.into.begin, self.into.end, *self.into.columns)

    def _out(self) -> Out:
        return Out(self.out.begin, self.out.end, *self.out.columns)

    def add_calendar(self, calendar: WorkCalendar) -> int:
        """The axis of a calendar; a new one where it is not known yet. Raises InvalidCalendar."""
        if calendar not in self.axis_of:
            axes = axes_of((*self.axis_of, calendar))
            self.axis_of[calendar] = len(self.axis_of)
            self.network = self.network._replace(axes=axes)
        return self.axis_of[calendar]

    def add_imposed(self, node: int, imposed: Sequence[tuple[Id, int, int]]) -> None:
        """Give a node imposed dates in the place of those it has: id, instant and side of each."""
        facts, begin = self.network.facts, len(self.imposed_ids)
        for number, (source_id, at, side) in enumerate(imposed, begin):
            self.imposed_ids.append(source_id)
            facts.imposed_at[number], facts.imposed_side[number] = at, side
        facts.imposed_begin[node], facts.imposed_end[node] = begin, begin + len(imposed)

    def reorder(self, order: Ints) -> None:
        """Take another order of the same nodes."""
        self._order[: self.nodes] = order
        self.rank[order] = np.arange(order.size)

    def has_room(self, nodes: int, links: int, imposed: int) -> bool:
        """Whether so many more fit in."""
        return (
            len(self.task_ids) + nodes <= self.node_room
            and len(self.link_ids) + links <= self.link_room
            and len(self.imposed_ids) + imposed <= self.imposed_room
        )

    def append_node(self, task_id: Id, turn: int) -> int:
        """A new node, at the end of the order."""
        node = len(self.task_ids)
        self.task_ids.append(task_id)
        self.node_of[task_id] = node
        self.task_turn[node] = turn
        self._order[self.nodes], self.rank[node] = node, self.nodes
        self.into.begin[node] = self.into.end[node] = self.into.room[node] = 0
        self.out.begin[node] = self.out.end[node] = self.out.room[node] = 0
        self._count(self.nodes + 1)
        return node

    def remove_node(self, node: int) -> None:
        """Take a node without links out of the order."""
        place = int(self.rank[node])
        self._order[place : self.nodes - 1] = self._order[place + 1 : self.nodes]
        self._count(self.nodes - 1)
        self.rank[self._order[place : self.nodes]] -= 1
        self.network.limits.flags[node] = SPANS | EMPTY
        self.parent[node] = NEVER
        self.efforts.discard(node)
        del self.node_of[self.task_ids[node]]

    def rebuilt(self, spare: int) -> "Store":
        """The same plan in new arrays, with room again. Numbers change; turns do not."""
        nodes, links = self.in_turn()
        store = Store(self.columns(), max(spare, SPARE))
        store.task_turn[: nodes.size] = self.task_turn[nodes][store.task_turn[: nodes.size]]
        store.link_turn[: links.size] = self.link_turn[links]
        store.next_task_turn, store.next_link_turn = self.next_task_turn, self.next_link_turn
        return store

    def append_link(self, link_id: Id, before: int, after: int, values: tuple[int, int, int], turn: int) -> int:
        """A new link; values: kind, lag and whose calendar the lag is worked on. What it adds on either way is left open."""
        ties, link = self.network.ties, len(self.link_ids)
        self.link_ids.append(link_id)
        self.link_of[link_id] = link
        self.link_turn[link] = turn
        ties.before[link], ties.after[link] = before, after
        ties.kind[link], ties.lag[link], ties.lag_calendar[link] = values
        place = int((self.link_turn[self.into.links(after)] < turn).sum())
        source = 2 * before + 1 - (values[0] & 1)
        same = self.into.put(after, place, (source, 0, link))
        same &= self.out.put(before, 0, (after, 0, link))
        if not same:
            self.network = self.network._replace(into=self._into(), out=self._out())
        return link

    def remove_link(self, link: int) -> None:
        """Take a link out."""
        ties = self.network.ties
        self.into.drop(int(ties.after[link]), link)
        self.out.drop(int(ties.before[link]), link)
        del self.link_of[self.link_ids[link]]

    def task_row(self, node: int) -> TaskRow:
        """A node as it is held."""
        facts = self.network.facts
        parent = int(self.parent[node])
        return TaskRow(
            self.task_ids[node],
            tuple(int(column[node]) for column in facts[:OWN_FACTS]),
            None if parent == NEVER else self.task_ids[parent],
            tuple(
                (self.imposed_ids[number], int(facts.imposed_at[number]), int(facts.imposed_side[number]))
                for number in range(facts.imposed_begin[node], facts.imposed_end[node])
            ),
            int(self.task_turn[node]),
        )

    def link_row(self, link: int) -> LinkRow:
        """A link as it is held."""
        ties = self.network.ties
        ends = self.task_ids[ties.before[link]], self.task_ids[ties.after[link]]
        values = int(ties.kind[link]), int(ties.lag[link]), int(ties.lag_calendar[link])
        return LinkRow(self.link_ids[link], *ends, *values, int(self.link_turn[link]))

    def _count(self, nodes: int) -> None:
        self.nodes = nodes
        self.network = self.network._replace(order=self._order[:nodes])

    def in_turn(self) -> tuple[Ints, Ints]:
        """The nodes and the links that there are, in the order of the plan."""
        nodes = self.network.order[np.argsort(self.task_turn[self.network.order])]
        links = np.fromiter(self.link_of.values(), np.int32, len(self.link_of))
        return nodes, links[np.argsort(self.link_turn[links])]

    def columns(self) -> Columns:
        """The plan as it is now. Percent complete has become remaining work."""
        facts, ties = self.network.facts, self.network.ties
        nodes, links = self.in_turn()
        row = np.full(self.node_room, NEVER, np.int32)
        row[nodes] = np.arange(nodes.size)
        counts = facts.imposed_end[nodes] - facts.imposed_begin[nodes]
        ends = np.cumsum(counts)
        imposed = np.arange(counts.sum()) + np.repeat(facts.imposed_begin[nodes] - (ends - counts), counts)
        return Columns(
            self.projects,
            TaskColumns.of(
                [self.task_ids[node] for node in nodes],
                duration=facts.duration[nodes],
                project=facts.project[nodes],
                kind=facts.kind[nodes],
                remaining=facts.remaining[nodes],
                parent=np.where(self.parent[nodes] == NEVER, NEVER, row[self.parent[nodes]]),
                calendar=facts.axis[nodes],
                mode=facts.mode[nodes],
                constraint=facts.constraint[nodes],
                constraint_at=facts.constraint_at[nodes],
                deadline=facts.deadline[nodes],
                actual_start=facts.actual_start[nodes],
                actual_finish=facts.actual_finish[nodes],
            ),
            LinkColumns.of(
                [self.link_ids[link] for link in links],
                predecessor=row[ties.before[links]],
                successor=row[ties.after[links]],
                kind=ties.kind[links],
                lag=ties.lag[links],
                lag_calendar=ties.lag_calendar[links],
            ),
            ImposedColumns.of(
                [self.imposed_ids[number] for number in imposed],
                task=np.repeat(row[nodes], counts),
                at=facts.imposed_at[imposed],
                side=facts.imposed_side[imposed],
            ),
            list(self.axis_of),
            self.deadline,
        )


def longer(column: NDArray[Any], size: int) -> NDArray[Any]:
    """The column with zeros behind it."""
    extended: NDArray[Any] = np.zeros(size, column.dtype)
    extended[: column.size] = column
    return extended
