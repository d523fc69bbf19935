"""Keeping a network's early dates: the rows that differ are written, and the moves are said with their causes."""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from contracts.program_events import ProgramRecalculation, ProgramScheduleRecalculated
from contracts.schedules import MOST_MOVES, ProgramMove
from contracts.vocabulary import TaskSide
from program_svc.boundaries import LockedProgram
from program_svc.network.compute import Network
from program_svc.network.held import Difference
from program_svc.network.instants import written, written_or_none
from program_svc.network.moves import StoredRow, causes
from program_svc.network.shapes import cause_on_wire, driving_of, finish_on_wire, start_on_wire
from program_svc.network.stored import Moved, forget_rows, hold_rows, move_rows


def keep_dates(locked: LockedProgram, network: Network, difference: Difference, changed: Collection[UUID]) -> None:
    """Record the moves and have the rows that differ written with them. A task that is new moves from nowhere."""
    session, program_id = locked.session, locked.program.id
    if difference.gone:
        forget_rows(session, program_id, difference.gone)
    moving: list[UUID] = []
    staying: dict[UUID, StoredRow] = {}
    rows: dict[UUID, tuple[StoredRow, StoredRow | None]] = {}
    for task_id in difference.differing:
        dates = difference.after.get(task_id)
        if dates is None:
            raise LookupError(task_id)
        row, was = StoredRow.of(dates), difference.stored.get(task_id)
        rows[task_id] = row, was
        if was is not None and row[1:3] == was[1:3]:
            staying[task_id] = row
        else:
            moving.append(task_id)
    if staying:
        hold_rows(session, program_id, staying)
    if moving:
        found = causes(moving, difference.before, difference.after, changed)
        moves = [
            Moved(task_id, *rows[task_id], cause_on_wire(found[task_id], rows[task_id][0].project_id))
            for task_id in moving
        ]
        told = [_told(network, difference, move) for move in moves]
        for event in _recalculations(program_id, network, told):
            locked.record(event)
        move_rows(session, program_id, locked.organization_id, locked.revision, moves)


def _told(network: Network, difference: Difference, move: Moved) -> ProgramMove:
    row, was = move.row, move.was
    granularity: str = network.facts.projects[row.project_id].granularity
    dates = difference.after.get(move.task_id)
    return ProgramMove(
        project_id=row.project_id,
        task_id=move.task_id,
        early_start=written(row.early_start, TaskSide.START, granularity),
        early_finish=written(row.early_finish, TaskSide.FINISH, granularity),
        previous_early_start=written_or_none(None if was is None else was.early_start, TaskSide.START, granularity),
        previous_early_finish=written_or_none(None if was is None else was.early_finish, TaskSide.FINISH, granularity),
        cause=move.cause,
        driving=None if dates is None else driving_of(dates.driver),
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
