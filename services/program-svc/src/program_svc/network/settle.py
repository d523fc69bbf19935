"""After a change: compute the program's network again, keep what changed, and say it.

Runs inside the transaction of the change, under the program's lock, once however many facts changed.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from contracts.program_events import ProgramRecalculation, ProgramScheduleRecalculated
from contracts.schedules import MOST_MOVES, ProgramMove
from contracts.vocabulary import TaskSide
from program_svc.boundaries import LockedProgram
from program_svc.dependencies.standing import dissolve_lost, take_standing
from program_svc.network.compute import Network
from program_svc.network.facts import Facts
from program_svc.network.instants import written, written_or_none
from program_svc.network.models import ProgramScheduleRow
from program_svc.network.moves import Dates, RootCause, causes
from program_svc.network.queries import computed, network_of
from program_svc.network.shapes import cause_on_wire, dates_of, driving_of, finish_on_wire, start_on_wire
from program_svc.tables import METADATA

ROWS = METADATA.tables[str(ProgramScheduleRow.__tablename__)]


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
    network = computed(facts) if facts is not None else await network_of(locked.session, locked.program)
    facts = network.facts
    await _keep_dates(locked, network, changes.changed | changes.lost)
    granularities = {project_id: row.granularity for project_id, row in facts.projects.items()}
    take_standing(locked, facts.dependencies, network.standings, granularities)
    return network


async def _keep_dates(locked: LockedProgram, network: Network, changed: Collection[UUID]) -> None:
    """Write the rows that differ, and record the moves. A task that is new moves from nowhere."""
    stored = select(ROWS).where(ROWS.c.program_id == locked.program.id)
    rows = {row.task_id: row for row in await locked.session.execute(stored)}
    providers = _providers(network)
    before = {task_id: Dates.of_row(row, providers) for task_id, row in rows.items()}
    after = dates_of(network)
    differing = [task_id for task_id, dates in after.items() if dates != before.get(task_id)]
    moving = [task_id for task_id in differing if _instants(before.get(task_id)) != _instants(after[task_id])]
    found = causes(moving, before, after, changed)
    if gone := rows.keys() - after.keys():
        await locked.session.execute(
            delete(ROWS).where(ROWS.c.program_id == locked.program.id, ROWS.c.task_id.in_(gone))
        )
    if moving:
        moves = [_move(network, task_id, before.get(task_id), after[task_id], found[task_id]) for task_id in moving]
        for event in _recalculations(locked.program.id, network, moves):
            locked.record(event)
    if differing:
        moving_set = set(moving)
        values = [
            _row(locked, task_id, before.get(task_id), after[task_id], found.get(task_id))
            if task_id in moving_set
            else _kept(locked, rows[task_id], after[task_id])
            for task_id in differing
        ]
        statement = insert(ROWS)
        overwritten = {column.name: statement.excluded[column.name] for column in ROWS.c if not column.primary_key}
        await locked.session.execute(
            statement.on_conflict_do_update(index_elements=[ROWS.c.program_id, ROWS.c.task_id], set_=overwritten),
            values,
        )


def _instants(dates: Dates | None) -> tuple[int, int] | None:
    return None if dates is None else (dates.early_start, dates.early_finish)


def _providers(network: Network) -> dict[UUID, UUID]:
    facts = network.facts
    return {link.id: link.predecessor_id for link in facts.links} | {
        each.id: each.provider_task_id for each in facts.dependencies
    }


def _row(
    locked: LockedProgram, task_id: UUID, was: Dates | None, now: Dates, cause: RootCause | None
) -> dict[str, Any]:
    """The row of a task that moved, with the move that it remembers. A task that is new remembers none."""
    return {
        **_dates(locked, task_id, now),
        "moved_revision": None if was is None else locked.revision,
        "previous_early_start": None if was is None else was.early_start,
        "previous_early_finish": None if was is None else was.early_finish,
        "cause": None if was is None else cause_on_wire(cause, now.project_id).model_dump(mode="json"),
    }


def _kept(locked: LockedProgram, row: Row[Any], now: Dates) -> dict[str, Any]:
    """The row of a task that stays where it is, held there by something else; its last move is as before."""
    return {
        **_dates(locked, row.task_id, now),
        "moved_revision": row.moved_revision,
        "previous_early_start": row.previous_early_start,
        "previous_early_finish": row.previous_early_finish,
        "cause": row.cause,
    }


def _dates(locked: LockedProgram, task_id: UUID, now: Dates) -> dict[str, Any]:
    driver = now.driver
    return {
        "program_id": locked.program.id,
        "task_id": task_id,
        "organization_id": locked.organization_id,
        "project_id": now.project_id,
        "early_start": now.early_start,
        "early_finish": now.early_finish,
        "driving_link_id": driver.id if driver is not None and driver.kind == "link" else None,
        "driving_dependency_id": driver.id if driver is not None and driver.kind == "dependency" else None,
    }


def _move(network: Network, task_id: UUID, was: Dates | None, now: Dates, cause: RootCause | None) -> ProgramMove:
    granularity = network.facts.granularity_of(task_id)
    return ProgramMove(
        project_id=now.project_id,
        task_id=task_id,
        early_start=written(now.early_start, TaskSide.START, granularity),
        early_finish=written(now.early_finish, TaskSide.FINISH, granularity),
        previous_early_start=written_or_none(None if was is None else was.early_start, TaskSide.START, granularity),
        previous_early_finish=written_or_none(None if was is None else was.early_finish, TaskSide.FINISH, granularity),
        cause=cause_on_wire(cause, now.project_id),
        driving=driving_of(now.driver),
    )


def _recalculations(
    program_id: UUID, network: Network, moves: Sequence[ProgramMove]
) -> Iterator[ProgramScheduleRecalculated]:
    """The moves in parts; the cause of the first stands for the whole."""
    parts = [moves[first : first + MOST_MOVES] for first in range(0, len(moves), MOST_MOVES)]
    for number, part in enumerate(parts, start=1):
        yield ProgramScheduleRecalculated(
            data=ProgramRecalculation(
                program_id=program_id,
                cause=moves[0].cause,
                start=start_on_wire(network),
                finish=finish_on_wire(network),
                part=number,
                parts=len(parts),
                moves=list(part),
            )
        )
