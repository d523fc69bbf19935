"""The dates of a live network at one moment, where they lie: by node, without laying the plan out anew."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from planning.engine.arrays import COLUMNS, DONE, NEVER, SPANS, Instants, Ints
from planning.engine.codes import SUMMARY
from planning.engine.network import OUTSIDE_TABLE
from planning.engine.rows import all_dates
from planning.engine.spans import all_efforts, roll_up
from planning.engine.store import Store
from planning.errors import OutsideCalendar
from planning.plan import Id


class Glance(NamedTuple):
    """nodes: those that are there. dates: [nodes ever, columns as in planning.engine.arrays], those of nodes that are gone say nothing.

    driver, imposed: per node the number of the link or imposed date that drives it, or NEVER. A link or imposed date that is put again
    has another number. The names by number, and the nodes by task, are the network's own, shared and not copied: they grow with it, and
    a network that begins anew in longer arrays begins new ones.
    """

    nodes: Ints
    dates: Instants
    driver: Ints
    imposed: Ints
    task_ids: Sequence[Id]
    link_ids: Sequence[Id]
    imposed_ids: Sequence[Id]
    node_of: Mapping[Id, int]


def glance(store: Store) -> Glance:
    """The store's dates as they are. Raises OutsideCalendar."""
    network, early, late = store.network, store.early, store.late
    limits = network.limits
    dates = np.empty((store.node_room, COLUMNS), np.int64)
    for outside in (all_dates(network, early, late, dates), all_efforts(network, early, late, dates)):
        if outside != NEVER:
            raise OutsideCalendar(OUTSIDE_TABLE, store.task_ids[outside])
    if (network.facts.kind[network.order] == SUMMARY).any():
        _roll_up(store, dates)
    holds = (early.driver == NEVER) & (early.start == limits.floor) & (limits.flags & SPANS == 0)
    return Glance(
        network.order.copy(),
        dates,
        early.driver.copy(),
        np.where(holds, limits.imposed, np.int32(NEVER)),
        store.task_ids,
        store.link_ids,
        store.imposed_ids,
        store.node_of,
    )


def _roll_up(store: Store, dates: Instants) -> None:
    flags = store.network.limits.flags
    starts = np.array([project.start for project in store.projects], np.int64)
    done = ((flags & DONE) != 0).astype(np.uint8)
    outside = roll_up(store.network, store.parent, starts, done, dates, np.zeros(store.node_room, np.uint8))
    if outside != NEVER:  # a circle of ancestors has been refused before
        raise OutsideCalendar(OUTSIDE_TABLE, store.task_ids[NEVER - 1 - outside])
