"""Settling a program after a batch of its projects' events, from what is remembered of it if that still holds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlmodel import col

import planning
from chassis.received import ReceivedEvent
from chassis.statements import fetch
from planning.critical_path import SMALL
from program_svc.boundaries import LockedProgram
from program_svc.components.models import Component
from program_svc.dependencies.standing import dissolve_lost
from program_svc.network.calendars import Calendars, calendars_of
from program_svc.network.compute import Network
from program_svc.network.facts import deadline_of, facts_from, known_projects, live_dependencies
from program_svc.network.held import Held
from program_svc.network.inputs import Inputs, inputs_of, unresolved
from program_svc.network.memory import Memory, Place, Remembered, next_place
from program_svc.network.moves import StoredRow
from program_svc.network.news import News
from program_svc.network.objects import Objects
from program_svc.network.queries import Unschedulable
from program_svc.network.settle import Changes, settle_on
from program_svc.network.stored import stored_rows
from program_svc.replica.heard import Heard
from program_svc.replica.models import CALENDARS, PROJECTS

LARGE = SMALL + 1
"""From so many tasks and links on a network is held in arrays, which bring the compiled engine; a smaller one does without."""

_PARTS = """
    SELECT components.id, project_id, coalesce(here.revision, 0) AS revision, coalesce(here.position, 0) AS position,
           coalesce(here.positions, 0) AS positions,
           'known_projects'::regclass::oid::bigint AS picture
    FROM components LEFT JOIN boundary_positions AS here ON here.kind = 'project' AND here.id = project_id
    WHERE program_id = $1
"""


@dataclass(slots=True)
class Parts:
    """A program's components, by project."""

    ids: dict[UUID, UUID]
    places: dict[UUID, Place]
    """Where each project stands in the replica."""
    picture: int
    """Which tables the replica is in: a rebuild puts others in their place."""

    def drop(self, project_id: UUID) -> UUID:
        """It takes part no more; the component's id."""
        del self.places[project_id]
        return self.ids.pop(project_id)


async def parts_of(locked: LockedProgram) -> Parts:
    """The program's components, as they are while it is locked."""
    rows = await fetch(locked.session, _PARTS, locked.program.id)
    return Parts(
        {row["project_id"]: row["id"] for row in rows},
        {row["project_id"]: (row["revision"], row["position"], row["positions"]) for row in rows},
        rows[0]["picture"] if rows else 0,
    )


@dataclass(slots=True)
class Batch:
    """What one batch of events said: the rows that were written, and the first event of each project."""

    heard: Heard
    first: dict[UUID, ReceivedEvent] = field(default_factory=dict)

    @classmethod
    def of(cls, heard: Heard, applied: Sequence[ReceivedEvent]) -> "Batch":
        """In the order in which they were applied."""
        batch = cls(heard)
        for event in applied:
            batch.first.setdefault(event.boundary_id, event)
        return batch

    def says_of_calendars(self, project_ids: Collection[UUID]) -> bool:
        """Whether a calendar of these projects changed, and with it perhaps every date."""
        kept = self.heard.kept.get(CALENDARS, {}).values()
        return bool(self.heard.gone.get(CALENDARS)) or any(row["project_id"] in project_ids for row in kept)


async def follow(locked: LockedProgram, memory: Memory, batch: Batch | None, changes: Changes, parts: Parts) -> None:
    """Bring everything derived of the program up to date after the batch, and remember it; without a batch it is read anew.

    Raises Unschedulable.
    """
    known, revision = memory.take(locked.program.id), locked.program.latest_revision
    await dissolve_lost(locked, changes.lost)
    await locked.session.flush()
    if known is not None and known.picture != parts.picture:
        known = None
    if known is not None and known.revision == revision and not changes.lost:
        dependencies = known.dependencies
    else:
        dependencies = await live_dependencies(locked.session, locked.program.id)
    told = known.told if known is not None and dependencies is known.dependencies else {}
    held: Held | None = None
    try:
        if known is not None and batch is not None and known.deadline == _deadline(locked, known.held):
            held = await _gone_on(locked, known, parts.places, batch)
        if held is None:
            held = await _load(locked)
        network = held.network(_deadline(locked, held), dependencies)
        difference = held.difference(network)
    except (
        planning.PlanError
    ):  # what it says, or which dependency has to give way, is for the whole computation to find
        held = _objects(locked, await _read(locked))
        try:
            network = held.network(_deadline(locked, held), dependencies)
        except planning.PlanError as error:
            raise Unschedulable.because(error) from error
        difference = held.difference(network)
    await settle_on(locked, network, difference, changes.changed | changes.lost, told)
    held.stored()
    if isinstance(held, Objects) and held.size >= LARGE and not _is_suspended(network):
        return  # next time as arrays
    revision, deadline = locked.program.latest_revision, network.facts.deadline
    remembered = Remembered(held, revision, deadline, parts.places, dependencies, told, parts.picture)
    memory.keep_on_commit(locked.session, locked.program.id, remembered)


def _deadline(locked: LockedProgram, held: Held) -> int | None:
    return deadline_of(locked.program.deadline, held.projects, held.calendars)


async def _gone_on(locked: LockedProgram, known: Remembered, places: Mapping[UUID, Place], batch: Batch) -> Held | None:
    """What is held, brought up to date; none if it is not of where this batch began, or more follows than the batch says.

    Raises a planning.PlanError.
    """
    if places.keys() != known.places.keys() or batch.says_of_calendars(places):
        return None
    for project_id, place in places.items():
        first = batch.first.get(project_id)
        if place != known.places[project_id] if first is None else first.place != next_place(known.places[project_id]):
            return None
    if not await _follow_projects(locked, known.held, batch, places):
        return None
    changes = News(batch.heard, known.held).changes()
    if changes is None:
        return None
    known.held.change(changes)
    return known.held


async def _follow_projects(locked: LockedProgram, held: Held, batch: Batch, places: Mapping[UUID, Place]) -> bool:
    """Take over what has changed of projects themselves. False where that changes the frame of their plans."""
    heard = [id_ for id_ in batch.heard.kept.get(PROJECTS, {}) if id_ in places]
    if not heard:
        return True
    now = await known_projects(locked.session, heard)
    for project_id in heard:
        before, after = held.projects.get(project_id), now.get(project_id)
        if before is None and after is None:
            continue
        if before is None or after is None or _frame(before) != _frame(after):
            return False
        held.projects = {**held.projects, project_id: after}
    return True


def _frame(project: Row[Any]) -> tuple[Any, ...]:
    return project.start, project.data_date, project.calendar_id, project.progress_logic, project.critical_float


@dataclass(frozen=True, slots=True)
class _Read:
    """A program as the database has it."""

    inputs: Inputs
    projects: Mapping[UUID, Row[Any]]
    calendars: Calendars
    rows: Mapping[UUID, StoredRow]


async def _read(locked: LockedProgram) -> _Read:
    components = select(col(Component.project_id)).where(col(Component.program_id) == locked.program.id)
    projects = await known_projects(locked.session, list(await locked.session.scalars(components)))
    rows = await stored_rows(locked.session, locked.program.id)
    calendars = await calendars_of(locked.session, projects)
    return _Read(await inputs_of(locked.session, projects), projects, calendars, rows)


async def _load(locked: LockedProgram) -> Held:
    """What is to be held of the program, anew. Raises a planning.PlanError."""
    read = await _read(locked)
    if len(read.inputs.tasks) + len(read.inputs.links) < LARGE:
        return _objects(locked, read)
    from program_svc.network.columns import arrays_of  # brings numba

    return arrays_of(read.inputs, read.projects, read.calendars, locked.program.deadline, read.rows)


def _objects(locked: LockedProgram, read: _Read) -> Objects:
    facts = facts_from(read.inputs, read.projects, read.calendars, locked.program.deadline, ())
    return Objects(facts, read.rows, unresolved(read.inputs))


def _is_suspended(network: Network) -> bool:
    return any(standing.suspended_path is not None for standing in network.standings.values())
