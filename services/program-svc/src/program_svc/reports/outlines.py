"""What the pictures of a report are drawn from, frozen with its figures: the S-curve, who waits for whom, the goal tree, the risk matrix."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

import planning
from contracts.vocabulary import OPEN_RISKS, DependencyStatus
from planning.written import frame_finish
from program_svc.alignments.models import Alignment
from program_svc.benefits.serving import goals_served_in
from program_svc.dependencies.models import Dependency
from program_svc.goals.models import Goal
from program_svc.goals.progress import Progress, ratio
from program_svc.goals.tree import GoalTree
from program_svc.key_results.models import KeyResult
from program_svc.network.compute import Network
from program_svc.replica.models import KnownRisk
from program_svc.rollups.measured import Measured
from program_svc.rollups.risks import OwnRisk

POINTS = 40
PROBABILITIES = (Decimal("0.1"), Decimal("0.3"), Decimal("0.5"), Decimal("0.7"))
IMPACTS = (Decimal("0.01"), Decimal("0.02"), Decimal("0.05"), Decimal("0.1"))
"""Where the levels of a probability begin, and of a cost as a share of the program's budget."""
S = DependencyStatus
MOODS = {S.BREACHED: "broken", S.DISPUTED: "broken", S.AT_RISK: "worrying", S.PROPOSED: "open", S.RENEGOTIATING: "open"}
RANK = ("well", "open", "worrying", "broken")


@dataclass(frozen=True, slots=True)
class Course:
    """What an S-curve is made of: projects measured in one currency, and the first and the last day of their program's work."""

    measured: Sequence[Measured]
    calendars: Sequence[planning.WorkCalendar]
    first: date
    last: date

    @classmethod
    def of(cls, network: Network, summed: Sequence[Measured] | str) -> "Course | None":
        """The program's; none without money or work, or in currencies that cannot be summed."""
        if isinstance(summed, str) or not any(each.figures.bac for each in summed) or not network.schedule.items:
            return None
        at = max(each.at for each in summed)
        return cls(
            summed,
            [network.facts.calendar_of_project(each.project.id) for each in summed],
            planning.to_date(network.schedule.start, finish=False),
            max(planning.to_date(network.schedule.finish, finish=True), planning.to_date(at, finish=True)),
        )

    @property
    def currency(self) -> str:
        """Of all its figures."""
        return self.measured[0].currency


def curve_of(courses: Sequence[Course]) -> dict[str, Any] | None:
    """Planned value over time, earned value and cost at the last data date, of programs in one currency; none of no program."""
    if not courses:
        return None
    summed = [each for course in courses for each in course.measured]
    calendars = [each for course in courses for each in course.calendars]
    first, last = min(course.first for course in courses), max(course.last for course in courses)
    days = max(1, (last - first).days)
    ons = sorted({first + timedelta(days=days * number // POINTS) for number in range(POINTS + 1)})
    planned = ((on, frame_finish(on, calendars)) for on in ons)
    return {
        "currency": courses[0].currency,
        "planned": [
            {"on": on.isoformat(), "amount": str(sum(each.books.planned(at) for each in summed))} for on, at in planned
        ],
        "on": planning.to_date(max(each.at for each in summed), finish=True).isoformat(),
        "earned": str(sum(each.figures.ev for each in summed)),
        "cost": str(sum(each.figures.ac for each in summed)),
    }


def waits_of(dependencies: Iterable[Dependency], keys: dict[UUID, str]) -> list[dict[str, Any]]:
    """For each two projects of which one gives to the other: how many dependencies, and how the worst of them is."""
    between: dict[tuple[str, str], list[str]] = {}
    for each in dependencies:
        giver, receiver = keys.get(each.provider_project_id), keys.get(each.receiver_project_id)
        if giver is not None and receiver is not None:
            between.setdefault((giver, receiver), []).append(MOODS.get(each.state, "well"))
    return [
        {"giver": giver, "receiver": receiver, "count": len(moods), "mood": max(moods, key=RANK.index)}
        for (giver, receiver), moods in sorted(between.items())
    ]


async def tree_of(
    session: AsyncSession, tree: GoalTree, program_ids: Collection[UUID], project_ids: Collection[UUID]
) -> list[dict[str, Any]]:
    """The goals of programs, those that their projects and benefits serve, and what is above them; each below the one that it belongs to."""
    aligned = select(col(Alignment.goal_id)).where(col(Alignment.project_id).in_(project_ids))
    aligned = aligned.where(col(Alignment.risk_id).is_(None), col(Alignment.benefit_id).is_(None))
    meant = {*await session.scalars(aligned), *await session.scalars(goals_served_in(program_ids))}
    meant |= {goal.id for goal in tree.goals.values() if goal.program_id in program_ids}
    shown = {above.id for goal_id in meant for above in tree.upwards(goal_id)}
    progress = Progress.of(tree, await session.scalars(select(KeyResult)))
    return [
        {
            "id": str(goal.id),
            "name": goal.name,
            "depth": depth,
            "state": goal.state.value,
            "due": None if goal.due is None else goal.due.isoformat(),
            "progress": ratio(progress.at(goal.id)).model_dump(mode="json"),
        }
        for goal, depth in _downwards(tree, None, 0, shown)
    ]


def _downwards(tree: GoalTree, above: UUID | None, depth: int, shown: Collection[UUID]) -> Iterator[tuple[Goal, int]]:
    for goal_id in tree.children.get(above, ()):
        if goal_id in shown:
            yield tree.goals[goal_id], depth
            yield from _downwards(tree, goal_id, depth + 1, shown)


async def risk_cells(
    session: AsyncSession,
    project_ids: Collection[UUID],
    own: Iterable[OwnRisk],
    budget: Decimal | None,
    currency: str | None,
) -> list[dict[str, int]]:
    """How many open risks lie on each level (1 to 5) of probability and of cost; none without a budget to measure cost by.

    Costs in other currencies than the budget's are left out, and so are risks of projects that the program has taken over.
    """
    if not budget or currency is None:
        return []
    taken_over = {each.origin.record_id for each in own if each.origin is not None}
    found = await session.execute(
        select(
            col(KnownRisk.id), col(KnownRisk.probability), col(KnownRisk.cost_impact), col(KnownRisk.currency)
        ).where(col(KnownRisk.project_id).in_(project_ids), col(KnownRisk.is_open).is_(True))
    )
    risks = [(row.probability, row.cost_impact, row.currency) for row in found if row.id not in taken_over]
    risks += [
        (each.probability, each.cost_impact.amount, each.cost_impact.currency)
        for each in own
        if each.state in OPEN_RISKS
    ]
    counts: dict[tuple[int, int], int] = {}
    for probability, cost, of in risks:
        if of == currency:
            cell = bisect_right(PROBABILITIES, probability) + 1, bisect_right(IMPACTS, cost / budget) + 1
            counts[cell] = counts.get(cell, 0) + 1
    return [{"probability": row, "impact": column, "count": count} for (row, column), count in sorted(counts.items())]
