"""What alignments say of the organisation as a whole: the money that serves goals, and what nothing connects.

A goal is live while it is active and nothing above it is cancelled. Cancelled projects count nowhere. A project that serves a goal
serves everything above that goal, not what is below it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.values import Id, Money, Ratio, Shape
from contracts.vocabulary import ProjectStatus
from program_svc.alignments.models import Alignment
from program_svc.benefits.models import BENEFITS
from program_svc.benefits.serving import SERVING
from program_svc.goals.queries import goal_tree
from program_svc.goals.tree import GoalTree
from program_svc.replica.models import BUDGET_LINES, PROJECTS
from program_svc.rollups.money import MIXED_CURRENCIES, NO_MONEY, the_only

ZERO = Decimal(0)
_SERVED_BY_BENEFITS = select(SERVING.c.goal_id).where(SERVING.c.weight > 0)


class CurrencyCoverage(Shape):
    """The budget of one currency, and the part of it that serves a live goal."""

    aligned: Money
    total: Money
    share: Ratio


class CoverageRead(Shape):
    """Coverage. The single figures are null where there are several currencies or no budget; `share` then says which."""

    aligned: Money | None
    total: Money | None
    share: Ratio
    currencies: list[CurrencyCoverage]
    warnings: list[str]
    hidden_count: int = 0
    """Projects that you do not see, and that no figure includes."""


class OrphanProject(Shape):
    """A project that serves no live goal."""

    project_id: Id
    key: str
    name: str
    state: ProjectStatus


class OrphanGoal(Shape):
    """A live goal that no project and no benefit serves, directly or through a goal below it."""

    goal_id: Id
    name: str
    parent_id: Id | None


class OrphansRead(Shape):
    """What nothing connects."""

    projects: list[OrphanProject]
    goals: list[OrphanGoal]


async def coverage_of(session: AsyncSession, sees: Callable[[UUID], bool]) -> CoverageRead:
    """The share of the organisation's budget that serves a live goal; of the projects that the caller sees."""
    served = await _serving(session, await goal_tree(session))
    alive = select(PROJECTS.c.id).where(PROJECTS.c.state != ProjectStatus.CANCELLED.value)
    lines = BUDGET_LINES.c
    sums = select(lines.project_id, lines.currency, func.sum(lines.amount)).where(lines.project_id.in_(alive))
    total: dict[str, Decimal] = {}
    aligned: dict[str, Decimal] = {}
    hidden: set[UUID] = set()
    for project_id, currency, amount in await session.execute(sums.group_by(lines.project_id, lines.currency)):
        if not sees(project_id):
            hidden.add(project_id)
            continue
        total[currency] = total.get(currency, ZERO) + amount
        aligned[currency] = aligned.get(currency, ZERO) + (amount if project_id in served else ZERO)
    currencies = [_covered(currency, aligned[currency], amount) for currency, amount in sorted(total.items())]
    if len(currencies) == 1:
        share = currencies[0].share
    else:
        share = Ratio.undefined(MIXED_CURRENCIES if currencies else NO_MONEY)
    return CoverageRead(
        aligned=the_only([each.aligned for each in currencies]),
        total=the_only([each.total for each in currencies]),
        share=share,
        currencies=currencies,
        warnings=[MIXED_CURRENCIES] if len(currencies) > 1 else [],
        hidden_count=len(hidden),
    )


async def orphans_of(session: AsyncSession) -> OrphansRead:
    """Projects that serve no live goal, by key, and live goals that nothing serves, oldest first."""
    tree = await goal_tree(session)
    serving = await _serving(session, tree)
    alive = select(PROJECTS).where(PROJECTS.c.state != ProjectStatus.CANCELLED.value).order_by(PROJECTS.c.key)
    projects = (await session.execute(alive)).all()
    known = {project.id for project in projects}
    served = {goal_id for project_id, goal_ids in serving.items() if project_id in known for goal_id in goal_ids}
    served |= {goal_id for goal_id in await session.scalars(_SERVED_BY_BENEFITS) if tree.is_live(goal_id)}
    reached = {goal.id for goal_id in served for goal in tree.upwards(goal_id)}
    return OrphansRead(
        projects=[
            OrphanProject(project_id=row.id, key=row.key, name=row.name, state=ProjectStatus(row.state))
            for row in projects
            if row.id not in serving
        ],
        goals=[
            OrphanGoal(goal_id=goal.id, name=goal.name, parent_id=goal.parent_id)
            for goal in tree.goals.values()
            if tree.is_live(goal.id) and goal.id not in reached
        ],
    )


async def _serving(session: AsyncSession, tree: GoalTree) -> Mapping[UUID, set[UUID]]:
    """The live goals that each project serves; projects that serve none are left out. A risk serves nothing, and no weight is no service.

    A project serves by an alignment, and through a benefit that it contributes to or that begins with a milestone of it.
    """
    serving: dict[UUID, set[UUID]] = {}
    aligned = select(Alignment).where(
        col(Alignment.risk_id).is_(None), col(Alignment.benefit_id).is_(None), col(Alignment.weight) > 0
    )
    for alignment in await session.scalars(aligned):
        if tree.is_live(alignment.goal_id):
            serving.setdefault(alignment.project_id, set()).add(alignment.goal_id)
    benefits = BENEFITS.table.c
    found = (
        select(SERVING.c.goal_id, benefits.contributors, benefits.milestone)
        .join(SERVING, SERVING.c.benefit_id == benefits.id)
        .where(SERVING.c.weight > 0)
    )
    for goal_id, contributors, milestone in await session.execute(found):
        if tree.is_live(goal_id):
            for contributor in (*contributors, *([milestone] if milestone else [])):
                serving.setdefault(UUID(contributor["project_id"]), set()).add(goal_id)
    return serving


def _covered(currency: str, aligned: Decimal, total: Decimal) -> CurrencyCoverage:
    share = Ratio.of(aligned / total) if total else Ratio.undefined(NO_MONEY)
    return CurrencyCoverage(aligned=Money.of(aligned, currency), total=Money.of(total, currency), share=share)
