"""The replica, read."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from program_svc.replica.models import PROJECTS


async def known_projects(session: AsyncSession, project_ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """The rows of these projects, by id; one that is not known is left out."""
    found = await session.execute(select(PROJECTS).where(PROJECTS.c.id.in_(project_ids)))
    return {row.id: row for row in found}
