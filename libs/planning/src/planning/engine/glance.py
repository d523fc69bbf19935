"""The dates of a live network at one moment, where they lie: by node, without laying the plan out anew."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from planning.engine.arrays import (
    COLUMNS,
    DONE,
    EARLY_FINISH,
    EARLY_START,
    NEVER,
    SPANS,
    Flags,
    Instants,
    Ints,
)
from planning.engine.codes import SUMMARY, counting
from planning.engine.network import OUTSIDE_TABLE
from planning.engine.rows import all_dates
from planning.engine.run import critical_of
from planning.engine.spans import all_efforts, roll_up
from planning.engine.store import Store
from planning.errors import OutsideCalendar
from planning.kernel import lean
from planning.plan import Id


class Glance(NamedTuple):
    """start, finish: of the whole plan, as in planning.engine.dates; 0 without tasks. nodes: those that are there.

    dates: [nodes ever, columns as in planning.engine.arrays], those of nodes that are gone say nothing. critical: 0 or 1.
    driver, imposed: per node the number of the link or imposed date that drives it, or NEVER; one that is put again has another number.
    homes: the projects; home: per node the number of its own. Names by number, and nodes by task, are the network's own and not copied:
    they grow with it, and a network that begins anew in longer arrays begins new ones.
    """

    start: int
    finish: int
    nodes: Ints
    dates: Instants
    critical: Flags
    driver: Ints
    imposed: Ints
    task_ids: Sequence[Id]
    link_ids: Sequence[Id]
    imposed_ids: Sequence[Id]
    node_of: Mapping[Id, int]
    homes: Sequence[Id]
    home: Ints


def glance(store: Store) -> Glance:
    """The store's dates as they are. Raises OutsideCalendar."""
    network, early, late = store.network, store.early, store.late
    limits = network.limits
    dates = np.empty((store.node_room, COLUMNS), np.int64)
    for outside in (all_dates(network, early, late, dates), all_efforts(network, early, late, dates)):
        if outside != NEVER:
            raise OutsideCalendar(OUTSIDE_TABLE, store.task_ids[outside])
    critical = critical_of(network, store.projects, dates)
    if (network.facts.kind[network.order] == SUMMARY).any():
        _roll_up(store, dates, critical)
    holds = (early.driver == NEVER) & (early.start == limits.floor) & (limits.flags & SPANS == 0)
    nodes = network.order.copy()
    whole = dates[nodes[counting(network.facts.kind[nodes])]]
    return Glance(
        int(whole[:, EARLY_START].min()) if nodes.size else 0,
        int(whole[:, EARLY_FINISH].max()) if nodes.size else 0,
        nodes,
        dates,
        critical,
        early.driver.copy(),
        np.where(holds, limits.imposed, np.int32(NEVER)),
        store.task_ids,
        store.link_ids,
        store.imposed_ids,
        store.node_of,
        [project.id for project in store.projects],
        network.facts.project,
    )


def _roll_up(store: Store, dates: Instants, critical: Flags) -> None:
    flags = store.network.limits.flags
    starts = np.array([project.start for project in store.projects], np.int64)
    done = ((flags & DONE) != 0).astype(np.uint8)
    outside = roll_up(store.network, store.parent, starts, done, dates, critical)
    if outside != NEVER:  # a circle of ancestors has been refused before
        raise OutsideCalendar(OUTSIDE_TABLE, store.task_ids[NEVER - 1 - outside])


def differing(before: Glance, now: Glance) -> tuple[Ints, Ints]:
    """Between two glances with the same names: the nodes that are new or have other early dates or another driver, and those that are gone."""
    was, there = np.zeros(now.driver.size, np.uint8), np.zeros(now.driver.size, np.uint8)
    was[before.nodes], there[now.nodes] = 1, 1
    nodes = np.empty(now.driver.size, np.int32)
    count = _differing(
        was, there, before.dates, now.dates, before.driver, now.driver, before.imposed, now.imposed, nodes
    )
    return nodes[:count], (was > there).nonzero()[0].astype(np.int32)


@lean
def _differing(
    was: Flags,
    there: Flags,
    dates_before: Instants,
    dates: Instants,
    driver_before: Ints,
    driver: Ints,
    imposed_before: Ints,
    imposed: Ints,
    nodes: Ints,
) -> int:
    """Write the nodes that are there and differ, or were not there before. How many."""
    count = 0
    for node in range(there.size):
        if there[node] and (
            not was[node]
            or dates_before[node, EARLY_START] != dates[node, EARLY_START]
            or dates_before[node, EARLY_FINISH] != dates[node, EARLY_FINISH]
            or driver_before[node] != driver[node]
            or imposed_before[node] != imposed[node]
        ):
            nodes[count] = node
            count += 1
    return count
