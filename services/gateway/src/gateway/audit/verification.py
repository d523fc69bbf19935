"""Whether the chain of an organisation's audit log is whole, and if not, which entry is the first that is not as it was written."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database
from chassis.statements import Record, fetch, fetch_row
from gateway.audit.models import NO_HASH

PIECE = 1000
"""Entries that are read at once."""
COLUMNS = ("id", "actor", "credential", "action", "record", "record_id", "program_id", "project_id", "trace_id")

# One statement, so that what is appended meanwhile is in none of the answers.
_ENDS = """
    SELECT (SELECT sequence FROM audit_heads WHERE organization_id = $1) AS sequence,
           (SELECT hash FROM audit_heads WHERE organization_id = $1) AS hash,
           (SELECT max(sequence) FROM audit_entries WHERE organization_id = $1) AS last,
           (SELECT hash FROM audit_entries WHERE organization_id = $1 AND sequence = $2) AS kept
"""
# To the head that was seen before: what is appended meanwhile belongs to the next look.
_ENTRIES = """
    SELECT sequence, entry, hash, occurred_at AT TIME ZONE 'UTC' AS occurred_at, id::text, actor, credential, action, record,
           record_id::text, program_id::text, project_id::text, trace_id
    FROM audit_entries WHERE organization_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry by its number, and its hash: all that is needed to tell later whether the log up to there is still the same."""

    sequence: int
    hash: bytes


START = Mark(0, NO_HASH)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that is not as it was written, and what is wrong with it."""

    sequence: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `reached` is the last entry that is right; `is_all` says whether that is the end, as far as one is known."""

    reached: Mark
    head: Mark
    fault: Fault | None

    @property
    def is_all(self) -> bool:
        """Whether everything was looked at."""
        return self.fault is not None or self.reached.sequence == self.head.sequence


async def verify(database: Database, organization_id: UUID, since: Mark = START, *, most: int | None = None) -> Verdict:
    """Recompute the chain behind `since`, which somebody has kept from an earlier look; at most so many entries.

    It is read in pieces, each in a transaction of its own, so that it holds up nobody.
    """
    async with database.transaction(organization_id) as session:
        head, fault = await _begin(session, organization_id, since)
    reached, left = since, most
    while fault is None and reached.sequence < head.sequence and left != 0:
        limit = PIECE if left is None else min(PIECE, left)
        async with database.transaction(organization_id) as session:
            rows = await fetch(session, _ENTRIES, organization_id, reached.sequence, head.sequence, limit)
        left = None if left is None else left - limit
        reached, fault = follow(organization_id, reached, rows)
        if fault is None and len(rows) < limit and reached.sequence < head.sequence:
            fault = Fault(reached.sequence + 1, "missing", f"The log ends here, yet it had {head.sequence} entries.")
    if fault is None and reached.sequence == head.sequence and reached.hash != head.hash:
        fault = Fault(head.sequence, "head", "The last entry is not the one that was appended last.")
    return Verdict(reached, head, fault)


def follow(organization_id: UUID, since: Mark, rows: Sequence[Record]) -> tuple[Mark, Fault | None]:
    """The last row that follows on the mark, one on the other, and what is wrong with the one behind it."""
    reached = since
    for row in rows:
        fault = _fault(organization_id, reached, row)
        if fault is not None:
            return reached, fault
        reached = Mark(row["sequence"], row["hash"])
    return reached, None


def _fault(organization_id: UUID, before: Mark, row: Record) -> Fault | None:
    sequence, text = row["sequence"], row["entry"]

    def wrong(rule: str, message: str) -> Fault:
        return Fault(sequence, rule, message)

    if sequence != before.sequence + 1:
        return Fault(before.sequence + 1, "missing", f"Entry {sequence} follows on {before.sequence}.")
    if hashlib.sha256(text.encode()).digest() != row["hash"]:
        return wrong("hash", "The entry is not the one that was hashed.")
    said = orjson.loads(text)
    if said["previous_hash"] != before.hash.hex():
        return wrong("previous_hash", "It was not written behind the entry that stands before it.")
    if said["sequence"] != sequence or said["organization_id"] != str(organization_id):
        return wrong("place", "The entry was written for another place.")
    differing = [name for name in COLUMNS if said.get(name) != row[name]]
    if differing or said["occurred_at"][:19] != row["occurred_at"].isoformat()[:19]:
        return wrong("columns", f"What it is searched by is not what it says: {', '.join(differing) or 'occurred_at'}.")
    return None


async def _begin(session: AsyncSession, organization_id: UUID, since: Mark) -> tuple[Mark, Fault | None]:
    """Where the log ends; and whether it no longer has what was kept of it, or has what its end does not know of."""
    found = await fetch_row(session, _ENDS, organization_id, since.sequence)
    assert found is not None, "it answers one row, whatever there is"
    head = START if found["sequence"] is None else Mark(found["sequence"], found["hash"])
    end = found["last"] or 0
    if min(end, head.sequence) < since.sequence:
        return head, Fault(min(end, head.sequence) + 1, "missing", f"The log had {since.sequence} entries or more.")
    if end > head.sequence:
        return head, Fault(head.sequence + 1, "head", "Entries stand behind the end of the log.")
    if since.sequence and found["kept"] != since.hash:
        return head, Fault(since.sequence, "mark", "This is not the entry that was kept: the log was written anew.")
    return head, None
