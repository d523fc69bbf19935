"""How far goals are: key results measured, rolled up through the tree. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from contracts.values import Ratio
from contracts.values.numbers import LIMIT
from contracts.vocabulary import GoalStatus
from planning.figure import Figure
from planning.goals import Contribution, progress, roll_up
from planning.goals import KeyResultKind as Kind
from program_svc.goals.tree import GoalTree
from program_svc.key_results.models import KeyResult

OUT_OF_RANGE = "out_of_range"


def progress_of(key_result: KeyResult) -> Figure:
    """How far a key result is, uncapped."""
    return progress(Kind(key_result.kind), key_result.base, key_result.target, key_result.actual)


def ratio(figure: Figure) -> Ratio:
    """Progress on the wire; a value beyond JSON's exact numbers (a target next to its base) is `out_of_range`."""
    if figure.value is not None and abs(figure.value) > LIMIT:
        return Ratio.undefined(OUT_OF_RANGE)
    return Ratio(value=figure.value, reason=figure.reason)


@dataclass(slots=True)
class Progress:
    """The progress of every goal of a tree, each computed once. Trees may be deep, so nothing here recurses."""

    tree: GoalTree
    _known: dict[UUID, Figure] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, tree: GoalTree, key_results: Iterable[KeyResult]) -> "Progress":
        """Measured by these key results."""
        measured: dict[UUID, list[Contribution]] = {}
        for each in sorted(key_results, key=lambda key_result: key_result.id):
            measured.setdefault(each.goal_id, []).append(Contribution(progress_of(each), each.weight))
        computed = cls(tree)
        for goal_id in reversed(_from_the_roots(tree)):
            children = [computed._contribution(child_id) for child_id in tree.children.get(goal_id, ())]
            computed._known[goal_id] = roll_up([*measured.get(goal_id, ()), *children])
        return computed

    def at(self, goal_id: UUID) -> Figure:
        """How far this goal is."""
        return self._known[goal_id]

    def _contribution(self, goal_id: UUID) -> Contribution:
        goal = self.tree.goals[goal_id]
        return Contribution(self._known[goal_id], goal.weight, cancelled=goal.state is GoalStatus.CANCELLED)


def _from_the_roots(tree: GoalTree) -> list[UUID]:
    order = list(tree.children.get(None, ()))
    for goal_id in order:  # grows while it is walked
        order.extend(tree.children.get(goal_id, ()))
    return order
