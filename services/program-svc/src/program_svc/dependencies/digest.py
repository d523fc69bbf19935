"""What each project of a program owes the others, and what it is owed."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.paging import Page, PageQuery, page
from contracts.values import DayOrMoment, Duration, Id, Shape
from contracts.vocabulary import DependencyPolicy, DependencyStatus
from program_svc.components.models import Component
from program_svc.components.routes import ORDER
from program_svc.dependencies.models import LIVE, Dependency
from program_svc.dependencies.shapes import state_of
from program_svc.programs.queries import positions_shown
from program_svc.replica.queries import known_projects

SETTLED = frozenset({DependencyStatus.ACCEPTED})
"""Given and accepted: nothing is owed any more."""


class DigestQuery(PageQuery):
    """Which projects."""

    project_id: Id | None = None


class Debt(Shape):
    """One thing that a project owes another, or is owed by it."""

    dependency_id: Id
    project_id: Id
    """The other project."""
    task_id: Id
    """This project's own end."""
    state: DependencyStatus
    policy: DependencyPolicy
    needed_by: DayOrMoment | None
    promised_by: DayOrMoment | None
    provider_forecast: DayOrMoment | None
    margin: Duration | None
    keeps_promise: bool | None
    """Whether the forecast is not later than the promised date; null without either."""


class ProjectDigest(Shape):
    """One project's debts and claims, the one with the least margin first."""

    project_id: Id
    key: str
    name: str
    owes: list[Debt]
    is_owed: list[Debt]
    breached: int
    at_risk: int
    least_margin: Duration | None


class DigestRead(Page[ProjectDigest]):
    """One page of projects, and the revisions that it reflects: of all projects or, where these are very many, of those on the page."""

    positions: dict[str, int]


async def digest_of(
    session: AsyncSession, program_id: UUID, query: DigestQuery, positions: Mapping[UUID, int]
) -> DigestRead:
    """The digest of the program's projects, a page of them."""
    statement = select(Component).where(col(Component.program_id) == program_id)
    if query.project_id is not None:
        statement = statement.where(col(Component.project_id) == query.project_id)
    components, following = await page(session, statement, query, ORDER)
    project_ids = [component.project_id for component in components]
    projects = await known_projects(session, project_ids)
    found = await _between(session, program_id, project_ids)
    items = []
    for project_id in project_ids:
        given = [each for each in found if each.provider_project_id == project_id]
        needed = [each for each in found if each.receiver_project_id == project_id]
        items.append(_digest(project_id, projects[project_id].key, projects[project_id].name, given, needed))
    return DigestRead(items=items, next=following, positions=positions_shown(positions, project_ids))


async def _between(session: AsyncSession, program_id: UUID, project_ids: Collection[UUID]) -> list[Dependency]:
    ends = (col(Dependency.provider_project_id), col(Dependency.receiver_project_id))
    statement = select(Dependency).where(
        col(Dependency.program_id) == program_id,
        col(Dependency.state).in_(LIVE - SETTLED),
        or_(*(end.in_(project_ids) for end in ends)),
    )
    found = list(await session.scalars(statement.order_by(col(Dependency.id))))
    return sorted(found, key=lambda each: (each.margin is None, each.margin or 0))


def _digest(project_id: UUID, key: str, name: str, given: list[Dependency], needed: list[Dependency]) -> ProjectDigest:
    both = [*given, *needed]
    least = min((each for each in both if each.margin is not None), key=lambda each: each.margin or 0, default=None)
    return ProjectDigest(
        project_id=project_id,
        key=key,
        name=name,
        owes=[_debt(each, is_owed=False) for each in given],
        is_owed=[_debt(each, is_owed=True) for each in needed],
        breached=sum(each.state is DependencyStatus.BREACHED for each in both),
        at_risk=sum(each.state is DependencyStatus.AT_RISK for each in both),
        least_margin=None if least is None else state_of(least).margin,
    )


def _debt(dependency: Dependency, *, is_owed: bool) -> Debt:
    state = state_of(dependency)
    own, other = (state.receiver, state.provider) if is_owed else (state.provider, state.receiver)
    forecast, promised = state.provider_forecast, dependency.promised_by
    return Debt(
        dependency_id=dependency.id,
        project_id=other.project_id,
        task_id=own.task_id,
        state=state.state,
        policy=state.policy,
        needed_by=state.needed_by,
        promised_by=state.promised_by,
        provider_forecast=forecast,
        margin=state.margin,
        keeps_promise=None
        if forecast is None or promised is None
        else forecast.isoformat()[:10] <= promised.isoformat()[:10],
    )
