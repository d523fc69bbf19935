"""The audit log's tables. Only the database's own `append_audit_entries` writes them (`migrations/versions/0006_audit_log.py`)."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from gateway.tables import INSTANT, GatewayTable

NO_HASH = bytes(32)
"""What the first entry of an organisation holds as the hash of the one before it."""


class AuditEntry(GatewayTable, table=True):
    """One change. What it says is in `entry`, byte for byte as it was hashed; the other columns repeat what is searched by."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "id"),
        sa.Index(None, "organization_id", "actor", "sequence"),
        *(
            sa.Index(None, "organization_id", name, "sequence", postgresql_where=sa.text(f"{name} IS NOT NULL"))
            for name in ("record_id", "program_id", "project_id")
        ),
    )

    organization_id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=sa.BigInteger, primary_key=True)
    id: UUID
    """Of the event that told of the change; one of its own where the gateway changed something itself."""
    occurred_at: datetime = Field(sa_type=INSTANT)
    actor: str = Field(sa_type=sa.Text)
    credential: str | None = Field(sa_type=sa.Text)
    action: str = Field(sa_type=sa.Text)
    record: str = Field(sa_type=sa.Text)
    record_id: UUID | None
    program_id: UUID | None
    project_id: UUID | None
    trace_id: str | None = Field(sa_type=sa.Text)
    entry: str = Field(sa_type=sa.Text)
    """A JSON object, without the hash."""
    hash: bytes = Field(sa_type=sa.LargeBinary)
    """SHA-256 of `entry`, in which the hash of the entry before stands."""

    def document(self) -> str:
        """The entry as it is shown: its hash is the last member."""
        return f'{self.entry[:-1]},"hash":"{self.hash.hex()}"}}'


class AuditHead(GatewayTable, table=True):
    """Where the chain of an organisation ends."""

    __tablename__ = "audit_heads"

    organization_id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=sa.BigInteger)
    hash: bytes = Field(sa_type=sa.LargeBinary)
