"""The audit log as a file: lines whose hashes anybody can recompute, or a table."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import orjson

from chassis.database import Database
from chassis.paging import MAX_LIMIT, Order, PageQuery, page
from gateway.audit.models import AuditEntry
from gateway.audit.shapes import AuditEntryRead, AuditExportQuery, ExportFormat

ORDER = Order({"sequence": AuditEntry.sequence}, default="-sequence", identity=AuditEntry.sequence)
OLDEST_FIRST = "sequence"
COLUMNS = tuple(AuditEntryRead.model_fields)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a text."""


async def exported(database: Database, organization_id: UUID, query: AuditExportQuery) -> AsyncIterator[bytes]:
    """The entries that are asked for, oldest first. A page is a transaction: a slow reader holds up nobody."""
    write = _table if query.format is ExportFormat.CSV else _lines
    if query.format is ExportFormat.CSV:
        yield _row(COLUMNS)
    cursor = None
    while True:
        asked = PageQuery(cursor=cursor, limit=MAX_LIMIT, sort=OLDEST_FIRST)
        async with database.transaction(organization_id) as session:
            entries, cursor = await page(session, query.statement(), asked, ORDER)
        yield write(entries)
        if cursor is None:
            return


def _lines(entries: Sequence[AuditEntry]) -> bytes:
    return "".join(f"{entry.document()}\n" for entry in entries).encode()


def _table(entries: Sequence[AuditEntry]) -> bytes:
    return b"".join(_row([_cell(orjson.loads(entry.document())[name]) for name in COLUMNS]) for entry in entries)


def _row(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    """A value as text; what a spreadsheet would take for a formula has an apostrophe before it."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return orjson.dumps(value).decode()
    return f"'{value}" if value.startswith(FORMULAS) else value
