"""`Idempotency-Key`: the first answer to a POST is kept 24 hours, in the transaction of the write itself.

So there is no moment at which the write exists without its answer, or the answer without its write. Two requests with one key at once
queue on the row; the second gets the first one's answer.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import (
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Uuid,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from chassis.problem import IdempotencyKeyReused, InvalidRequest, invalid

HEADER = "idempotency-key"
KEPT = text("interval '24 hours'")
KEPT_HEADERS = ("content-type", "etag", "location", "interlock-position")


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
    answer: Response | None


def key_of(request: Request) -> str | None:
    """The request's key, if it is a POST that has one. Raises InvalidRequest for one that is empty, too long or not ASCII."""
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return None
    if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise _malformed()
    return key


def _malformed() -> InvalidRequest:
    return invalid(
        "/idempotency-key", "idempotency_key", "A key is 1 to 255 printable ASCII characters.", location="header"
    )


async def claim(session: AsyncSession, table: Table, organization_id: UUID, request: Request, key: str) -> Claim:
    """Take the key for this transaction, or find the answer kept under it. Raises IdempotencyKeyReused."""
    target = f"{request.method} {request.url.path}?{request.url.query}".encode()
    fingerprint = hashlib.sha256(target + b"\n" + await request.body()).digest()
    values = {"organization_id": organization_id, "key": key, "fingerprint": fingerprint}
    fresh = {"fingerprint": fingerprint, "status": None, "headers": None, "body": None, "created_at": func.now()}
    taken = await session.execute(
        upsert(table)
        .values(values)
        .on_conflict_do_update(
            index_elements=[table.c.organization_id, table.c.key],
            set_=fresh,
            where=table.c.created_at < func.now() - KEPT,
        )
        .returning(table.c.key)
    )
    if taken.first() is not None:
        return Claim(key, None)
    kept = (
        await session.execute(select(table).where(table.c.organization_id == organization_id, table.c.key == key))
    ).one()
    if kept.fingerprint != fingerprint:
        raise IdempotencyKeyReused("The first request with this key had another method, path or body.")
    return Claim(key, Response(kept.body, kept.status, {**orjson.loads(kept.headers), "Idempotency-Replayed": "true"}))


async def keep(session: AsyncSession, table: Table, organization_id: UUID, key: str, answer: Response) -> None:
    """Keep the answer under the claimed key."""
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    await session.execute(
        update(table)
        .where(table.c.organization_id == organization_id, table.c.key == key)
        .values(status=answer.status_code, headers=orjson.dumps(headers), body=bytes(answer.body))
    )
