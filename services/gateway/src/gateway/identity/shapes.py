"""What the identity routes take and answer."""

from typing import Annotated

from pydantic import Field, StringConstraints

from chassis.patch import unset
from contracts.values import Id, Instant, Name, Shape
from contracts.vocabulary import OrganizationRole
from gateway.identity.models import Scope

OrganizationKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254)]


class OrganizationRead(Shape):
    """An organisation."""

    id: Id
    key: OrganizationKey = Field(examples=["demo"])
    name: Name
    revision: int
    created_at: Instant


class MemberRead(Shape):
    """Who acts in the organisation."""

    id: Id
    email: Email = Field(examples=["ada@example.org"])
    name: Name
    role: OrganizationRole | None = Field(description="the role in the whole organisation, if any")
    revision: int
    created_at: Instant


class MemberCreate(Shape):
    """A new member. It gets in with an access token that carries the address, or with an API token that an admin makes for it."""

    email: Email = Field(examples=["grace@example.org"])
    name: Name
    role: OrganizationRole | None = Field(default=None, description="the role in the whole organisation, if any")


class MemberUpdate(Shape):
    """What changes about a member."""

    name: Name = unset()
    role: OrganizationRole | None = unset()


class OrganizationUpdate(Shape):
    """What changes about an organisation."""

    name: Name = unset()


class ApiTokenCreate(Shape):
    """A new token for the caller, or, by an admin, for another member."""

    name: Name = Field(description="what it is for", examples=["nightly import"])
    scope: Scope = Field(default=Scope.WRITE, description="`read` can change nothing")
    expires_at: Instant | None = Field(default=None, description="never, if null")
    member_id: Id | None = Field(default=None, description="whose it is; the caller's, if null")


class ApiTokenRead(Shape):
    """A token, without its secret."""

    id: Id
    member_id: Id
    name: Name
    scope: Scope
    revision: int
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    last_used_at: Instant | None = Field(description="to the minute")


class ApiTokenCreated(ApiTokenRead):
    """A new token with its secret, which is shown this once."""

    token: str | None = Field(
        description="the secret; null when an `Idempotency-Key` asks for the first answer again, since it is stored nowhere",
        examples=["ilk_"],
    )
