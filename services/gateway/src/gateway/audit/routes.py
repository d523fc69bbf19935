"""`/audit-log`: for admins and auditors, to read, to take away and to verify."""

from typing import Annotated, Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from sqlmodel import col

from chassis.etag import etag_of, matches
from chassis.paging import Page, page
from chassis.problem import BadCursor, Forbidden, NotFound, responses
from contracts.values import Id
from gateway.audit.export import ORDER, exported
from gateway.audit.models import AuditEntry
from gateway.audit.shapes import (
    AuditEntryRead,
    AuditExportQuery,
    AuditFault,
    AuditMark,
    AuditQuery,
    ExportFormat,
    VerificationQuery,
    VerificationRead,
)
from gateway.audit.verification import Mark, Verdict, verify
from gateway.identity.dependencies import CurrentCaller, CurrentRuntime, Session
from gateway.own_routes import OwnRoute

router = APIRouter(prefix="/v1/audit-log", tags=["audit"], route_class=OwnRoute)

MOST_VERIFIED = 50_000
"""Entries that one request looks at; a longer log is verified in several."""
MEDIA_TYPES = {ExportFormat.NDJSON: "application/x-ndjson", ExportFormat.CSV: "text/csv"}
A_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the entries, one a line",
        "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()},
    }
}
FIRST_REVISION = 1


@router.get("", response_model=Page[AuditEntryRead], responses=responses(Forbidden, BadCursor))
async def list_audit_entries(session: Session, query: Annotated[AuditQuery, Query()]) -> Response:
    """Who changed what, the latest first. A change is here moments after it was made."""
    rows, after = await page(session, query.statement(), query, ORDER)
    items = ",".join(row.document() for row in rows).encode()
    return Response(b'{"items":[%b],"next":%b}' % (items, orjson.dumps(after)), media_type="application/json")


@router.get("/export", response_class=Response, responses=A_FILE | responses(Forbidden))
async def export_audit_log(
    runtime: CurrentRuntime, caller: CurrentCaller, query: Annotated[AuditExportQuery, Query()]
) -> Response:
    """Every entry that fits, oldest first. Of a line of `ndjson`, `hash` is the SHA-256 of the line without `,"hash":"…"`."""
    name = f"audit-log.{query.format}"
    return StreamingResponse(
        exported(runtime.database, caller.identity.organization_id, query),
        media_type=MEDIA_TYPES[query.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/verification", responses=responses(Forbidden))
async def verify_audit_log(
    runtime: CurrentRuntime, caller: CurrentCaller, query: Annotated[VerificationQuery, Query()]
) -> VerificationRead:
    """Recompute the chain, and name the first entry that is not as it was written. Keep `head`: sent along next time, it proves more."""
    verdict = await verify(runtime.database, caller.identity.organization_id, query.mark, most=MOST_VERIFIED)
    return _read(verdict)


@router.get("/{entry_id}", response_model=AuditEntryRead, responses=responses(Forbidden, NotFound))
async def get_audit_entry(
    session: Session, entry_id: Id, if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None
) -> Response:
    """One entry. It never changes."""
    entry = await session.scalar(sa.select(AuditEntry).where(col(AuditEntry.id) == entry_id))
    if entry is None:
        raise NotFound
    headers = {"ETag": etag_of(FIRST_REVISION)}
    if if_none_match is not None and matches(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(entry.document(), headers=headers, media_type="application/json")


def _read(verdict: Verdict) -> VerificationRead:
    fault = verdict.fault
    return VerificationRead(
        is_intact=fault is None,
        is_complete=verdict.is_all,
        reached=_mark(verdict.reached),
        head=_mark(verdict.head),
        fault=None if fault is None else AuditFault(sequence=fault.sequence, rule=fault.rule, message=fault.message),
    )


def _mark(mark: Mark) -> AuditMark:
    return AuditMark(sequence=mark.sequence, hash=mark.hash.hex())
