"""What a plan is to bring about, and in which order: deliverables with what it takes to accept them, success criteria, and links."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.values import Duration, Id, Shape
from contracts.vocabulary import LagCalendar, LinkType
from project_svc.links.models import Link
from project_svc.records import table_of
from project_svc.registers import DELIVERABLES

LINKS = table_of(Link)
MOST_IDS = 500
"""Of records that are listed one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class PicturedDeliverable:
    """Something to be handed over."""

    deliverable_id: UUID
    name: str
    description: str
    acceptance_criteria: str


@dataclass(frozen=True, slots=True)
class PicturedLink:
    """A link; its lag in working minutes."""

    link_id: UUID
    predecessor_id: UUID
    successor_id: UUID
    type: LinkType
    lag: int
    minutes_per_day: int
    lag_calendar: LagCalendar

    def shown(self) -> dict[str, Any]:
        """As canonical JSON has it."""
        return {
            "link_id": self.link_id,
            "predecessor_id": self.predecessor_id,
            "successor_id": self.successor_id,
            "type": self.type,
            "lag": str(Duration(self.lag, self.minutes_per_day)),
            "lag_calendar": self.lag_calendar,
        }


@dataclass(frozen=True, slots=True)
class Scope:
    """Beside the scope in words."""

    success_criteria: str
    deliverables: Mapping[UUID, PicturedDeliverable]
    links: Mapping[UUID, PicturedLink]


PicturedT = TypeVar("PicturedT", PicturedDeliverable, PicturedLink)


async def scope_of(session: AsyncSession, success_criteria: str, tables: tuple[Table, Table], where: Any) -> Scope:
    """The scope in two tables, of deliverables and of links: the project's own, or a baseline's copies. where: the condition on each."""
    deliverables, links = tables
    return Scope(
        success_criteria,
        {each.deliverable_id: each for each in await _rows(session, PicturedDeliverable, deliverables, where)},
        {each.link_id: each for each in await _rows(session, PicturedLink, links, where)},
    )


async def _rows(session: AsyncSession, kind: type[PicturedT], table: Table, where: Any) -> list[PicturedT]:
    own = next(iter(kind.__dataclass_fields__))
    names = {name: name for name in kind.__dataclass_fields__} | ({} if own in table.c else {own: "id"})
    columns = [table.c[column].label(name) for name, column in names.items()]
    found = await session.execute(select(*columns).where(where(table)).order_by(table.c[names[own]]))
    return [kind(**row) for row in found.mappings()]


async def present_scope(session: AsyncSession, project_id: UUID, success_criteria: str) -> Scope:
    """The project's own, as this transaction sees it."""
    own = (DELIVERABLES.table, LINKS)
    return await scope_of(session, success_criteria, own, lambda table: table.c.project_id == project_id)


class ScopeDifference(StrEnum):
    """How a deliverable or a link differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class ComparedScope(Shape):
    """Deliverables, or links, that differ: how many, and the first 500 of each."""

    counts: dict[ScopeDifference, int]
    added: Annotated[list[Id], Field(max_length=MOST_IDS)]
    removed: Annotated[list[Id], Field(max_length=MOST_IDS)]
    changed: Annotated[list[Id], Field(max_length=MOST_IDS)]


def compared_scope(before: Mapping[UUID, object], after: Mapping[UUID, object]) -> ComparedScope:
    """Two of a kind, side by side."""
    found = {
        ScopeDifference.ADDED: after.keys() - before.keys(),
        ScopeDifference.REMOVED: before.keys() - after.keys(),
        ScopeDifference.CHANGED: {each for each in before.keys() & after.keys() if before[each] != after[each]},
    }
    listed = {difference.value: sorted(ids)[:MOST_IDS] for difference, ids in found.items()}
    return ComparedScope.model_validate({"counts": {each: len(ids) for each, ids in found.items()}, **listed})
