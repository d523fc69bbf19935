"""What comes in the busiest hour: changes of many managers, and imports of whole plans between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.scale.projectors import Times

HOUR = 3600.0
WORKING_DAY = 8 * HOUR


@dataclass(frozen=True, slots=True)
class Habits:
    """changes: of a manager on a working day; peak: how much denser they are in the busiest hour; events: of a change.

    organizations: among which the managers are spread, the larger the rarer (Zipf); imports: whole plans in the hour, of so many events
    each, which the relay sends as fast as it can, `relay` a second.
    """

    changes: int = 100
    peak: float = 5.0
    events: int = 2
    organizations: int = 2_000
    imports: int = 20
    events_of_import: int = 10_000
    relay: float = 10_000.0


@dataclass(frozen=True, slots=True)
class Hour:
    """Events in the order of the stream: when each came, and of which organisation."""

    came: Times
    organization: NDArray[np.uint64]


def busiest_hour(managers: int, habits: Habits, seed: int) -> Hour:
    """An hour drawn at random. The same arguments give the same hour."""
    chance = np.random.default_rng(seed)
    names = chance.integers(0, 2**63, habits.organizations, dtype=np.uint64)
    share = 1.0 / np.arange(1, habits.organizations + 1)
    share /= share.sum()
    changes = chance.poisson(managers * habits.changes * habits.peak * HOUR / WORKING_DAY)
    came = np.repeat(chance.uniform(0.0, HOUR, changes), habits.events)
    organization = np.repeat(names[chance.choice(habits.organizations, changes, p=share)], habits.events)
    for begins in chance.uniform(0.0, HOUR, habits.imports):
        own = names[chance.choice(habits.organizations, p=share)]
        came = np.concatenate((came, begins + np.arange(habits.events_of_import) / habits.relay))
        organization = np.concatenate((organization, np.full(habits.events_of_import, own)))
    order = np.argsort(came, kind="stable")
    return Hour(came[order], organization[order])
