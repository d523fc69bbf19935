"""Which dependencies stand as they did: their ends' dates and drivers are those of the glance at which they were judged."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from planning.engine import NEVER, Glance
from program_svc.dependencies.models import Dependency
from program_svc.network.compute import Network
from program_svc.network.standings import Standing


class Judgement:
    """The standings in a network, and the nodes that they were judged by. One that knows nothing has nothing unchanged."""

    def __init__(
        self,
        network: Network | None = None,
        dependencies: Sequence[Dependency] = (),
        projects: Mapping[UUID, Any] | None = None,
        seen: Glance | None = None,
    ) -> None:
        """Projects are in it for their granularity, in which the standings were told."""
        self._standings: Mapping[UUID, Standing] = {} if network is None else network.standings
        self._dependencies, self._projects = dependencies, projects
        self._put: set[UUID] = set()
        node_of = {} if seen is None else seen.node_of
        self._nodes = np.array(
            [
                (node_of.get(each.provider_task_id, NEVER), node_of.get(each.receiver_task_id, NEVER))
                for each in dependencies
            ],
            np.int32,
        ).reshape(-1, 2)

    def is_of(self, dependencies: Sequence[Dependency], projects: Mapping[UUID, Any]) -> bool:
        """Whether it was these very dependencies, and projects, that were judged."""
        return self._dependencies is dependencies and self._projects is projects

    def put(self, task_ids: Iterable[UUID]) -> None:
        """These tasks have changed in more than their dates."""
        self._put.update(task_ids)

    def forget(self) -> None:
        """Nothing is known any more."""
        self._standings = {}

    def unchanged(self, before: Glance | None, now: Glance) -> dict[UUID, Standing]:
        """The standings that are as they were, by dependency. ``before``: the glance at which they were judged, if it was kept."""
        if not self._standings or before is None or before.task_ids is not now.task_ids:
            return {}
        same = np.ones(len(self._dependencies), bool)
        for nodes in self._nodes.T:
            same &= (before.dates[nodes] == now.dates[nodes]).all(axis=1)
            same &= (before.driver[nodes] == now.driver[nodes]) & (before.imposed[nodes] == now.imposed[nodes])
        return {
            each.id: self._standings[each.id]
            for each, is_same in zip(self._dependencies, same.tolist(), strict=True)
            if is_same and each.provider_task_id not in self._put and each.receiver_task_id not in self._put
        }
