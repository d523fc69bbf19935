"""Webhooks, their deliveries, and how far the streams have been turned into deliveries."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field
from uuid_utils.compat import uuid7

from gateway.events.filters import EventFilter
from gateway.tables import INSTANT, GatewayTable, enumerated, now


class WebhookState(StrEnum):
    """Whether events are sent."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class DisabledReason(StrEnum):
    """Why events are no longer sent."""

    REQUESTED = "requested"
    """Somebody asked for it."""
    GONE = "gone"
    """The receiver answered 410."""
    FAILING = "failing"
    """For days nothing was accepted."""


class DeliveryState(StrEnum):
    """`pending → delivered | failed`; `held` while the webhook is disabled."""

    PENDING = "pending"
    HELD = "held"
    DELIVERED = "delivered"
    FAILED = "failed"


class Webhook(GatewayTable, table=True):
    """Where an organisation wants its events. The secrets are sealed (`secrets.Seal`)."""

    __tablename__ = "webhooks"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "id"),
        sa.ForeignKeyConstraint(["organization_id", "member_id"], ["members.organization_id", "members.id"]),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organization_id: UUID = Field(foreign_key="organizations.id", index=True)
    member_id: UUID | None = None
    """What this member may not see, it does not get; none: it gets everything."""
    url: str = Field(max_length=2000)
    description: str = Field(max_length=200)
    filters: dict[str, Any] = Field(sa_type=JSONB)
    state: WebhookState = Field(default=WebhookState.ENABLED, sa_type=enumerated(WebhookState))
    disabled_reason: DisabledReason | None = Field(default=None, sa_type=enumerated(DisabledReason))
    secret: bytes = Field(sa_type=sa.LargeBinary)
    previous_secret: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    previous_secret_until: datetime | None = Field(default=None, sa_type=INSTANT)
    last_success_at: datetime | None = Field(default=None, sa_type=INSTANT)
    hidden_count: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})
    """Events that it wants, and its member may not see."""
    revision: int = Field(default=1, sa_type=sa.BigInteger)
    created_at: datetime = Field(default_factory=now, sa_type=INSTANT)
    updated_at: datetime = Field(default_factory=now, sa_type=INSTANT)

    @property
    def wanted(self) -> EventFilter:
        """Which events it gets."""
        return EventFilter(
            types=frozenset(self.filters["types"]),
            records=frozenset(self.filters["records"]),
            project_ids=frozenset(map(UUID, self.filters["project_ids"])),
            program_ids=frozenset(map(UUID, self.filters["program_ids"])),
        )

    def touch(self) -> None:
        """It was changed."""
        self.revision += 1
        self.updated_at = now()

    def sealed_secrets(self, at: datetime) -> list[bytes]:
        """What a delivery is signed with now: the secret, and the one before it while that is still good."""
        if self.previous_secret is None or self.previous_secret_until is None or self.previous_secret_until <= at:
            return [self.secret]
        return [self.secret, self.previous_secret]


class WebhookDelivery(GatewayTable, table=True):
    """One event on its way to one webhook. `due_at` is set exactly while it is pending."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        sa.UniqueConstraint("webhook_id", "event_id"),
        sa.ForeignKeyConstraint(
            ["organization_id", "webhook_id"], ["webhooks.organization_id", "webhooks.id"], ondelete="CASCADE"
        ),
        sa.Index(None, "webhook_id", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
        sa.Index(None, "webhook_id", "claimed_until", postgresql_where=sa.text("claimed_until IS NOT NULL")),
        sa.Index(None, "finished_at"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organization_id: UUID
    webhook_id: UUID
    event_id: UUID
    event_type: str = Field(max_length=200)
    document: bytes = Field(sa_type=sa.LargeBinary)
    """The CloudEvents document, exactly as it is sent each time."""
    state: DeliveryState = Field(default=DeliveryState.PENDING, sa_type=enumerated(DeliveryState))
    tries: int = 0
    """Attempts since it was recorded, or since it was last asked for again."""
    attempts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """The latest ones: at, status, error, latency_ms, answer."""
    due_at: datetime | None = Field(default_factory=now, sa_type=INSTANT)
    claimed_until: datetime | None = Field(default=None, sa_type=INSTANT)
    created_at: datetime = Field(default_factory=now, sa_type=INSTANT)
    finished_at: datetime | None = Field(default=None, sa_type=INSTANT)


class WebhookCursor(GatewayTable, table=True):
    """The last message of a stream that was turned into deliveries and entries of the audit log. Belongs to no organisation."""

    __tablename__ = "webhook_cursors"

    stream: str = Field(max_length=30, primary_key=True)
    epoch: datetime = Field(sa_type=INSTANT)
    sequence: int = Field(sa_type=sa.BigInteger)
    delivered_from: int = Field(default=0, sa_type=sa.BigInteger)
    """Messages up to this one were there before anybody followed the stream: they are in the log, and go to no webhook."""
