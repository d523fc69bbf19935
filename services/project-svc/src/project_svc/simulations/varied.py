"""What a simulation varies, in plain values: the process that computes loads `planning.simulation`, which brings a compiler, and nothing of the
service; the service loads neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

Points: TypeAlias = tuple[float, float, float, str]
"""Optimistic, likely, pessimistic (working minutes, or an amount), and how probability lies between them."""


@dataclass(frozen=True, slots=True)
class Event:
    """A risk. task_id and delay: None where it delays nothing."""

    id: UUID
    probability: float
    kind: str
    task_id: UUID | None
    delay: float | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """What a simulation varies: work that is left, costs (both by task), and risks."""

    durations: Mapping[UUID, Points]
    costs: Mapping[UUID, Points]
    events: Sequence[Event]
