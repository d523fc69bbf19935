"""What can happen to a declared record: it is written down, changed, taken to its next state, removed."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from chassis.paging import PageQuery, page
from chassis.patch import changes_of
from chassis.problem import Conflict, FieldError, InvalidRequest, NotFound
from chassis.register.declared import check_named_state
from contracts.values import Shape
from program_svc.boundaries import LockedProgram
from program_svc.programs.models import IllegalStep
from program_svc.register.declared import STATE, Declared, StateT
from program_svc.register.tables import NAMED, record_of, row_of
from program_svc.tables import METADATA, now


class RecordDecided(Conflict):
    """What was decided on stays on record."""

    slug, title = "record-decided", "The record was decided on"


async def create(program: LockedProgram, declared: Declared[StateT], body: Shape, **computed: Any) -> StateT:
    """Write a record down; ``computed``: fields that nobody writes. Raises InvalidRequest, NotFound for a record that it names."""
    fields: dict[str, Any] = {"external_ref": None} | {name: getattr(body, name) for name in type(body).model_fields}
    if declared.steps:
        fields[STATE] = declared.begins
    at = now()
    record = declared.state(
        id=uuid7(),
        organization_id=program.organization_id,
        program_id=program.program.id,
        revision=program.revision,
        created_at=at,
        updated_at=at,
        **(fields | computed),
    )
    await _check(program, declared, record, declared.state.model_fields)
    await program.session.execute(insert(declared.table).values(row_of(record)))
    program.record(declared.life.created.of(record))
    return record


async def change(
    program: LockedProgram, declared: Declared[StateT], before: StateT, body: Shape, **computed: Any
) -> StateT:
    """Change a record. ``computed``: what follows from the change; it is not held to the steps that people may take.

    Raises IllegalStep (409), InvalidRequest, NotFound for a record that it names.
    """
    changes = changes_of(body)
    if STATE in changes:
        check_step(declared, before, changes[STATE])
    if declared.derives is not None:
        changes |= await declared.derives(program, before, changes)
    changes |= computed
    after = before.model_copy(update=changes)
    names = declared.life.updated.between(before, after).data.changed
    if not names:
        return before
    await _check(program, declared, after, names)
    after = after.model_copy(update={"revision": program.revision, "updated_at": now()})
    row = {name: value for name, value in row_of(after).items() if name != "id"}
    await program.session.execute(update(declared.table).where(declared.table.c.id == after.id).values(row))
    program.record(declared.life.updated.between(before, after))
    if declared.follows is not None:
        await declared.follows(program, before, after)
    return after


async def remove(program: LockedProgram, declared: Declared[StateT], record: StateT) -> None:
    """Remove a record. Raises RecordInUse (409) while another one names it, and RecordDecided."""
    if declared.decided and getattr(record, STATE) in declared.decided:
        raise RecordDecided(f"{declared.one.capitalize()} that is {getattr(record, STATE)} stays on record.")
    last = record.model_copy(update={"revision": program.revision, "updated_at": now()})
    await program.session.execute(delete(declared.table).where(declared.table.c.id == record.id))
    program.record(declared.life.deleted.of(last))


async def find(session: AsyncSession, program_id: UUID, declared: Declared[StateT], record_id: UUID) -> StateT:
    """A record of this program. Raises NotFound, also for one of another program."""
    table = declared.table
    found = await session.execute(select(table).where(table.c.id == record_id, table.c.program_id == program_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no {declared.name.replace('_', ' ')} {record_id} in this program.")
    return record_of(declared.state, row)


async def page_of(
    session: AsyncSession, program_id: UUID, declared: Declared[StateT], query: PageQuery
) -> tuple[list[StateT], str | None]:
    """One page of the program's records, and the next cursor."""
    table = declared.table
    statement = select(table).where(table.c.program_id == program_id)
    statement = statement.where(*query.asked(table.c, *declared.filters))
    rows, following = await page(session, statement, query, declared.order)
    return [record_of(declared.state, row._asdict()) for row in rows], following


async def all_of(session: AsyncSession, program_id: UUID, declared: Declared[StateT]) -> list[StateT]:
    """Every record of a program, in the order of their ids."""
    table = declared.table
    found = await session.execute(select(table).where(table.c.program_id == program_id).order_by(table.c.id))
    return [record_of(declared.state, row) for row in found.mappings()]


def check_step(declared: Declared[StateT], before: StateT, to: str) -> None:
    """Raise IllegalStep unless the record may go to this state; to the present one is no step."""
    at: str = getattr(before, STATE)
    legal: Sequence[str] = (declared.steps or {})[at]
    if to != at and to not in legal:
        raise IllegalStep(
            f"{declared.one.capitalize()} that is {at} cannot become {to}; legal: {', '.join(legal) or 'nothing'}.",
            legal=list(legal),
        )


async def _check(program: LockedProgram, declared: Declared[StateT], record: StateT, fields: Collection[str]) -> None:
    """The declared rules, and that every record named by these fields is one of this program."""
    broken = [
        FieldError(location="body", pointer=pointer, rule=rule, message=message)
        for pointer, rule, message in declared.rules(record)
    ]
    if broken:
        raise InvalidRequest(broken[0].message, errors=broken)
    if declared.check is not None:
        await declared.check(program, record)
    for name in NAMED.keys() & set(fields):
        named: UUID | None = getattr(record, name)
        if named is not None:
            await _check_named(program, name, named)


async def _check_named(program: LockedProgram, name: str, named: UUID) -> None:
    table = METADATA.tables[NAMED[name]]
    columns = [column for column in table.c if column.name in {"id", STATE}]
    here = select(*columns).where(table.c.id == named, table.c.program_id == program.program.id)
    found = (await program.session.execute(here)).mappings().one_or_none()
    if found is None:
        message = f"There is no such record in this program: {named}."
        error = FieldError(location="body", pointer=f"/{name}", rule="unknown_record", message=message)
        raise NotFound(message, errors=[error])
    check_named_state(name, found)
