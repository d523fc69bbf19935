"""What can happen to a declared record: it is written down, changed, taken to its next state, removed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Generic
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from chassis.patch import changes_of
from chassis.problem import FieldError, InvalidRequest, NotFound
from chassis.register.declared import check_named_state
from contracts.values import Shape
from project_svc.projects.locked import LockedProject
from project_svc.projects.models import ConditionsUnmet, IllegalStep, check_step
from project_svc.projects.reading import ReadProject
from project_svc.records import METADATA, new_id
from project_svc.register.declared import STATE, Declared, StateT
from project_svc.register.tables import NAMED, record_of, row_of
from project_svc.tasks.rules import task_of


@dataclass(slots=True)
class Entry(Generic[StateT]):
    """A record as it is answered. revision: the project's, at which it last changed."""

    record: StateT
    revision: int = field(init=False)

    def __post_init__(self) -> None:
        self.revision = self.record.revision

    def wire(self) -> StateT:
        """The record as events and answers show it."""
        return self.record


async def create(project: LockedProject, declared: Declared[StateT], body: Shape) -> Entry[StateT]:
    """Write a record down. Raises InvalidRequest; NotFound and OtherProject for a record that it names."""
    fields: dict[str, Any] = {"external_ref": None} | {name: getattr(body, name) for name in type(body).model_fields}
    if declared.steps:
        fields[STATE] = declared.begins
    record = declared.state(
        id=new_id(),
        organization_id=project.row.organization_id,
        project_id=project.id,
        revision=project.revision,
        created_at=project.now,
        updated_at=project.now,
        **fields,
    )
    await _check(project, declared, record, type(body).model_fields)
    await project.session.execute(insert(declared.table).values(row_of(record)))
    if declared.older is not None:
        project.record(declared.older.life.created.of(declared.older.shown(record)))
    project.record(declared.life.created.of(record))
    return Entry(record)


async def change(project: LockedProject, declared: Declared[StateT], before: StateT, body: Shape) -> Entry[StateT]:
    """Change a record. Raises IllegalStep and ConditionsUnmet (409), InvalidRequest; NotFound and OtherProject for a record that it names."""
    changes = changes_of(body)
    if STATE in changes:
        check_step(declared.one, getattr(before, STATE), changes[STATE], declared.steps_of(before))
    after = before.model_copy(update={**changes, "revision": project.revision, "updated_at": project.now})
    changed = declared.life.updated.between(before, after)
    if not changed.data.changed:
        return Entry(before)
    if declared.steps and STATE not in changed.data.changed:
        _check_fixed(declared, before, changed.data.changed)
    elif declared.unmet is not None and (unmet := await declared.unmet(project.session, after)):
        raise ConditionsUnmet.of(declared.one, getattr(after, STATE), unmet)
    await _check(project, declared, after, changed.data.changed)
    row = {name: value for name, value in row_of(after).items() if name != "id"}
    await project.session.execute(update(declared.table).where(declared.table.c.id == after.id).values(row))
    if declared.older is not None:
        shown = declared.older.shown
        project.record(declared.older.life.updated.between(shown(before), shown(after)))
    project.record(changed)
    return Entry(after)


def _check_fixed(declared: Declared[StateT], before: StateT, changed: Collection[str]) -> None:
    """Raise IllegalStep, which names the legal ones, for a change of what was said when the record came to its state."""
    state = getattr(before, STATE)
    named = sorted(declared.fixed.get(state, frozenset()) & set(changed))
    if named:
        legal = declared.steps_of(before)[state]
        raise IllegalStep(
            f"What was said when {declared.one} became {state} stays: {', '.join(named)}.", legal=[*legal]
        )


async def remove(project: LockedProject, declared: Declared[StateT], record: StateT) -> None:
    """Remove a record. Raises RecordInUse (409) while another one names it."""
    await project.session.execute(delete(declared.table).where(declared.table.c.id == record.id))
    if declared.older is not None:
        project.record(declared.older.life.deleted.of(declared.older.shown(record)))
    project.record(declared.life.deleted.of(record))


async def find(project: LockedProject | ReadProject, declared: Declared[StateT], record_id: UUID) -> StateT:
    """A record of this project. Raises NotFound, also for one of another project."""
    table = declared.table
    found = await project.session.execute(
        select(table).where(table.c.id == record_id, table.c.project_id == project.id)
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound
    return record_of(declared.state, row)


async def all_of(project: ReadProject, declared: Declared[StateT]) -> list[StateT]:
    """Every record of a project, in the order of their ids."""
    table = declared.table
    found = await project.session.execute(select(table).where(table.c.project_id == project.id).order_by(table.c.id))
    return [record_of(declared.state, row) for row in found.mappings()]


async def _check(project: LockedProject, declared: Declared[StateT], record: StateT, fields: Any) -> None:
    """The declared rules, and that every record named by these fields is one of this project."""
    broken = [
        FieldError(location="body", pointer=pointer, rule=rule, message=message)
        for pointer, rule, message in declared.rules(record)
    ]
    if broken:
        raise InvalidRequest(broken[0].message, errors=broken)
    for name in NAMED.keys() & set(fields):
        named: UUID | None = getattr(record, name)
        if named is not None:
            await _check_named(project, name, named)


async def _check_named(project: LockedProject, name: str, named: UUID) -> None:
    if name == "task_id":
        await task_of(project, named, "/task_id")
        return
    table = METADATA.tables[NAMED[name]]
    columns = [column for column in table.c if column.name in {"id", STATE}]
    here = select(*columns).where(table.c.id == named, table.c.project_id == project.id)
    found = (await project.session.execute(here)).mappings().one_or_none()
    if found is None:
        message = f"There is no such record in this project: {named}."
        error = FieldError(location="body", pointer=f"/{name}", rule="unknown_record", message=message)
        raise NotFound(message, errors=[error])
    check_named_state(name, found)
