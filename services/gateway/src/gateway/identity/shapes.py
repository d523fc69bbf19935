"""What the identity routes take and answer."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from chassis.patch import unset
from contracts.values import Id, Instant, Name, Shape
from contracts.vocabulary import OrganizationRole
from gateway.identity.models import Scope

OrganizationKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254, to_lower=True)]
"""Kept in small letters: how somebody writes an address does not make it another one."""
MOST_PLACES = 50
Places = Annotated[list[Id], Field(max_length=MOST_PLACES)]
"""Programs or projects that a token is for."""
Subject = Annotated[str, StringConstraints(pattern=r"^https?://[^|\s\x00]+\|[^\x00]{1,255}$", max_length=600)]
"""`<issuer>|<sub>`, as the claims `iss` and `sub` of access tokens say."""


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
    subject: Subject | None = Field(
        description="`<issuer>|<sub>` of the access tokens that are this member's, for admins to see; null until it came with one",
        examples=["https://login.example.org|248289761001"],
    )
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
    subject: Subject | None = unset(
        description="whose access tokens are this member's, whatever address they carry; null: of whom comes next with its verified address"
    )


class OrganizationUpdate(Shape):
    """What changes about an organisation."""

    name: Name = unset()


class ApiTokenCreate(Shape):
    """A new token for the caller, or, by an admin, for another member."""

    name: Name = Field(description="what it is for", examples=["nightly import"])
    scope: Scope = Field(default=Scope.WRITE, description="`read` can change nothing")
    expires_at: Instant | None = Field(
        default=None,
        description="in 90 days, if it is not said; never, if null, which only a token that never expires may make. No later than that of the token that it is made with",
    )
    member_id: Id | None = Field(default=None, description="whose it is; the caller's, if null")
    programs: Places | None = Field(
        default=None,
        description="the programs that it is for; with `projects`, all that it opens; null in both: everything",
    )
    projects: Places | None = Field(
        default=None, description="the projects that it is for; those of a program are not among them by themselves"
    )

    @model_validator(mode="after")
    def _is_for_something(self) -> Self:
        if self.is_restricted and not (self.programs or self.projects):
            raise ValueError("Name a program or a project, or leave both out for a token for everything")
        return self

    @property
    def is_restricted(self) -> bool:
        """Whether it is for some places alone."""
        return self.programs is not None or self.projects is not None

    @property
    def program_ids(self) -> list[UUID] | None:
        """The programs, each once; null for everything."""
        return list(dict.fromkeys(self.programs or ())) if self.is_restricted else None

    @property
    def project_ids(self) -> list[UUID] | None:
        """The projects, each once; null for everything."""
        return list(dict.fromkeys(self.projects or ())) if self.is_restricted else None


class ApiTokenRead(Shape):
    """A token, without its secret."""

    id: Id
    member_id: Id
    made_by: Id | None = Field(
        description="the member who made it; null when an operator did, or it came of an invitation"
    )
    made_with: Id | None = Field(description="the API token that it was made with, if it was: it ends with that one")
    name: Name
    scope: Scope
    programs: list[Id] | None = Field(
        description="the programs that it is for; null in both: everything that its member may"
    )
    projects: list[Id] | None = Field(description="the projects that it is for")
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
