"""A plan's network laid out with its latest positions, for whoever asks what these are counted back from."""

from collections.abc import Iterable
from functools import cached_property

from planning.network import Network, network_of
from planning.passes import Early, backward, backward_bound, forward, room
from planning.placing import is_late
from planning.plan import Link, Plan
from planning.reference import anchor_of, finish_of_all, positions_of


class Laid:
    """A plan's network with its late positions. is_by_finish: they are counted back from the finish of all, not from a deadline."""

    def __init__(
        self, network: Network, early: Early, late: list[int], whole: list[int], *, is_by_finish: bool
    ) -> None:
        self.network, self.early, self.late = network, early, late
        self.is_by_finish = is_by_finish
        self.place = {task.id: place for place, task in enumerate(network.tasks)}
        self.out: list[list[tuple[int, int]]] = [[] for _ in network.tasks]
        for after in range(len(network.tasks)):
            for link in range(network.first[after], network.first[after + 1]):
                if network.binding[link]:
                    self.out[network.source[link] >> 1].append((link, after))
        self._whole = whole

    @classmethod
    def of(cls, plan: Plan) -> "Laid":
        network = network_of(plan)
        early = forward(network)
        whole = positions_of(network, finish_of_all(network, early))
        deadline = anchor_of(plan)
        late = backward(network, whole if deadline is None else positions_of(network, deadline))
        return cls(network, early, late, whole, is_by_finish=deadline is None)

    @cached_property
    def _eager(self) -> list[bool]:
        held = self.network.limits.held
        return [not is_late(task, task_held) for task, task_held in zip(self.network.tasks, held, strict=True)]

    @cached_property
    def free(self) -> list[int]:
        """Latest finishes that move nobody."""
        return room(self.network, self.early, self._whole, [True] * len(self._eager))

    @cached_property
    def delayed(self) -> list[int]:
        """Latest finishes where those as late as possible give way."""
        return room(self.network, self.early, self._whole, self._eager)

    @cached_property
    def given_way(self) -> list[int]:
        """Where each task starts once those as late as possible have given way."""
        remaining = self.network.limits.remaining
        starts: Iterable[tuple[int, int, int, bool]] = zip(
            self.early.start, self.delayed, remaining, self._eager, strict=True
        )
        return [start if eager else max(start, latest - work) for start, latest, work, eager in starts]

    def follower(self, place: int, latest: list[int], starts: list[int]) -> Link | None:
        """The link to the task that follows at once on a latest finish; None where nothing but the end of all does."""
        for link, after in self.out[place]:
            if backward_bound(self.network, link, starts[after], after) == latest[place]:
                return self.network.links[link]
        return None
