"""Invitations: table and API shapes. The secret is stored nowhere, only its SHA-256."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field as ShapeField
from sqlmodel import Field, col
from uuid_utils.compat import uuid7

from chassis.problem import Conflict
from contracts.values import Id, Instant, Name, Shape
from contracts.vocabulary import OrganizationRole
from gateway.identity.shapes import ApiTokenCreated, Email, MemberRead
from gateway.tables import INSTANT, GatewayTable, enumerated, now

INVITATION_PREFIX = "ili_"
GOOD_FOR = timedelta(days=7)


class InvitationState(StrEnum):
    """What has become of it."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class InvitationOver(Conflict):
    """The invitation was accepted, and so can no longer be taken back."""

    slug, title = "invitation-over", "This invitation is over"


class Invitation(GatewayTable, table=True):
    """An address that was asked in, and the role that waits for it."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.Index(None, "organization_id", "email"),
        sa.Index("ix_invitations_lower_email", sa.text("lower(email)")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organization_id: UUID = Field(foreign_key="organizations.id")
    email: str = Field(max_length=254)
    role: OrganizationRole | None = Field(default=None, sa_type=enumerated(OrganizationRole))
    digest: bytes = Field(sa_type=sa.LargeBinary, sa_column_kwargs={"unique": True})
    invited_by: UUID
    revision: int = Field(default=1, sa_type=sa.BigInteger)
    created_at: datetime = Field(default_factory=now, sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    accepted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    api_token_id: UUID | None = None
    """The first token of who accepted it."""

    @classmethod
    def in_state(cls, state: InvitationState, at: datetime) -> sa.ColumnElement[bool]:
        """The same as `state`, asked of the table."""
        is_accepted, is_revoked = col(cls.accepted_at).is_not(None), col(cls.revoked_at).is_not(None)
        is_over = col(cls.expires_at) <= at
        match state:
            case InvitationState.ACCEPTED:
                return is_accepted
            case InvitationState.REVOKED:
                return sa.and_(~is_accepted, is_revoked)
            case InvitationState.EXPIRED:
                return sa.and_(~is_accepted, ~is_revoked, is_over)
            case InvitationState.PENDING:
                return sa.and_(~is_accepted, ~is_revoked, ~is_over)

    def state(self, at: datetime) -> InvitationState:
        """What has become of it by this instant."""
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        return InvitationState.PENDING if at < self.expires_at else InvitationState.EXPIRED


class InvitationCreate(Shape):
    """Whom to ask in."""

    email: Email = ShapeField(examples=["grace@example.org"])
    role: OrganizationRole | None = ShapeField(
        default=None, description="the role in the whole organisation that waits, if any"
    )


class InvitationRead(Shape):
    """An invitation, without its secret."""

    id: Id
    email: Email
    role: OrganizationRole | None
    state: InvitationState
    invited_by: Id
    revision: int
    created_at: Instant
    expires_at: Instant
    accepted_at: Instant | None


class InvitationCreated(InvitationRead):
    """A new invitation with its secret, which is shown this once."""

    token: str | None = ShapeField(
        description="what the invited person needs; null when an `Idempotency-Key` asks for the first answer again",
        examples=["ili_"],
    )


class Acceptance(Shape):
    """What an invited person sends."""

    token: str = ShapeField(pattern=r"^ili_[A-Za-z0-9_-]{43}$", examples=["ili_" + "0" * 43])
    name: Name


class Accepted(Shape):
    """The new member, and its first token, which is shown this once."""

    member: MemberRead
    api_token: ApiTokenCreated
