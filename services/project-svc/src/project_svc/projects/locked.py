"""A project under this transaction's lock: the only way to change anything in it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Protocol, TypeVar, cast
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox, rows
from chassis.etag import check_if_match
from chassis.one_statement import expect, is_one_statement
from chassis.problem import NotFound
from chassis.statements import execute, fetch_row
from chassis.unit_of_work import DryRun, Unit, UnitOfWork
from contracts.events import Event, RecordEvent
from contracts.schedules import Cause
from contracts.values import ExternalRef, Id, Shape
from project_svc.links.models import Link
from project_svc.projects.models import STEPS, Project, ProjectClosed
from project_svc.projects.reading import find
from project_svc.records import ProjectRecord, RecordT, external_columns, new_id, now
from project_svc.schedule.columns import PlanColumns, plan_columns_of
from project_svc.schedule.rows import plan_rows

StateT = TypeVar("StateT", bound=Shape)
StateT_co = TypeVar("StateT_co", bound=Shape, covariant=True)


class Shown(Protocol[StateT_co]):
    """A record that shows itself in its contract's shape."""

    @property
    def revision(self) -> int:
        """The project's revision at which it last changed."""
        ...

    def wire(self) -> StateT_co:
        """The record as events and answers show it."""
        ...


class Changing(Shown[StateT_co], Protocol[StateT_co]):
    """A record that may change."""

    revision: int
    updated_at: datetime


EXPECT = """
    UPDATE projects SET revision = revision + 1 WHERE id = $1 AND organization_id = $2 AND revision = $3 AND xmin::text = $4 RETURNING id
"""
"""Every writer locks the row by writing to it: also one whose revision was given back, since nobody needed to hear of it, leaves another `xmin`."""
LOCK = "revision = revision + 1 WHERE id = $1 AND organization_id = $2"


@dataclass(frozen=True, slots=True)
class Lone:
    """A task that may be planned alone and is the only one that the transaction writes, and what `project_svc.schedule.alone` has to know of it; None if that has not been read."""

    task: Any
    facts: Any
    is_assigned: bool = True
    """Whether work may be assigned to it."""


@dataclass(frozen=True, slots=True)
class _Seen:
    revision: int


class LockedProject:
    """The project's row, locked, at the revision that this transaction takes.

    Actions change records through it and say what may have moved dates (`disturb`); the schedule is computed once, at the end
    (`project_svc.schedule.settle`), however many actions there were.
    """

    def __init__(self, session: AsyncSession, row: Project, *, is_preview: bool = False) -> None:
        self.session = session
        self.row = row
        self.is_preview = is_preview
        self.holds_back = False
        """Whether what is inserted and updated may wait for the events, with which it takes one way to the database (`write_later`)."""
        self.now = now()
        self.disturbances: dict[UUID, Cause] = {}
        self.limits: dict[UUID, Cause] = {}
        """What was changed of that from which late and scheduled dates are counted."""
        self.has_other_limits = False
        """Whether a deadline, or a constraint that acts on late dates, came, went or changed: then a preview shows late dates, too."""
        self.before: PlanColumns | None = None
        """Of a preview: the plan as it was."""
        self.lone: Lone | None = None
        """The task that an action is about, with what it has read of it beside something else."""
        self.added_link: Link | None = None
        """A new link that waits for the events, and is the only thing that does."""
        self.has_untied = False
        """Whether a task left the summary above it, whose dates change with that although nothing ties them any more."""
        self.is_changed = False
        self._shown: tuple[object, Shape] | None = None
        self.sums: dict[type, Decimal] = {}
        """What the sizes of amounts of a kind add up to, once somebody asked (`project_svc.budgets.actions.check_sum`)."""
        self._boundary = outbox.Boundary("project", row.id, row.organization_id, row.revision)

    @property
    def id(self) -> UUID:
        """The project's id."""
        return self.row.id

    @property
    def revision(self) -> int:
        """The revision that this transaction writes."""
        return self._boundary.revision

    def record(self, event: Event) -> None:
        """Say that something happened; it goes out when the transaction commits."""
        self.is_changed = True
        outbox.record(self.session, self._boundary, event)

    def disturb(self, **cause: UUID) -> None:
        """Something changed that dates are computed from: a task (`task_id=`), a link, a dependency, or, without any, the project."""
        self.disturb_with(next(iter(cause.values()), self.id), **cause)

    def disturb_with(self, record_id: UUID, **cause: UUID) -> None:
        """A record that dates are computed from changed or went because something else did: a link with its task."""
        self.disturbances[record_id] = Cause(project_id=self.id, **cause)

    def relimit(self, **cause: UUID) -> None:
        """Something changed that late or scheduled dates are counted from: of a task, or, without one, of the project."""
        self.limits[next(iter(cause.values()), self.id)] = Cause(project_id=self.id, **cause)

    def check_if_match(self, header: str | None) -> None:
        """Raise StaleRevision unless the client saw the project as it was before this write."""
        check_if_match(header, _Seen(self.revision - 1))

    def heading(self, external_ref: ExternalRef | None) -> dict[str, Any]:
        """The columns that every new record in this project begins with."""
        return {
            "id": new_id(),
            "organization_id": self.row.organization_id,
            "project_id": self.id,
            **external_columns(external_ref),
            "revision": self.revision,
            "created_at": self.now,
        }

    def created(self, record: Shown[StateT], event: type[RecordEvent[StateT]]) -> None:
        """Say that a record is there."""
        state = record.wire()
        self._shown = record, state
        self.record(event.of(state))

    def changed(self, record: Changing[StateT], before: StateT, event: type[RecordEvent[StateT]]) -> frozenset[str]:
        """Stamp a record and say what differs from `before`, if anything does. Returns the names of the changed fields."""
        told = event.between(before, record.wire()).data
        if told.changed:
            record.revision = self.revision
            record.updated_at = self.now
            stamped = told.record.model_copy(update={"revision": self.revision, "updated_at": self.now})
            self._shown = record, stamped
            self.record(event(data=told.model_copy(update={"record": stamped})))
        return frozenset(told.changed)

    def shown(self, record: Shown[StateT]) -> StateT:
        """A record as answers show it: as it was told last, if that was the last thing told, else as it is."""
        if self._shown is None or self._shown[0] is not record:
            return record.wire()
        return cast("StateT", self._shown[1])  # what `created` and `changed` had of the same record

    async def find(self, kind: type[RecordT], record_id: UUID) -> RecordT:
        """A record of this project. Raises NotFound, also for one of another project."""
        return await find(self.session, kind, record_id, self.id)

    async def load(self, kind: type[RecordT], record_id: UUID) -> RecordT:
        """A record of this project, to be changed with `chassis.rows.update`. Raises NotFound, also for one of another project."""
        record = await rows.find(self.session, kind, "id = $1 AND project_id = $2", record_id, self.id)
        if record is None:
            raise NotFound
        return record

    def write_later(self) -> None:
        """What follows is one action, the only one of its transaction: whoever asks the database for what it wrote calls `catch_up` before.

        A preview never gets as far as to its events, and has to be refused what is refused.
        """
        self.holds_back = not self.is_preview

    async def insert(self, record: ProjectRecord) -> None:
        """Write a new record."""
        await self._write(rows.insertion(record))

    async def update(self, record: ProjectRecord) -> None:
        """Write what changed in a record that was loaded."""
        await self._write(rows.replacement(self.session, record))

    async def _write(self, write: rows.Write) -> None:
        if self.holds_back:
            outbox.send_along(self.session, *write[:2], *write.values)
        else:
            await execute(self.session, write.statement, *write.values)

    async def remember(self) -> None:
        """Keep the plan as it is now: a preview compares it with what becomes of it. First thing, before anything is changed."""
        self.before = plan_columns_of(self.row, await plan_rows(self.session, self.id))

    async def catch_up(self) -> None:
        """Let the database know what was held back."""
        await outbox.catch_up(self.session)
        self.added_link = None

    async def give_back(self) -> None:
        """Nothing happened: leave the revision for the next one, since a revision without an event is a gap."""
        self.row.revision = self.revision - 1
        await rows.save(self.session, self.row)


async def lock(
    session: AsyncSession, organization_id: UUID, project_id: UUID, *, is_preview: bool = False
) -> LockedProject:
    """Lock a project and take its next revision, first thing in every write. Raises NotFound."""
    row = await rows.change(session, Project, LOCK, project_id, organization_id)
    if row is None:
        raise NotFound
    project = LockedProject(session, row, is_preview=is_preview)
    if is_preview:
        await project.remember()
    return project


async def _any_state(project_id: Id, unit: Unit, is_preview: DryRun) -> LockedProject:
    return await lock(unit.session, unit.identity.organization_id, project_id, is_preview=is_preview)


async def _open(project: Annotated[LockedProject, Depends(_any_state)]) -> LockedProject:
    if not STEPS[project.row.state]:
        raise ProjectClosed(f"The project is {project.row.state}: nothing in it changes any more.")
    return project


async def writing(project_id: UUID, unit: UnitOfWork) -> LockedProject:
    """What `Writing` gives to a route, for its short cut; but the session does not know the project's row. Raises what `Writing` raises."""
    session, whose = unit.session, (project_id, unit.identity.organization_id)
    if is_one_statement(session):
        row = await _expected(session, *whose)
    else:
        row = await rows.changed(session, Project, LOCK, *whose)
    if row is None:
        raise NotFound
    return await _open(LockedProject(session, row))


async def _expected(session: AsyncSession, project_id: UUID, organization_id: UUID) -> Project | None:
    """The project as it would be locked: that it is as it was read decides whether anything is written."""
    record = await fetch_row(session, _to_expect(), project_id, organization_id)
    if record is None:
        return None
    row = rows.of(Project, record)
    expect(session, "projects", EXPECT, project_id, organization_id, row.revision, record["version"])
    row.revision += 1
    return row


@cache
def _to_expect() -> str:
    columns = rows.layout_of(Project).columns
    return f"SELECT {columns}, xmin::text AS version FROM projects WHERE id = $1 AND organization_id = $2"  # noqa: S608  (constants)


LockedInAnyState = Annotated[LockedProject, Depends(_any_state)]
"""For routes that act on the project itself."""
Writing = Annotated[LockedProject, Depends(_open)]
"""For routes that change something in an open project. Raises NotFound, ProjectClosed (409)."""
