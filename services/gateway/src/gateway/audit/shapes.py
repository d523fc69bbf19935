"""What the routes of the audit log take and answer."""

from enum import StrEnum
from typing import Annotated, Self

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator
from sqlmodel import col

from chassis.paging import PageQuery
from contracts.values import Id, Instant, Shape
from gateway.audit.models import AuditEntry
from gateway.audit.origins import OriginKind
from gateway.audit.verification import START, Mark

HashText = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Word = Annotated[str, StringConstraints(max_length=600)]
HASH_EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class AuditOrigin(Shape):
    """What made a change, and from where the request came that began it, as far as it is known."""

    kind: OriginKind = Field(
        description="`system` is what followed from something else: `cause` says from what", examples=["request"]
    )
    cause: str | None = Field(
        description="of `system`: `events/<id>` (the `id` of another entry), `jobs/<id>`, `subscriptions/<id>`, `deliveries/<id>`"
    )
    address: str | None = Field(description="of the client", examples=["203.0.113.7"])
    user_agent: str | None = Field(examples=["curl/8.5.0"])
    request_id: str | None = Field(description="`X-Request-Id` of the request's answer")


class AuditEntryRead(Shape):
    """One change. `hash` is the SHA-256 of the line of an export without this last member; `previous_hash` is in what is hashed."""

    organization_id: Id
    sequence: int = Field(description="1, 2, 3 … without gaps in each organisation", examples=[1042])
    previous_hash: HashText = Field(description="of the entry before; zeros in the first one", examples=["0" * 64])
    id: Id = Field(description="of the event that told of the change; one of its own for a change in the gateway")
    occurred_at: Instant
    actor: str = Field(
        description="`members/<id>`; `operator`, `interlock` or `database/<role>` where it was none",
        examples=["members/0198c3f0-0042-7c4b-9a55-3f0c2b8d0042"],
    )
    credential: str | None = Field(
        description="`api-tokens/<id>`, or the issuer of an access token",
        examples=["api-tokens/0198c3f0-0043-7c4b-9a55-3f0c2b8d0043"],
    )
    action: str = Field(description="what happened, as in the name of the event", examples=["updated"])
    record: str = Field(description="the kind of record", examples=["task"])
    record_id: Id | None
    program_id: Id | None = Field(description="the program that it belongs to, if it does to one")
    project_id: Id | None = Field(description="the project that it belongs to, if it does to one")
    before: dict[str, JsonValue] | None = Field(
        description="of a change, the fields that changed; of what is gone, all", examples=[{"duration": "P4D"}]
    )
    after: dict[str, JsonValue] | None = Field(
        description="of a change, the same fields; of what is new, all", examples=[{"duration": "P8D"}]
    )
    origin: AuditOrigin
    trace_id: str | None = Field(
        description="of the request that set it off", examples=["4bf92f3577b34da6a3ce929d0e0e4736"]
    )
    caused_by: str | None = Field(description="the `id` of the change that it followed from, if it did")
    revision: int | None = Field(description="of the project or program after it; in the gateway, of the record")
    hash: HashText = Field(examples=[HASH_EXAMPLE])


class AuditFilter(BaseModel):
    """Which entries."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    actor: Word | None = Field(default=None, examples=["members/0198c3f0-0042-7c4b-9a55-3f0c2b8d0042"])
    credential: Word | None = None
    action: Word | None = Field(default=None, examples=["updated"])
    record: Word | None = Field(default=None, examples=["task"])
    record_id: Id | None = None
    program_id: Id | None = None
    project_id: Id | None = None
    trace_id: Word | None = None
    since: Instant | None = Field(default=None, description="that occurred then or later")
    until: Instant | None = Field(default=None, description="that occurred before")

    def statement(self) -> sa.Select[AuditEntry]:
        """The entries that are asked for."""
        names = ("actor", "credential", "action", "record", "record_id", "program_id", "project_id", "trace_id")
        wanted = [getattr(AuditEntry, name) == value for name in names if (value := getattr(self, name)) is not None]
        if self.since is not None:
            wanted.append(col(AuditEntry.occurred_at) >= self.since)
        if self.until is not None:
            wanted.append(col(AuditEntry.occurred_at) < self.until)
        return sa.select(AuditEntry).where(*wanted)


class AuditQuery(PageQuery, AuditFilter):
    """Which entries, a page at a time."""


class ExportFormat(StrEnum):
    """What an export is written in."""

    NDJSON = "ndjson"
    CSV = "csv"


class AuditExportQuery(AuditFilter):
    """Which entries, and in what form."""

    format: ExportFormat = Field(
        default=ExportFormat.NDJSON, description="`ndjson`: one entry a line, byte for byte as it was hashed"
    )


class VerificationQuery(Shape):
    """What was kept of an earlier look: the log is verified from there on, and has to go on from it."""

    sequence: int | None = Field(default=None, ge=1, le=2**53 - 1, examples=[1042])
    hash: HashText | None = Field(default=None, examples=[HASH_EXAMPLE])

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.sequence is None) != (self.hash is None):
            raise ValueError("Give `sequence` and `hash` of an entry, or neither.")
        return self

    @property
    def mark(self) -> Mark:
        """Where to begin."""
        return START if self.sequence is None or self.hash is None else Mark(self.sequence, bytes.fromhex(self.hash))


class AuditMark(Shape):
    """An entry's number and hash. Kept somewhere else, it proves later that the log up to there is still the same."""

    sequence: int = Field(description="0 where there is no entry yet", examples=[1042])
    hash: HashText = Field(examples=[HASH_EXAMPLE])


class AuditFault(Shape):
    """The first entry that is not as it was written."""

    sequence: int
    rule: str = Field(
        description="`missing`, `hash`, `previous_hash`, `place`, `columns`, `head` or `mark`", examples=["hash"]
    )
    message: str


class VerificationRead(Shape):
    """What verifying the chain found."""

    is_intact: bool = Field(description="whether every entry that was looked at is as it was written")
    is_complete: bool = Field(description="false where `reached` has to be sent again to look at the rest")
    reached: AuditMark
    head: AuditMark = Field(description="the end of the log")
    fault: AuditFault | None
