"""What the webhook routes take and answer."""

from typing import Annotated

from pydantic import Field, StringConstraints

from chassis.patch import unset
from contracts.values import Id, Instant, Label, Shape
from gateway.events.shapes import MOST, EventType, RecordName
from gateway.webhooks.models import DeliveryState, DisabledReason, WebhookState

Url = Annotated[
    str, StringConstraints(min_length=1, max_length=2000), Field(examples=["https://example.org/interlock"])
]
SECRET_SHOWN = (
    "the secret to verify signatures with, this once; null when an `Idempotency-Key` asks for the first answer again"  # noqa: S105
)

EYES = "the member with whose eyes it sees: it gets what that one may see when it happens, as in `GET /v1/events`; null: everything"


class WebhookFilters(Shape):
    """Which events are sent; each part that is not empty must agree."""

    types: list[EventType] = Field(
        default=[],
        max_length=MOST,
        description="CloudEvents types",
        examples=[["io.interlock.project.task.updated.v1"]],
    )
    records: list[RecordName] = Field(default=[], max_length=MOST, description="kinds of records", examples=[["task"]])
    project_ids: list[Id] = Field(default=[], max_length=MOST, description="of these projects, besides `program_ids`")
    program_ids: list[Id] = Field(default=[], max_length=MOST, description="of these programs, besides `project_ids`")


class WebhookCreate(Shape):
    """A new webhook. It gets what happens from now on."""

    url: Url = Field(description="where events are posted: https, at a public address")
    filters: WebhookFilters = WebhookFilters()
    description: Label = ""
    member_id: Id | None = Field(default=None, description=EYES)


class WebhookUpdate(Shape):
    """What may be changed. Enabling sends what is held, too."""

    url: Url = unset()
    filters: WebhookFilters = unset()
    description: Label = unset()
    member_id: Id | None = unset(description=EYES)
    state: WebhookState = unset()


class WebhookRead(Shape):
    """A webhook, without its secret."""

    id: Id
    url: str
    filters: WebhookFilters
    description: str
    member_id: Id | None = Field(description=EYES)
    state: WebhookState
    disabled_reason: DisabledReason | None
    previous_secret_until: Instant | None = Field(
        description="until when deliveries are signed with the secret before, too"
    )
    last_success_at: Instant | None = Field(description="when a delivery was last accepted")
    hidden_count: int = Field(
        description="events so far that the filters let through and `member_id` may not see: they were left out",
        examples=[0],
    )
    revision: int
    created_at: Instant
    updated_at: Instant


class WebhookCreated(WebhookRead):
    """A webhook with its new secret."""

    secret: str | None = Field(description=SECRET_SHOWN, examples=["whsec_"])


class SecretRotation(Shape):
    """How to change the secret."""

    overlap_hours: int = Field(
        default=24,
        ge=0,
        le=168,
        description="how long deliveries are signed with the old secret as well; 0 if it leaked",
    )


class AttemptRead(Shape):
    """One attempt to deliver."""

    at: Instant
    status: int | None = Field(description="of the answer; null if there was none")
    error: str | None = Field(description="why there was no answer")
    latency_ms: int
    answer: str = Field(description="how the answer's body begins")


class DeliveryRead(Shape):
    """An event on its way to a webhook."""

    id: Id
    webhook_id: Id
    event_id: Id = Field(description="also `webhook-id`: the same however often it is sent")
    event_type: str
    state: DeliveryState
    tries: int = Field(description="since it was recorded, or asked for again")
    attempts: list[AttemptRead] = Field(description="the latest twenty")
    due_at: Instant | None = Field(description="when it is tried next")
    created_at: Instant
    finished_at: Instant | None
