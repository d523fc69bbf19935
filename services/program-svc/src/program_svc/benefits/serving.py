"""Which benefits serve which goals: each the one that it names itself, and those that it is aligned with."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.program_events.benefits import BenefitState, BenefitStatus
from program_svc.alignments.models import Alignment
from program_svc.benefits.models import BENEFITS
from program_svc.register.tables import record_of

_TABLE = BENEFITS.table
_OWN = select(
    _TABLE.c.id.label("benefit_id"), _TABLE.c.program_id, _TABLE.c.goal_id.label("goal_id"), _TABLE.c.weight
).where(_TABLE.c.goal_id.is_not(None), _TABLE.c.state != BenefitStatus.CLOSED)
_ALIGNED = (
    select(_TABLE.c.id, _TABLE.c.program_id, col(Alignment.goal_id), col(Alignment.weight))
    .join(_TABLE, _TABLE.c.id == col(Alignment.benefit_id))
    .where(_TABLE.c.goal_id.is_distinct_from(col(Alignment.goal_id)), _TABLE.c.state != BenefitStatus.CLOSED)
)
SERVING = union_all(_OWN, _ALIGNED).subquery("serving")
"""A row for each goal that a benefit serves while it is not closed: `benefit_id`, `program_id`, `goal_id`, and the `weight` of what it does."""


def goals_served_in(program_ids: Collection[UUID]) -> Select[Any]:
    """The goals that the benefits of these programs serve."""
    return select(SERVING.c.goal_id).where(SERVING.c.program_id.in_(program_ids))


async def serving_benefits(session: AsyncSession, program_ids: Any) -> list[BenefitState]:
    """The benefits of these programs (ids, or a query for them), each once for every goal that it serves, with that goal and weight."""
    found = (
        select(_TABLE, SERVING.c.goal_id.label("served_id"), SERVING.c.weight.label("served_by"))
        .join(SERVING, SERVING.c.benefit_id == _TABLE.c.id)
        .where(_TABLE.c.program_id.in_(program_ids))
        .order_by(_TABLE.c.id, SERVING.c.goal_id)
    )
    return [_as_serving(dict(row)) for row in (await session.execute(found)).mappings()]


def _as_serving(row: dict[str, Any]) -> BenefitState:
    serves = {"goal_id": row.pop("served_id"), "weight": row.pop("served_by")}
    return record_of(BenefitState, row).model_copy(update=serves)
