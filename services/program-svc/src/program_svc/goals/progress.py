"""How far goals are: key results measured, rolled up through the tree. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
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
NO_PERIOD = "no_period"


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
    _sure: dict[UUID, Figure] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, tree: GoalTree, key_results: Iterable[KeyResult]) -> "Progress":
        """Measured by these key results."""
        measured: dict[UUID, list[Contribution]] = {}
        sure: dict[UUID, list[Contribution]] = {}
        for each in sorted(key_results, key=lambda key_result: key_result.id):
            measured.setdefault(each.goal_id, []).append(Contribution(progress_of(each), each.weight))
            if each.confidence is not None:
                sure.setdefault(each.goal_id, []).append(Contribution(Figure.of(each.confidence), each.weight))
        computed = cls(tree)
        for goal_id in reversed(_from_the_roots(tree)):
            for own, known in ((measured, computed._known), (sure, computed._sure)):
                children = [computed._contribution(known, child_id) for child_id in tree.children.get(goal_id, ())]
                known[goal_id] = roll_up([*own.get(goal_id, ()), *children])
        return computed

    def at(self, goal_id: UUID) -> Figure:
        """How far this goal is."""
        return self._known[goal_id]

    def confidence_at(self, goal_id: UUID) -> Figure:
        """How sure those who measure are that it will be reached."""
        return self._sure[goal_id]

    def _contribution(self, known: Mapping[UUID, Figure], goal_id: UUID) -> Contribution:
        goal = self.tree.goals[goal_id]
        return Contribution(known[goal_id], goal.weight, cancelled=goal.state is GoalStatus.CANCELLED)


def elapsed(starts: date | None, due: date | None, today: date) -> Figure:
    """How much of a period is over at the end of a day, from 0 to 1."""
    if starts is None or due is None:
        return Figure.undefined(NO_PERIOD)
    days = (due - starts).days + 1
    return Figure.of(Decimal(min(max((today - starts).days + 1, 0), days)) / days)


def _from_the_roots(tree: GoalTree) -> list[UUID]:
    order = list(tree.children.get(None, ()))
    for goal_id in order:  # grows while it is walked
        order.extend(tree.children.get(goal_id, ()))
    return order
