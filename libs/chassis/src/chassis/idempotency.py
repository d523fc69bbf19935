"""`Idempotency-Key`: the first answer to a POST is kept 24 hours, in the transaction of the write itself.

So there is no moment at which the write exists without its answer, or the answer without its write. Two requests with one key at once
queue on the row; the second gets the first one's answer.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import Column, DateTime, LargeBinary, MetaData, SmallInteger, String, Table, Uuid, func
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from chassis.identity import Identity
from chassis.problem import IdempotencyKeyReused, InvalidRequest, invalid
from chassis.statements import execute, fetch_row

HEADER = "idempotency-key"
KEPT_HEADERS = ("content-type", "etag", "location", "interlock-position")

# A key that is older than it is kept for is taken anew.
_CLAIM = """
    INSERT INTO idempotency_keys (organization_id, key, fingerprint) VALUES ($1, $2, $3)
    ON CONFLICT (organization_id, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, status = NULL, headers = NULL, body = NULL, created_at = now()
    WHERE idempotency_keys.created_at < now() - interval '24 hours'
    RETURNING key
"""
_KEPT = "SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE organization_id = $1 AND key = $2"
_KEEP = "UPDATE idempotency_keys SET status = $3, headers = $4, body = $5 WHERE organization_id = $1 AND key = $2"


def idempotency_table(metadata: MetaData) -> Table:
    """The service's table of answered keys; forced row-level security is the migration's part."""
    return Table(
        "idempotency_keys",
        metadata,
        Column("organization_id", Uuid, primary_key=True),
        Column("key", String(255), primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", SmallInteger),
        Column("headers", LargeBinary),
        Column("body", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this request now holds, or the answer that an earlier one left under it."""

    key: str
    """Under what its answer is kept."""
    answer: Response | None


def key_of(request: Request) -> str | None:
    """The request's key, if it is a POST that has one. Raises InvalidRequest for one that is empty, too long or not ASCII."""
    if request.method != "POST":
        return None
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise _malformed()
    return key


def _malformed() -> InvalidRequest:
    return invalid(
        "/idempotency-key", "idempotency_key", "A key is 1 to 255 printable ASCII characters.", location="header"
    )


async def claim(session: AsyncSession, identity: Identity, request: Request, key: str) -> Claim:
    """Take the key for this transaction, or find the answer kept under it. Raises IdempotencyKeyReused.

    A key is its caller's: what two of an organisation number alike has nothing to do with each other, and nobody gets an answer, which holds
    what its caller may see, by knowing the key.
    """
    organization_id, key = identity.organization_id, _of_caller(identity.subject, key)
    target = f"{identity.subject} {request.method} {request.url.path}?{request.url.query}".encode()
    fingerprint = hashlib.sha256(target + b"\n" + await request.body()).digest()
    if await fetch_row(session, _CLAIM, organization_id, key, fingerprint) is not None:
        return Claim(key, None)
    kept = await fetch_row(session, _KEPT, organization_id, key)
    if kept is None or kept["fingerprint"] != fingerprint:
        raise IdempotencyKeyReused("The first request with this key had another method, path or body.")
    headers = {**orjson.loads(kept["headers"]), "Idempotency-Replayed": "true"}
    return Claim(key, Response(kept["body"], kept["status"], headers))


def _of_caller(subject: str, key: str) -> str:
    """Under what a caller's key is stored: 64 characters, however long the key is."""
    return hashlib.sha256(f"{subject}\n{key}".encode()).hexdigest()


async def keep(session: AsyncSession, organization_id: UUID, key: str, answer: Response) -> None:
    """Keep the answer under the claimed key."""
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    await execute(session, _KEEP, organization_id, key, answer.status_code, orjson.dumps(headers), bytes(answer.body))
