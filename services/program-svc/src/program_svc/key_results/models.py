"""Key results: how a goal is measured, and the check-ins that measure it."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from chassis.patch import unset
from contracts.program_events import CheckInState, KeyResultState
from contracts.values import Day, ExternalRef, Label, Name, Number, Ratio, Shape, Share, Text, Weight
from contracts.vocabulary import KeyResultKind
from program_svc.tables import NUMBER, Record, enumerated


class KeyResult(Record, table=True):
    """One measure of one goal. ``actual`` is the value of the latest check-in; none before the first."""

    __tablename__ = "key_results"
    __table_args__ = (UniqueConstraint("organization_id", "external_source", "external_id"),)

    goal_id: UUID = Field(foreign_key="goals.id", ondelete="CASCADE", index=True)
    name: str
    kind: KeyResultKind = Field(sa_type=enumerated(KeyResultKind))
    base: Decimal = Field(default=Decimal(0), sa_type=NUMBER)
    target: Decimal = Field(default=Decimal(1), sa_type=NUMBER)
    actual: Decimal | None = Field(default=None, sa_type=NUMBER)
    confidence: Decimal | None = Field(default=None, sa_type=NUMBER)
    unit: str = ""
    owner: str = ""
    weight: Decimal = Field(default=Decimal(1), sa_type=NUMBER)


class CheckIn(Record, table=True):
    """One measurement. Append-only; on one day the last recorded counts."""

    __tablename__ = "check_ins"
    __table_args__ = (UniqueConstraint("organization_id", "external_source", "external_id"),)

    key_result_id: UUID = Field(foreign_key="key_results.id", ondelete="CASCADE", index=True)
    value: Decimal = Field(sa_type=NUMBER)
    on: date
    note: str = ""
    confidence: Decimal | None = Field(default=None, sa_type=NUMBER)
    recorded_by: str


class KeyResultCreate(Shape):
    """A new measure. A milestone has base 0 and target 1 unless it says otherwise."""

    name: Name
    kind: KeyResultKind
    base: Number = Decimal(0)
    target: Number = Decimal(1)
    unit: Label = ""
    weight: Weight = Decimal(1)
    owner: Label = ""
    external_ref: ExternalRef | None = None


class KeyResultUpdate(Shape):
    """A change of a key result (JSON Merge Patch). Its actual value changes by check-ins alone."""

    name: Name = unset()
    kind: KeyResultKind = unset()
    base: Number = unset()
    target: Number = unset()
    unit: Label = unset()
    weight: Weight = unset()
    owner: Label = unset()


class KeyResultRead(KeyResultState):
    """A key result and how far it is: 0 at the base, 1 at the target, uncapped."""

    progress: Ratio


class CheckInCreate(Shape):
    """A measured value."""

    value: Number
    on: Day
    note: Text = ""
    confidence: Share | None = None
    """How sure you are that the target will be reached, from 0 to 1."""
    external_ref: ExternalRef | None = None


def state_of(key_result: KeyResult) -> KeyResultState:
    """The key result as it goes over the wire."""
    return KeyResultState(
        id=key_result.id,
        organization_id=key_result.organization_id,
        external_ref=key_result.external_ref,
        goal_id=key_result.goal_id,
        name=key_result.name,
        kind=key_result.kind,
        base=key_result.base,
        target=key_result.target,
        actual=key_result.actual,
        confidence=key_result.confidence,
        unit=key_result.unit,
        weight=key_result.weight,
        owner=key_result.owner,
        revision=key_result.revision,
        created_at=key_result.created_at,
        updated_at=key_result.updated_at,
    )


def check_in_state(check_in: CheckIn, goal_id: UUID) -> CheckInState:
    """The check-in as it goes over the wire."""
    return CheckInState(
        id=check_in.id,
        organization_id=check_in.organization_id,
        external_ref=check_in.external_ref,
        goal_id=goal_id,
        key_result_id=check_in.key_result_id,
        value=check_in.value,
        on=check_in.on,
        note=check_in.note,
        confidence=check_in.confidence,
        by=check_in.recorded_by,
        revision=check_in.revision,
        created_at=check_in.created_at,
    )
