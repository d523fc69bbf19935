"""What may happen to a program or its projects: the projects' risks as the replica knows them, and the program's own.

One that the program took over stands for the project's risk, which is left out then, and meets what that one does unless it says otherwise.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch
from contracts.program_events.governance import RiskState
from contracts.vocabulary import OPEN_RISKS, RiskKind
from program_svc.register.tables import record_of
from program_svc.registers.risks import RISKS as OWN
from program_svc.replica.models import RISKS

# One look into the index for each project.
_LAST = """
    SELECT DISTINCT ON (components.program_id) components.program_id, components.project_id FROM components, LATERAL (
        SELECT early_finish FROM program_schedule AS rows
        WHERE rows.program_id = components.program_id AND rows.project_id = components.project_id
        ORDER BY early_finish DESC LIMIT 1
    ) AS last
    WHERE components.program_id = ANY($1::uuid[]) ORDER BY components.program_id, last.early_finish DESC, components.project_id
"""


@dataclass(frozen=True, slots=True)
class Hazard:
    """A risk. ``emv`` is below zero for threats, zero once it is no longer open.

    The impact is ``days`` as long as those of the calendar that it is held against, and ``minutes``. program_id: of a program's own risk;
    goal_id: the goal that this one names; ``origin_id``: the project's risk that it stands for.
    """

    id: UUID
    project_id: UUID | None
    task_id: UUID | None
    kind: RiskKind
    is_open: bool
    probability: Decimal
    emv: Decimal
    cost: Decimal
    """What it would cost, or save, if it happened."""
    currency: str
    minutes: int
    days: int = 0
    program_id: UUID | None = None
    goal_id: UUID | None = None
    origin_id: UUID | None = None

    @property
    def is_threat(self) -> bool:
        """Whether it may still happen, and would do harm."""
        return self.is_open and self.kind is RiskKind.THREAT

    @property
    def has_impact(self) -> bool:
        """Whether it would take time."""
        return bool(self.minutes or self.days)

    def impact(self, minutes_per_day: int) -> int:
        """In working minutes, on a calendar with days as long as this."""
        return self.days * minutes_per_day + self.minutes


async def hazards_of(
    session: AsyncSession, project_ids: Collection[UUID], program_ids: Collection[UUID]
) -> list[Hazard]:
    """The risks of these projects, and the own ones of these programs, each once, in the order of their ids."""
    table = OWN.table
    found = await session.execute(select(table).where(table.c.program_id.in_(program_ids)).order_by(table.c.id))
    own = [record_of(RiskState, row) for row in found.mappings()]
    origins = {each.origin.record_id for each in own if each.origin is not None}
    asked = RISKS.c.project_id.in_(project_ids) | RISKS.c.id.in_(origins)
    known = list(await session.execute(select(RISKS).where(asked).order_by(RISKS.c.id)))
    there = {row.id: row for row in known}
    wanted = set(project_ids)
    of_projects = (of_project(row) for row in known if row.project_id in wanted and row.id not in origins)
    return [*of_projects, *_own(own, there)]


async def projects_of_hazards(session: AsyncSession, goal_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """By whose ends the programs' own risks threaten these goals that name one: of each program, the projects that they lie on or, for
    those that lie on none, the one that is done last.
    """
    table = OWN.table
    named = select(table.c.program_id, table.c.task, table.c.origin).where(table.c.goal_id.in_(goal_ids))
    found: dict[UUID, set[UUID]] = {}
    without: set[UUID] = set()
    for program_id, task, origin in await session.execute(named):
        ends = found.setdefault(program_id, set())
        if task is None and origin is None:
            without.add(program_id)
        else:
            ends.add(UUID((task or origin)["project_id"]))
    for row in await fetch(session, _LAST, list(without)) if without else ():
        found[row["program_id"]].add(row["project_id"])
    return found


def of_project(row: Row[Any]) -> Hazard:
    """A risk of the replica."""
    return Hazard(
        id=row.id,
        project_id=row.project_id,
        task_id=row.task_id,
        kind=RiskKind(row.kind),
        is_open=row.is_open,
        probability=row.probability,
        emv=row.emv,
        cost=row.cost_impact,
        currency=row.currency,
        minutes=row.days_impact,
    )


def _own(risks: Iterable[RiskState], known: dict[UUID, Row[Any]]) -> Iterator[Hazard]:
    for risk in risks:
        origin = None if risk.origin is None else known.get(risk.origin.record_id)
        project_id, task_id = (None, None) if origin is None else (origin.project_id, origin.task_id)
        if risk.task is not None:
            project_id, task_id = risk.task.project_id, risk.task.task_id
        days, minutes = divmod(risk.days_impact.minutes, risk.days_impact.minutes_per_day)
        yield Hazard(
            id=risk.id,
            project_id=project_id,
            task_id=task_id,
            kind=risk.kind,
            is_open=risk.state in OPEN_RISKS,
            probability=risk.probability,
            emv=emv_of(risk),
            cost=risk.cost_impact.amount,
            currency=risk.cost_impact.currency,
            minutes=minutes,
            days=days,
            program_id=risk.program_id,
            goal_id=risk.goal_id,
            origin_id=None if risk.origin is None else risk.origin.record_id,
        )


def emv_of(risk: RiskState) -> Decimal:
    """What a risk of the program is expected to cost (below zero) or bring; nothing once it is no longer open."""
    if risk.state not in OPEN_RISKS:
        return Decimal(0)
    return risk.probability * risk.cost_impact.amount * (-1 if risk.kind is RiskKind.THREAT else 1)
