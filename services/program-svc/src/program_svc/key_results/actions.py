"""What can happen to a key result: it is set, changed, measured, removed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.etag import check_if_match
from chassis.patch import changes_of
from chassis.problem import NotFound
from contracts.program_events import CheckInRecorded, KeyResultCreated, KeyResultDeleted, KeyResultUpdated
from program_svc.boundaries import lock_strategy
from program_svc.goals.queries import the_goal
from program_svc.key_results.models import (
    CheckIn,
    CheckInCreate,
    KeyResult,
    KeyResultCreate,
    KeyResultUpdate,
    check_in_state,
    state_of,
)


async def the_key_result(session: AsyncSession, key_result_id: UUID) -> KeyResult:
    """The key result. Raises NotFound."""
    key_result = await session.get(KeyResult, key_result_id)
    if key_result is None:
        raise NotFound(f"There is no key result {key_result_id}.")
    return key_result


async def create_key_result(
    session: AsyncSession, organization_id: UUID, goal_id: UUID, body: KeyResultCreate
) -> KeyResult:
    """A new measure of a goal. Raises NotFound."""
    locked = await lock_strategy(session, organization_id)
    await the_goal(session, goal_id)
    reference = body.external_ref
    key_result = KeyResult(
        organization_id=organization_id,
        revision=locked.revision,
        goal_id=goal_id,
        name=body.name,
        kind=body.kind,
        base=body.base,
        target=body.target,
        unit=body.unit,
        weight=body.weight,
        owner=body.owner,
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )
    session.add(key_result)
    await session.flush()
    locked.record(KeyResultCreated.of(state_of(key_result)))
    return key_result


async def update_key_result(
    session: AsyncSession, organization_id: UUID, key_result_id: UUID, body: KeyResultUpdate, if_match: str | None
) -> KeyResult:
    """Change what a key result measures, or by what. Raises NotFound and StaleRevision."""
    locked = await lock_strategy(session, organization_id)
    key_result = await the_key_result(session, key_result_id)
    check_if_match(if_match, key_result)
    before = state_of(key_result)
    for name, value in changes_of(body).items():
        setattr(key_result, name, value)
    if state_of(key_result) != before:
        locked.touch(key_result)
        locked.record(KeyResultUpdated.between(before, state_of(key_result)))
    return key_result


async def delete_key_result(
    session: AsyncSession, organization_id: UUID, key_result_id: UUID, if_match: str | None
) -> None:
    """Remove a measure with its check-ins. Raises NotFound and StaleRevision."""
    locked = await lock_strategy(session, organization_id)
    key_result = await the_key_result(session, key_result_id)
    check_if_match(if_match, key_result)
    locked.touch(key_result)
    locked.record(KeyResultDeleted.of(state_of(key_result)))
    await session.flush()
    await session.delete(key_result)


async def record_check_in(
    session: AsyncSession, organization_id: UUID, key_result_id: UUID, body: CheckInCreate, by: str
) -> tuple[CheckIn, KeyResult]:
    """Measure a key result. Its actual value is that of the latest day; on one day, of the last recorded. Raises NotFound."""
    locked = await lock_strategy(session, organization_id)
    key_result = await the_key_result(session, key_result_id)
    reference = body.external_ref
    check_in = CheckIn(
        organization_id=organization_id,
        revision=locked.revision,
        key_result_id=key_result_id,
        value=body.value,
        on=body.on,
        note=body.note,
        confidence=body.confidence,
        recorded_by=by,
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )
    session.add(check_in)
    await session.flush()
    locked.record(CheckInRecorded.of(check_in_state(check_in, key_result.goal_id)))
    latest = select(CheckIn).where(col(CheckIn.key_result_id) == key_result_id)
    latest = latest.order_by(col(CheckIn.on).desc(), col(CheckIn.revision).desc()).limit(1)
    counted = (await session.scalars(latest)).one()
    if (counted.value, counted.confidence) != (key_result.actual, key_result.confidence):
        before = state_of(key_result)
        key_result.actual, key_result.confidence = counted.value, counted.confidence
        locked.touch(key_result)
        locked.record(KeyResultUpdated.between(before, state_of(key_result)))
    return check_in, key_result
