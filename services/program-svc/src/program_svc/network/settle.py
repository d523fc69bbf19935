"""After a change: compute the program's network again, keep what changed, and say it.

Runs inside the transaction of the change, under the program's lock, once however many facts changed.
"""

from collections.abc import Collection, MutableMapping
from dataclasses import dataclass, field
from uuid import UUID

from chassis import outbox
from contracts.program_events import DependencyState
from program_svc.boundaries import LockedProgram
from program_svc.dependencies.standing import dissolve_lost, take_standing
from program_svc.network.compute import Network
from program_svc.network.facts import Facts, facts_of
from program_svc.network.held import Difference
from program_svc.network.keeping import keep_dates
from program_svc.network.objects import compared
from program_svc.network.queries import computed
from program_svc.network.stored import stored_rows
from program_svc.tolerances.drafting import draft_exceptions
from program_svc.tolerances.measures import due_of, network_measures


@dataclass(slots=True)
class Changes:
    """What a transaction changed of a program's facts: ids of tasks, links, dependencies and projects.

    ``lost`` are the tasks and projects that were deleted, cancelled or left the program: their dependencies dissolve.
    """

    changed: set[UUID] = field(default_factory=set)
    lost: set[UUID] = field(default_factory=set)

    def add(self, other: "Changes") -> None:
        """These too."""
        self.changed |= other.changed
        self.lost |= other.lost


async def settle(locked: LockedProgram, changes: Changes, facts: Facts | None = None) -> Network:
    """Bring everything derived up to date with the facts, those given or, without any, those that this transaction now sees.

    Raises Unschedulable, with nothing but lost ends dissolved.
    """
    await dissolve_lost(locked, changes.lost)
    await locked.session.flush()
    network = computed(facts if facts is not None else await facts_of(locked.session, locked.program))
    difference, _ = compared(await stored_rows(locked.session, locked.program.id), network)
    await settle_on(locked, network, difference, changes.changed | changes.lost, {})
    await outbox.catch_up(locked.session)
    return network


async def settle_on(
    locked: LockedProgram,
    network: Network,
    difference: Difference,
    changed: Collection[UUID],
    told: MutableMapping[UUID, DependencyState],
) -> None:
    """Keep the network's dates, give the dependencies what it says of them, and draft an exception where it exceeds a tolerance.

    The database has all of it with the events, or once `outbox.catch_up` was called. ``told``: see take_standing.
    """
    facts = network.facts
    keep_dates(locked, network, difference, changed)
    granularities = {project_id: row.granularity for project_id, row in facts.projects.items()}
    await take_standing(locked, network.judged, network.standings, granularities, told)
    if locked.program.tolerances is not None and locked.program.is_open:
        due = await due_of(locked.session, locked.program, network)
        await draft_exceptions(locked, network, network_measures(locked.program, network, due))
