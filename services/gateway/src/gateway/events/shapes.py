"""What the routes for events take and answer."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.paging import DEFAULT_LIMIT, MAX_LIMIT
from contracts.envelope import Envelope
from contracts.values import Id, Instant, Shape
from gateway.events.filters import EventFilter

EventType = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=200)]
RecordName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$", max_length=50)]
RecordPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_/-]+$", max_length=300)]
MOST = 50


class EventQuery(BaseModel):
    """Which events, and from where on. A parameter that is repeated takes any of its values; an unknown one is refused."""

    model_config = ConfigDict(extra="forbid")

    type: list[EventType] = Field(
        default=[], max_length=MOST, description="CloudEvents type", examples=[["io.interlock.project.task.updated.v1"]]
    )
    record: list[RecordName] = Field(
        default=[], max_length=MOST, description="kind of record, as in the type", examples=[["task"]]
    )
    project_id: list[Id] = Field(default=[], max_length=MOST, description="of these projects, besides `program_id`")
    program_id: list[Id] = Field(default=[], max_length=MOST, description="of these programs, besides `project_id`")
    subject: list[RecordPath] = Field(
        default=[],
        max_length=MOST,
        description="path of one record",
        examples=[["goals/0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77"]],
    )
    from_: Instant | None = Field(
        default=None, alias="from", description="what was stored from this instant on; `cursor` goes before it"
    )
    cursor: str | None = Field(
        default=None,
        max_length=100,
        description="`next` or `position` of a page, or the id of a server-sent event: what comes after it",
    )
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="items a page; a stream has no pages")

    @property
    def wanted(self) -> EventFilter:
        """The filter that it asks for."""
        return EventFilter(
            frozenset(self.type),
            frozenset(self.record),
            frozenset(self.project_id),
            frozenset(self.program_id),
            frozenset(self.subject),
        )


class EventDocument(Envelope):
    """One event in CloudEvents' structured form."""

    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]
    """As the event's own JSON Schema says, which `dataschema` names."""


class EventPage(Shape):
    """Events in the order of their streams. The last page has a `position`, too: come back with it for what happened since."""

    items: list[EventDocument]
    next: str | None = Field(description="send it as `cursor` for the next page; null when there is none yet")
    position: str = Field(
        description="where this page ends; good as `cursor` and as `Last-Event-ID`", examples=["1f0c2b8d1e77-1042.77"]
    )
    hidden_count: int = Field(
        description="events of this page that you may not see, and that are left out", examples=[0]
    )
