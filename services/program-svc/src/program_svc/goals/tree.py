"""The goal tree of an organisation, whole in memory: trees of goals are small, and every question about one needs its neighbours."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from contracts.vocabulary import GoalStatus
from program_svc.goals.models import Goal


@dataclass(frozen=True, slots=True)
class GoalTree:
    """Goals by id, and the ids of each goal's children (``None``: the roots), oldest first."""

    goals: Mapping[UUID, Goal]
    children: Mapping[UUID | None, list[UUID]]

    @classmethod
    def of(cls, goals: Iterable[Goal]) -> Self:
        """The tree of all goals of an organisation."""
        by_id = {goal.id: goal for goal in sorted(goals, key=lambda goal: goal.id)}
        children: dict[UUID | None, list[UUID]] = {}
        for goal in by_id.values():
            children.setdefault(goal.parent_id, []).append(goal.id)
        return cls(by_id, children)

    def upwards(self, goal_id: UUID) -> Iterator[Goal]:
        """The goal, its parent, and so on to the root."""
        here: UUID | None = goal_id
        while here is not None:
            goal = self.goals[here]
            yield goal
            here = goal.parent_id

    def below(self, goal_id: UUID) -> set[UUID]:
        """The goal and everything under it."""
        found: set[UUID] = set()
        waiting = [goal_id]
        while waiting:
            here = waiting.pop()
            found.add(here)
            waiting.extend(self.children.get(here, ()))
        return found

    def is_live(self, goal_id: UUID) -> bool:
        """Whether the goal is still to be reached: active, and nothing above it cancelled."""
        is_active = self.goals[goal_id].state is GoalStatus.ACTIVE
        return is_active and all(goal.state is not GoalStatus.CANCELLED for goal in self.upwards(goal_id))

    def due(self, goal_id: UUID) -> date | None:
        """When the goal is due: its own date, or the nearest one above it."""
        return next((goal.due for goal in self.upwards(goal_id) if goal.due is not None), None)
