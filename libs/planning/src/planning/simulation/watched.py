"""Dates that are wanted run by run: when certain tasks, or the last of several, are done or begin."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from planning.network import Network
from planning.plan import Id
from planning.scheduled import Schedule
from planning.simulation import reference
from planning.simulation.arrays import Single
from planning.simulation.model import Model
from planning.timeline.arrays import FINISHES, STARTS, Double, Whole

NOWHERE = float("-inf")


@dataclass(frozen=True, slots=True)
class Watched:
    """The last finish of these tasks, or with ``is_start`` their last start. Summaries have no work of their own and are left out."""

    tasks: Collection[Id]
    is_start: bool = False


class WatchedDates:
    """Collects the watched dates of each block of runs: instants, counted from the model's origin, [runs] of each key."""

    def __init__(
        self, watched: Mapping[Id, Watched], model: Model, network: Network, planned: Schedule, runs: int
    ) -> None:
        self._model = model
        row = {task.id: place for place, task in enumerate(network.tasks)}
        self._floor: dict[Id, float] = {}
        self._rows: dict[Id, Whole] = {}
        self._is_start = {key: each.is_start for key, each in watched.items()}
        self.values: dict[Id, Double] = {key: np.empty(runs) for key in watched}
        for key, each in watched.items():
            known = [task_id for task_id in each.tasks if task_id in row]
            rows = np.array([row[task_id] for task_id in known], np.int64)
            is_open = model.rows.is_open[rows]
            done = [task_id for task_id, has_work in zip(known, is_open, strict=True) if not has_work]
            items = (planned.items[task_id] for task_id in done)
            fixed = [item.early_start if each.is_start else item.early_finish for item in items]
            self._floor[key] = max((float(at) for at in fixed), default=NOWHERE) - model.origin
            self._rows[key] = rows[is_open]

    def take(self, part: slice, start: Single, work: Single) -> None:
        """A block's runs, the last of them perhaps not wanted."""
        rows, axes = self._model.rows, self._model.axes
        for key, values in self.values.items():
            wanted = values[part].size
            latest = np.full(wanted, self._floor[key])
            for place in self._rows[key]:
                reading = STARTS if self._is_start[key] and work[place, 0] > 0 else FINISHES
                at = start[place] if self._is_start[key] else start[place] + work[place]
                instants = reference.instants(axes, int(rows.axis[place]), at[:wanted].astype(np.float64), reading)
                np.maximum(latest, instants, out=latest)
            values[part] = latest

    def instants(self) -> dict[Id, Double]:
        """The dates by key, [runs] instants in the order of the runs; keys of which no task is in the network are left out."""
        return {
            key: values + self._model.origin
            for key, values in self.values.items()
            if values.size and values[0] > NOWHERE
        }
