"""The changes to the arrays of a live network, and what they leave to be worked out again."""

from typing import NamedTuple

import numpy as np

from planning.calendar import ROUND_THE_CLOCK
from planning.engine import codes
from planning.engine.arrays import ABSENT, LIMIT, NEVER, SPANS
from planning.engine.bounds import bound_node
from planning.engine.changes import Change, LinkRow, Removed, TaskRow
from planning.engine.network import OUTSIDE_TABLE, closed_path
from planning.engine.order import sequence, way
from planning.engine.ranks import CYCLE, TOO_WIDE, make_way
from planning.engine.steps import instant_of
from planning.engine.store import OWN_FACTS, Store
from planning.engine.tying import retie
from planning.errors import (
    HierarchyCycle,
    InvalidTask,
    NetworkCycle,
    OutsideCalendar,
    SummaryLinked,
    UnknownProject,
    UnknownTask,
)
from planning.limits import check_task, check_whole, remaining_of
from planning.plan import Id, Link, Task, TaskKind
from planning.size import check_size


class Was(NamedTuple):
    """What a node was before its own values changed: start and finish as instants, the finish as a position on its axis, its flags."""

    start: int
    finish: int
    axis: int
    end: int
    flags: int


class Editing:
    """One batch of changes. undo: what leads back, the last change last.

    touched: the nodes whose own values changed, and what they were, None for new ones. gone: what the removed ones were.
    early_seeds, late_seeds: the nodes from which early and late dates have to be worked out again.
    """

    def __init__(self, store: Store, most: int) -> None:
        """most: how many nodes to look at for a link's place in the order before all of it is made anew."""
        self._store = store
        self._most = most
        self.undo: list[Change] = []
        self.touched: dict[int, Was | None] = {}
        self.gone: list[Was] = []
        self.early_seeds: set[int] = set()
        self.late_seeds: set[int] = set()

    def make(self, change: Change) -> None:
        """Make a change. Raises a PlanError; what was changed before it is in `undo` even so."""
        match change:
            case Task():
                self._put_task(self._row_of(change))
            case TaskRow():
                self._put_task(change)
            case Link():
                self._put_link(LinkRow.of(change))
            case LinkRow():
                self._put_link(change)
            case Removed(id_) if id_ in self._store.link_of:
                self._drop_link(self._store.link_of[id_])
            case Removed(id_) if id_ in self._store.node_of:
                self._drop_task(self._store.node_of[id_])
            case Removed(id_):
                raise UnknownTask(id_, id_)

    def revert(self) -> None:
        """Undo all of it."""
        undo, self.undo = self.undo, []
        for change in reversed(undo):
            self.make(change)

    def _row_of(self, task: Task) -> TaskRow:
        store = self._store
        if task.calendar is not None:
            store.add_calendar(task.calendar)
        number = store.project_row.get(task.project_id)
        if number is None:
            raise UnknownProject(task.project_id, task.id)
        is_summary = task.kind is TaskKind.SUMMARY
        if not is_summary:
            check_task(task)
            if max(task.duration, task.remaining or 0) > LIMIT:
                raise OutsideCalendar("A duration longer than any calendar", task.id)
        project = store.projects[number]
        project_axis = store.axis_of[project.calendar]
        facts = (
            codes.KIND[task.kind],
            codes.MODE[task.mode],
            codes.ASAP if task.constraint is None else codes.CONSTRAINT[task.constraint.type],
            number,
            project_axis if task.calendar is None else store.axis_of[task.calendar],
            project_axis,
            0 if is_summary else task.duration,
            0 if is_summary else remaining_of(task),
            project.start if project.data_date is None else max(project.start, project.data_date),
            _instant(None if task.constraint is None else task.constraint.at, task.id),
            _instant(task.deadline, task.id),
            _instant(task.actual_start, task.id),
            _instant(task.actual_finish, task.id),
        )
        imposed = tuple((each.source_id, each.at, codes.SIDE[each.side]) for each in task.imposed)
        for source_id, at, _ in imposed:
            check_whole(source_id, "at", at)
            if abs(at) >= -ABSENT:
                raise OutsideCalendar(OUTSIDE_TABLE, task.id)
        return TaskRow(task.id, facts, task.parent_id, imposed, None)

    def _put_task(self, row: TaskRow) -> None:
        store = self._store
        node = store.node_of.get(row.id)
        parent = self._parent(row, node)
        if node is None:
            check_size(store.nodes + 1, len(store.link_of))
            turn = row.turn if row.turn is not None else store.next_task_turn
            store.next_task_turn = max(store.next_task_turn, turn + 1)
            node = store.append_node(row.id, turn)
            self.undo.append(Removed(row.id))
            self.touched[node] = None
        else:
            self._check_kind(row, node)
            self.undo.append(store.task_row(node))
            self._touch(node)
        facts = store.network.facts
        for column, value in zip(facts[:OWN_FACTS], row.facts, strict=True):
            column[node] = value
        store.add_imposed(node, row.imposed)
        store.parent[node] = parent
        (store.efforts.add if facts.kind[node] == codes.LEVEL_OF_EFFORT else store.efforts.discard)(node)
        if not bound_node(store.network.axes, facts, store.network.limits, node):
            raise OutsideCalendar(OUTSIDE_TABLE, row.id)
        self._retie(node)
        ties = store.network.ties
        self.early_seeds.update((node, *ties.after[store.out.links(node)].tolist()))
        self.late_seeds.update((node, *ties.before[store.into.links(node)].tolist()))

    def _parent(self, row: TaskRow, node: int | None) -> int:
        """The node of a task's parent. Raises UnknownTask, InvalidTask, HierarchyCycle."""
        store = self._store
        if row.parent is None:
            return NEVER
        parent = store.node_of.get(row.parent)
        if parent is None:
            raise UnknownTask(row.parent, row.id)
        if store.network.facts.kind[parent] != codes.SUMMARY:
            raise InvalidTask(row.parent, "has tasks below it and is no summary")
        path = [row.id]
        above = parent
        while above != NEVER:
            path.append(store.task_ids[above])
            if above == node:
                raise HierarchyCycle(path)
            above = int(store.parent[above])
        return parent

    def _check_kind(self, row: TaskRow, node: int) -> None:
        """Raises SummaryLinked, InvalidTask for a kind that a task with links, or with tasks below it, cannot have."""
        store = self._store
        is_summary = row.facts[0] == codes.SUMMARY
        if is_summary == (store.network.facts.kind[node] == codes.SUMMARY):
            return
        links = [*store.into.links(node), *store.out.links(node)]
        if is_summary and links:
            raise SummaryLinked(store.link_ids[links[0]], row.id)
        if not is_summary and (store.parent == node).any():
            raise InvalidTask(row.id, "has tasks below it and is no summary")

    def _drop_task(self, node: int) -> None:
        store = self._store
        task_id = store.task_ids[node]
        if (store.parent == node).any():
            raise InvalidTask(task_id, "has tasks below it")
        for link in {*store.into.links(node).tolist(), *store.out.links(node).tolist()}:
            self._drop_link(link)
        self.undo.append(store.task_row(node))
        self._touch(node)
        was = self.touched.pop(node)
        if was is not None:
            self.gone.append(was)
        store.remove_node(node)
        self.early_seeds.discard(node)
        self.late_seeds.discard(node)

    def _put_link(self, row: LinkRow) -> None:
        store = self._store
        turn = row.turn
        if row.id in store.link_of:
            known = store.link_of[row.id]
            turn = int(store.link_turn[known]) if turn is None else turn
            self._drop_link(known)
        before, after = self._link_end(row, row.predecessor), self._link_end(row, row.successor)
        check_whole(row.id, "lag", row.lag)
        if abs(row.lag) > LIMIT:
            raise OutsideCalendar("A lag longer than any calendar", row.successor)
        if row.lag_calendar == codes.ROUND_THE_CLOCK:
            store.round_the_clock = store.add_calendar(ROUND_THE_CLOCK)
        check_size(store.nodes, len(store.link_of) + 1)
        is_ordered = self._order(before, after)
        turn = store.next_link_turn if turn is None else turn
        store.next_link_turn = max(store.next_link_turn, turn + 1)
        store.append_link(row.id, before, after, (row.kind, row.lag, row.lag_calendar), turn)
        self.undo.append(Removed(row.id))
        if not is_ordered:
            self._order_all()
        self._retie(after)
        self.early_seeds.add(after)
        self.late_seeds.add(before)

    def _link_end(self, row: LinkRow, task_id: Id) -> int:
        node = self._store.node_of.get(task_id)
        if node is None:
            raise UnknownTask(task_id, row.id)
        if self._store.network.facts.kind[node] == codes.SUMMARY:
            raise SummaryLinked(row.id, task_id)
        return node

    def _drop_link(self, link: int) -> None:
        store, ties = self._store, self._store.network.ties
        before, after = int(ties.before[link]), int(ties.after[link])
        self.undo.append(store.link_row(link))
        store.remove_link(link)
        self.early_seeds.add(after)
        self.late_seeds.add(before)

    def _order(self, before: int, after: int) -> bool:
        """Put one node ahead of another. False where the order has to be made anew, once the link is there. Raises NetworkCycle."""
        store = self._store
        outcome = make_way(store.network, store.rank, before, after, self._most, store.queued)
        if outcome == TOO_WIDE:
            out, came_from = store.network.out, np.empty(store.node_room, np.int32)
            outcome = CYCLE if way(out.begin, out.end, out.target, after, before, came_from) else TOO_WIDE
        if outcome == CYCLE:
            out = store.network.out
            raise NetworkCycle(closed_path(store.task_ids, out.begin, out.end, out.target, before, after))
        return outcome != TOO_WIDE

    def _order_all(self) -> None:
        store, out = self._store, self._store.network.out
        order = np.empty(store.node_room, np.int32)
        sequence(store.into.end - store.into.begin, out.begin, out.end, out.target, order)
        there = np.zeros(store.node_room, bool)
        there[store.network.order] = True
        store.reorder(order[there[order]])

    def _retie(self, node: int) -> None:
        store = self._store
        store.crossing |= bool(retie(store.network, node, store.round_the_clock, store.overrides))

    def _touch(self, node: int) -> None:
        if node in self.touched:
            return
        network, early = self._store.network, self._store.early
        axis = int(network.facts.axis[node])
        start, finish = (instant_of(network.axes, axis, network.limits, early, 2 * node + side) for side in (0, 1))
        flags = int(network.limits.flags[node]) & SPANS
        self.touched[node] = Was(start, finish, axis, int(early.ends[2 * node + 1]), flags)


def _instant(at: int | None, task_id: Id) -> int:
    """The instant, ABSENT for None. Raises OutsideCalendar for one that 64 bits do not hold."""
    if at is None:
        return ABSENT
    if abs(at) >= -ABSENT:
        raise OutsideCalendar(OUTSIDE_TABLE, task_id)
    return at
