"""Organisations, members, their roles and API tokens. The secret of a token is stored nowhere, only its SHA-256."""

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col
from uuid_utils.compat import uuid7

from contracts.vocabulary import OrganizationRole, ProgramRole, ProjectRole
from gateway.tables import INSTANT, GatewayTable, enumerated, now

TOKEN_PREFIX = "ilk_"  # noqa: S105  (what every token begins with, so that scanners for leaked secrets know it)
TOKEN_BYTES = 32
IDS: Any = ARRAY(sa.Uuid)


class Scope(StrEnum):
    """What a token may be used for."""

    READ = "read"
    WRITE = "write"
    """Reading, and everything that its member may change."""


class Within(StrEnum):
    """What a role is held in."""

    PROGRAM = "program"
    PROJECT = "project"


def new_secret(prefix: str = TOKEN_PREFIX) -> str:
    """A fresh token: its prefix and 256 random bits, 47 characters."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(secret: str) -> bytes:
    """What is stored of a token. 256 random bits cannot be guessed, so the hash need not be slow."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


class Organization(GatewayTable, table=True):
    """A tenant: everything belongs to exactly one."""

    __tablename__ = "organizations"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    key: str = Field(max_length=40, sa_column_kwargs={"unique": True})
    name: str = Field(max_length=200)
    revision: int = Field(default=1, sa_type=sa.BigInteger)
    created_at: datetime = Field(default_factory=now, sa_type=INSTANT)


class Member(GatewayTable, table=True):
    """A person, or a program, that acts in an organisation. `role` holds for the whole organisation."""

    __tablename__ = "members"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "email"),
        sa.UniqueConstraint("organization_id", "id"),
        sa.UniqueConstraint("organization_id", "subject"),
        sa.Index(None, "subject"),
        sa.Index(None, "email"),
        sa.Index("ix_members_lower_email", sa.text("lower(email)")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organization_id: UUID = Field(foreign_key="organizations.id")
    email: str = Field(max_length=254)
    name: str = Field(max_length=200)
    role: OrganizationRole | None = Field(default=None, sa_type=enumerated(OrganizationRole))
    subject: str | None = Field(default=None, max_length=600)
    """`issuer|subject` of the access tokens that are this member's; null until it came with one."""
    revision: int = Field(default=1, sa_type=sa.BigInteger)
    created_at: datetime = Field(default_factory=now, sa_type=INSTANT)
    removed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When it left; its name stays, for the record."""


class RoleGrant(GatewayTable, table=True):
    """A member's role in one program or project."""

    __tablename__ = "role_grants"
    __table_args__ = (
        sa.ForeignKeyConstraint(["organization_id", "member_id"], ["members.organization_id", "members.id"]),
        sa.UniqueConstraint("member_id", "within", "boundary_id"),
        sa.Index(None, "organization_id", "within", "boundary_id"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organization_id: UUID
    member_id: UUID
    within: Within = Field(sa_type=enumerated(Within))
    boundary_id: UUID
    role: str = Field(max_length=30)
    granted_by: UUID | None
    """The member who gave it; null when an operator did."""
    revision: int = Field(default=1, sa_type=sa.BigInteger)
    created_at: datetime = Field(default_factory=now, sa_type=INSTANT)


class ApiToken(GatewayTable, table=True):
    """A member's key to the API. It can be revoked, never changed."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        sa.ForeignKeyConstraint(["organization_id", "member_id"], ["members.organization_id", "members.id"]),
        sa.Index(None, "organization_id", "member_id"),
        sa.Index(None, "made_with"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organization_id: UUID
    member_id: UUID
    made_by: UUID | None = None
    """The member who made it; null when an operator did, or it came of an invitation."""
    made_with: UUID | None = None
    """The API token that it was made with, if it was: it ends with that one."""
    name: str = Field(max_length=200)
    scope: Scope = Field(sa_type=enumerated(Scope))
    programs: list[UUID] | None = Field(default=None, sa_type=IDS)
    """The programs that it is for; null for all, and then `projects` is null, too."""
    projects: list[UUID] | None = Field(default=None, sa_type=IDS)
    """The projects that it is for."""
    digest: bytes = Field(sa_type=sa.LargeBinary, sa_column_kwargs={"unique": True})
    revision: int = Field(default=1, sa_type=sa.BigInteger)
    created_at: datetime = Field(default_factory=now, sa_type=INSTANT)
    expires_at: datetime | None = Field(default=None, sa_type=INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    last_used_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def valid_at(cls, at: datetime) -> sa.ColumnElement[bool]:
        """The same as `is_valid`, asked of the table."""
        expires_at = col(cls.expires_at)
        return sa.and_(col(cls.revoked_at).is_(None), sa.or_(expires_at.is_(None), expires_at > at))

    def is_valid(self, at: datetime) -> bool:
        """Whether it lets anyone in at this instant."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


def has_address(column: Any, email: str) -> sa.ColumnElement[bool]:
    """Whether a column holds this address; in which case letters were written makes no difference."""
    return sa.func.lower(column) == email.lower()


def programs_of(grants: list[RoleGrant]) -> dict[UUID, ProgramRole]:
    """A member's role in each program in which it has one."""
    return {each.boundary_id: ProgramRole(each.role) for each in grants if each.within is Within.PROGRAM}


def projects_of(grants: list[RoleGrant]) -> dict[UUID, ProjectRole]:
    """A member's role in each project in which it has one."""
    return {each.boundary_id: ProjectRole(each.role) for each in grants if each.within is Within.PROJECT}
