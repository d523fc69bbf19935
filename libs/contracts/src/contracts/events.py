"""What every event has in common. The events themselves: `contracts.project_events`, `contracts.program_events`."""

from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from pydantic import Field, JsonValue

from contracts.envelope import Envelope
from contracts.subjects import BoundaryKind, Subject
from contracts.values import Shape

State = TypeVar("State", bound=Shape)

_BOOKKEEPING = frozenset({"revision", "updated_at"})


class Event(Shape):
    """Something that happened, in the past tense: one class per type and version, `data` is what NATS carries.

    A subclass names its boundary, record and happening, and the path of what it is about, whose placeholders are
    fields of the record (or of `data`, where that holds no record).
    """

    boundary: ClassVar[BoundaryKind]
    record: ClassVar[str]
    happened: ClassVar[str]
    path: ClassVar[str]
    version: ClassVar[int] = 1
    beside: ClassVar[int | None] = None
    """The other version by which the same is published; both are recorded together, the older first."""

    data: Shape

    @classmethod
    @cache
    def event_name(cls) -> str:
        """For example `project.task.updated`."""
        return f"{cls.boundary.stream.token}.{cls.record}.{cls.happened}"

    @classmethod
    def message_name(cls) -> str:
        """Its name among all messages: that of the event, from the second version on with the version, `project.actual.recorded.v2`."""
        return cls.event_name() if cls.version == 1 else f"{cls.event_name()}.v{cls.version}"

    @classmethod
    @cache
    def event_type(cls) -> str:
        """CloudEvents `type`, for example `io.interlock.project.task.updated.v1`."""
        return cls._type_of(cls.version)

    @classmethod
    def _type_of(cls, version: int) -> str:
        return f"io.interlock.{cls.event_name()}.v{version}"

    @classmethod
    @cache
    def schema_urn(cls) -> str:
        """CloudEvents `dataschema` and the `$id` of the JSON Schema of `data`."""
        return f"urn:interlock:{cls.event_name()}:v{cls.version}"

    @classmethod
    def read(cls, data: Any) -> Self:
        """The event behind received `data` (parsed JSON). Fields that we do not know are ignored.

        Raises `pydantic.ValidationError` when what we do know is missing or wrong.
        """
        return cls.model_validate({"data": data}, extra="ignore")

    def about(self) -> str:
        """CloudEvents `subject`: the path of what it is about, for example `projects/<id>/tasks/<id>`."""
        return self.path.format_map(vars(getattr(self.data, "record", self.data)))

    def data_json(self) -> bytes:
        """The payload: compact UTF-8 JSON, fields in the order of their declaration."""
        return self.data.model_dump_json().encode()

    @classmethod
    def subject(cls, boundary_id: UUID, organization_id: UUID) -> Subject:
        """Where it is published."""
        return Subject(cls.boundary, boundary_id, organization_id, cls.record, cls.happened)

    def envelope(
        self,
        *,
        event_id: UUID,
        time: datetime,
        organization_id: UUID,
        revision: int,
        position: int,
        positions: int,
        actor: str,
        correlation_id: str,
        causation_id: str | None = None,
        traceparent: str | None = None,
    ) -> Envelope:
        """Its context attributes: event `position` of `positions` within `revision` of its boundary."""
        return Envelope(
            id=event_id,
            source=self.boundary.stream.source,
            type=self.event_type(),
            subject=self.about(),
            time=time,
            dataschema=self.schema_urn(),
            orgid=organization_id,
            revision=revision,
            position=position,
            positions=positions,
            correlationid=correlation_id,
            causationid=causation_id,
            actor=actor,
            traceparent=traceparent,
            beside=None if self.beside is None else self._type_of(self.beside),
        )


class Change(Shape, Generic[State]):
    """A record's full state after the change, and what the change was."""

    record: State = Field(description="The state after the change; of a deleted record, its last one.")
    changed: list[str] = Field(
        description="Names of the fields that changed, sorted; empty when the record was created or deleted."
    )
    previous: dict[str, JsonValue] = Field(
        description="The old values of exactly those fields, in the form in which the record has them."
    )


class RecordEvent(Event, Generic[State]):
    """An event that carries the state of one record, so that a consumer converges however it was interrupted."""

    data: Change[State]

    @classmethod
    def of(cls, record: State) -> Self:
        """The record came into being, went, or something happened to it that changed none of its fields."""
        return cls(data=Change[State](record=record, changed=[], previous={}))

    @classmethod
    def between(cls, before: State, after: State) -> Self:
        """What differs between two states of one record; `revision` and `updated_at` go without saying."""
        names = sorted(type(after).model_fields.keys() - _BOOKKEEPING)
        changed = [name for name in names if getattr(before, name) != getattr(after, name)]
        was = before.model_dump(mode="json", include=set(changed))
        previous = {name: was.get(name) for name in changed}  # also of what a record leaves out while there is none
        return cls(data=Change[State](record=after, changed=changed, previous=previous))
