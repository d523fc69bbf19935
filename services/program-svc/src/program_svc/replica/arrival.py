"""Waiting for what is on its way: a record made a moment ago may be named before its event has arrived.

An id made by a service carries its time. For an unknown id of the last seconds the answer waits a little before it is 404.
"""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

YOUNG = 10.0
"""Seconds since an id was made in which its event may still be on the way."""
PATIENCE = 2.0
POLL = 0.010
UUID_VERSION = 7


async def arrived(session: AsyncSession, table: Table, ids: Collection[UUID]) -> set[UUID]:
    """Which of these ids the table holds, given up to 2 s if a missing one is young. Take no lock before: the arrival may need it."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        found = set(await session.scalars(select(table.c.id).where(table.c.id.in_(ids))))
        missing = set(ids) - found
        if not any(is_young(id_) for id_ in missing) or asyncio.get_running_loop().time() > deadline:
            return found
        await asyncio.sleep(POLL)


def is_young(id_: UUID) -> bool:
    """Whether the id was made within the last ten seconds (by a clock that may differ a little from ours)."""
    if id_.version != UUID_VERSION:
        return False
    made = (id_.int >> 80) / 1000
    return abs(datetime.now(UTC).timestamp() - made) < YOUNG
