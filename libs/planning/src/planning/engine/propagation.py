"""What follows from changes to a live network: cones where they are narrow, whole passes where they are not."""

from collections.abc import Sequence

import numpy as np

from planning.engine.anchors import deadline_of, finish_of_all, positions_of
from planning.engine.arrays import (
    ABSENT,
    COLUMNS,
    EARLY_START,
    LATE,
    NEVER,
    OUTSIDE,
    SPANS,
    Early,
    Instants,
    Ints,
    Late,
    Log,
    empty_log,
)
from planning.engine.cones import WHOLE, ebb, instants_before, instants_now, spread
from planning.engine.editing import Editing
from planning.engine.network import OUTSIDE_TABLE, Laid
from planning.engine.passes import backward, forward
from planning.engine.run import beyond
from planning.engine.spans import refresh_efforts
from planning.engine.steps import instant_of
from planning.engine.store import Store
from planning.errors import OutsideCalendar

SHARE = 33
"""A cone wider than one node in so many costs more than a whole pass."""
LEAST = 64
"""A cone of so few nodes is never too wide."""


class Propagation:
    """The dates of a store, kept. finish: of the whole plan, an instant. most: how wide a cone may be."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.most = max(LEAST, store.nodes // SHARE)
        self._log = empty_log(self.most)
        self._last = np.full(len(store.axis_of), NEVER, np.int32)
        self._whole = self._anchor = np.empty(0, np.int32)
        self._yields = False
        self._efforts: dict[int, tuple[int, int]] = {}
        self.finish = 0

    def early(self, node: int) -> tuple[int, int]:
        """Early start and finish of a node."""
        if node in self._efforts:
            return self._efforts[node]
        store, network = self._store, self._store.network
        start, finish = (
            instant_of(network.axes, int(network.facts.axis[node]), network.limits, store.early, 2 * node + side)
            for side in (0, 1)
        )
        return start, finish

    def whole(self) -> None:
        """Work out everything. Raises OutsideCalendar."""
        self._forward()
        self._find_finish()
        self._anchor_late()
        self._yields = self._has_late(self._store.network.order)
        self._backward()
        self._efforts = self._spans()

    def after(self, editing: Editing) -> tuple[Ints, Instants, Instants]:
        """Work out what the changes have touched: the nodes that moved, their early dates and those before: [nodes, 2], ABSENT for new ones.

        Raises OutsideCalendar; then nothing can be relied on until `whole`.
        """
        log, is_narrow = self._spread(editing)
        anchors_moved = self._follow_finish(editing, log)
        touched = np.fromiter(editing.touched, np.int32, len(editing.touched))
        begins_to_yield = not self._yields and self._has_late(touched)
        self._yields |= begins_to_yield
        if anchors_moved or begins_to_yield or not is_narrow or not self._ebb(editing, log):
            self._backward()
        return self._moved(editing, log, touched)

    def laid_out(self, plan: Laid) -> tuple[Early, Late]:
        """The dates in the storage order of `plan`, which is the store's plan laid out anew."""
        store, early, late = self._store, self._store.early, self._store.late
        nodes, links = store.in_turn()
        number = np.full(store.link_room + 1, NEVER, np.int32)  # the last stands for no driver
        number[links] = np.arange(links.size)
        node = nodes[plan.row]
        ends = np.stack([early.ends[2 * node], early.ends[2 * node + 1]], axis=1).ravel()
        return Early(early.start[node], ends, number[early.driver[node]], early.opens[node]), Late(
            *(column[node] for column in late)
        )

    def _has_late(self, nodes: Ints) -> bool:
        return bool((self._store.network.limits.flags[nodes] & LATE).any())

    def _forward(self) -> None:
        store = self._store
        self._refuse(forward(store.network, store.early, store.crossing))

    def _backward(self) -> None:
        store = self._store
        self._refuse(
            backward(store.network, store.early, store.late, self._anchor, self._whole, store.crossing, self._yields)
        )

    def _refuse(self, node: int) -> None:
        if node != NEVER:
            raise OutsideCalendar(OUTSIDE_TABLE, self._store.task_ids[node])

    def _spread(self, editing: Editing) -> tuple[Log, bool]:
        """Early dates: what has changed, and whether it was little."""
        store, log = self._store, self._log
        seeds = np.fromiter(editing.early_seeds, np.int32, len(editing.early_seeds))
        outcome = spread(store.network, store.early, log, store.rank, seeds, store.queue, store.queued, store.crossing)
        if outcome == WHOLE:
            return log, True
        early = store.early
        before = Early(early.start.copy(), early.ends.copy(), early.driver, early.opens.copy())
        written = log.node[: log.written[0]]
        before.start[written], before.opens[written] = log.start[: written.size], log.opens[: written.size]
        before.ends[2 * written], before.ends[2 * written + 1] = (
            log.ends[: 2 * written.size : 2],
            log.ends[1 : 2 * written.size : 2],
        )
        self._forward()
        differs = (before.start != early.start) | (before.opens != early.opens)
        differs |= (before.ends[::2] != early.ends[::2]) | (before.ends[1::2] != early.ends[1::2])
        nodes = differs.nonzero()[0].astype(np.int32)
        ends = np.stack([before.ends[2 * nodes], before.ends[2 * nodes + 1]], axis=1).ravel()
        return Log(np.array([nodes.size], np.int32), nodes, before.start[nodes], ends, before.opens[nodes]), False

    def _follow_finish(self, editing: Editing, log: Log) -> bool:
        """Find the finish anew where something that touched the last position of an axis has changed. Whether late dates have other anchors."""
        store, axis = self._store, self._store.network.facts.axis
        count = int(log.written[0])
        nodes, was = log.node[:count], [each for each in editing.touched.values() if each is not None]
        flags = store.network.limits.flags
        now = np.concatenate([nodes, np.fromiter(editing.touched, np.int32, len(editing.touched))])
        if self._last.size < len(store.axis_of):
            self._last = np.full(len(store.axis_of), NEVER, np.int32)
        elif not (
            editing.gone
            or len(was) < len(editing.touched)
            or any(each.flags != int(flags[node]) & SPANS for node, each in editing.touched.items() if each)
            or any(each.end >= self._last[each.axis] for each in was)
            or (log.ends[1 : 2 * count : 2] >= self._last[axis[nodes]]).any()
            or (store.early.ends[2 * now + 1] >= self._last[axis[now]]).any()
        ):
            return False
        self._find_finish()
        return self._anchor_late()

    def _find_finish(self) -> None:
        store = self._store
        finish = finish_of_all(store.network, store.early, self._last)
        if finish == OUTSIDE:
            self._refuse(beyond(store.network, store.early))
        self.finish = finish

    def _anchor_late(self) -> bool:
        """Where late dates are counted back from. Whether it is elsewhere than before."""
        store = self._store
        deadline = deadline_of(store.projects, store.deadline)
        whole = positions_of(store.network, self.finish)
        anchor = whole if deadline is None else positions_of(store.network, deadline)
        same = np.array_equal(whole, self._whole) and np.array_equal(anchor, self._anchor)
        self._whole, self._anchor = whole, anchor
        return not same

    def _ebb(self, editing: Editing, log: Log) -> bool:
        """Late dates, where that is not too much. Whether it was not."""
        store = self._store
        seeds = np.fromiter(editing.late_seeds, np.int32, len(editing.late_seeds))
        outcome = ebb(
            store.network,
            store.early,
            store.late,
            self._anchor,
            self._whole,
            log,
            store.rank,
            seeds,
            store.queue,
            store.queued,
            store.crossing,
            self._yields,
        )
        return outcome == WHOLE

    def _moved(self, editing: Editing, log: Log, touched: Ints) -> tuple[Ints, Instants, Instants]:
        store, network = self._store, self._store.network
        count = int(log.written[0])
        before = np.empty((count, 2), np.int64)
        instants_before(network, log, before)
        store.queued[touched] = 1
        own = store.queued[log.node[:count]] != 0
        store.queued[touched] = 0
        was = [(ABSENT, ABSENT) if each is None else each[:2] for each in editing.touched.values()]
        nodes = np.concatenate([log.node[:count][~own], touched])
        previous = np.concatenate([before[~own], np.array(was, np.int64).reshape(-1, 2)])
        early = np.empty((nodes.size, 2), np.int64)
        instants_now(network, store.early, nodes, early)
        moved = (early != previous).any(axis=1) & (network.limits.flags[nodes] & SPANS == 0)
        efforts, self._efforts = self._efforts, self._spans()
        shifted = [node for node, dates in self._efforts.items() if efforts.get(node) != dates]
        return (
            np.concatenate([nodes[moved], np.array(shifted, np.int32)]),
            np.concatenate([early[moved], _pairs([self._efforts[node] for node in shifted])]),
            np.concatenate([previous[moved], _pairs([efforts.get(node, (ABSENT, ABSENT)) for node in shifted])]),
        )

    def _spans(self) -> dict[int, tuple[int, int]]:
        """Early start and finish of the levels of effort. Raises OutsideCalendar."""
        store, network = self._store, self._store.network
        if not store.efforts:
            return {}
        efforts = np.fromiter(store.efforts, np.int32, len(store.efforts))
        dates = np.empty((store.node_room, COLUMNS), np.int64)
        self._refuse(refresh_efforts(network, store.early, store.late, efforts, dates))
        spans = dates[efforts, EARLY_START : EARLY_START + 2].tolist()
        return {node: (start, finish) for node, (start, finish) in zip(efforts.tolist(), spans, strict=True)}


def _pairs(spans: Sequence[tuple[int, int]]) -> Instants:
    return np.array(spans, np.int64).reshape(-1, 2)
