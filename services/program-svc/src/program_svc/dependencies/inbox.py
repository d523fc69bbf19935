"""Whose decision a dependency waits for: each step is taken by one of its two ends, and some steps are due now."""

from collections.abc import Iterator
from enum import StrEnum
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from chassis.identity import Identity
from chassis.paging import Order, Page, PageQuery, page
from contracts.permissions import of_record
from contracts.values import DayOrMoment, Duration, Id, Instant, Label, Shape
from contracts.vocabulary import DependencyEnd, DependencyPolicy, DependencyStatus, OrganizationRole, ProjectRole
from program_svc.dependencies.models import OPEN, STEPS, WATCHED, Dependency
from program_svc.dependencies.shapes import state_of

PROVIDER, RECEIVER = DependencyEnd.PROVIDER, DependencyEnd.RECEIVER
ENDS = (PROVIDER, RECEIVER)

ORDER = Order(
    columns={"created_at": col(Dependency.created_at), "updated_at": col(Dependency.updated_at)},
    default="created_at",
    identity=col(Dependency.id),
)


class Awaited(StrEnum):
    """What somebody is to decide."""

    COMMITMENT = "commitment"
    """Dates are on the table that this end has not agreed to."""
    SLIP = "slip"
    """A soft dependency's forecast is later than what the receiver accepted, and not answered."""
    NEW_DATE = "new_date"
    """The date is broken; both ends have to agree on a new one."""
    ACCEPTANCE = "acceptance"
    """Something was delivered."""
    DELIVERY = "delivery"
    """What was delivered is disputed: it is to be delivered again."""


DUE: dict[Awaited, tuple[str, ...]] = {
    Awaited.COMMITMENT: ("commit", "reject"),
    Awaited.SLIP: ("accept-slip", "reject-slip", "renegotiate"),
    Awaited.NEW_DATE: ("renegotiate", "deliver", "cancel"),
    Awaited.ACCEPTANCE: ("accept", "dispute"),
    Awaited.DELIVERY: ("deliver", "cancel"),
}
"""The steps that answer it."""


class InboxQuery(PageQuery):
    """Whose decisions. Without ``owner`` the caller's own: of ends that name the caller, or nobody in a project that the caller manages."""

    owner: Label | None = Field(default=None, min_length=1)
    program_id: Id | None = None
    project_id: Id | None = None
    awaited: Awaited | None = None


class InboxItem(Shape):
    """One end of one dependency that waits for its owner."""

    dependency_id: Id
    program_id: Id
    end: DependencyEnd
    project_id: Id
    task_id: Id
    owner: Label
    """Empty where that end names nobody: then its project's manager decides."""
    awaited: Awaited
    steps: list[str]
    """What the owner can do: `POST /dependencies/{id}/<step>`."""
    state: DependencyStatus
    since: Instant
    """The last step of its history."""
    needed_by: DayOrMoment | None
    provider_forecast: DayOrMoment | None
    margin: Duration | None


async def inbox_of(session: AsyncSession, identity: Identity, query: InboxQuery) -> Page[InboxItem]:
    """What waits for a decision. A page counts dependencies; one of them may wait for both its ends."""
    asked = [(end, query.awaited) for end in ENDS]
    statement = select(Dependency).where(
        or_(*(and_(_waits(end, awaited), _is_of(identity, query.owner, end)) for end, awaited in asked))
    )
    if query.program_id is not None:
        statement = statement.where(col(Dependency.program_id) == query.program_id)
    if query.project_id is not None:
        statement = statement.where(or_(*(_project(end) == query.project_id for end in ENDS)))
    found, following = await page(session, statement, query, ORDER)
    items = [
        item
        for dependency in found
        for item in waiting(dependency)
        if _is_item_of(identity, query.owner, item)
        and query.project_id in {None, item.project_id}
        and query.awaited in {None, item.awaited}
    ]
    return Page(items=items, next=following)


def _is_of(identity: Identity, owner: str | None, end: DependencyEnd) -> ColumnElement[bool]:
    """Whether an end's decisions are the caller's own or, of the ends that the caller sees, those of ``owner``."""
    if owner is not None:
        return and_(_owner(end) == owner, true() if identity.sees_all else _project(end).in_(identity.projects))
    managed = true() if manages_all(identity) else _project(end).in_(managed_by(identity))
    return or_(_owner(end) == identity.subject, and_(_owner(end) == "", managed))


def _is_item_of(identity: Identity, owner: str | None, item: InboxItem) -> bool:
    """The same, of what was read."""
    if owner is not None:
        return item.owner == owner and (identity.sees_all or item.project_id in identity.projects)
    is_managed = manages_all(identity) or item.project_id in managed_by(identity)
    return item.owner == identity.subject or (item.owner == "" and is_managed)


def manages_all(identity: Identity) -> bool:
    """Whether the caller speaks for every project."""
    return OrganizationRole.ADMIN in identity.roles


def managed_by(identity: Identity) -> set[UUID]:
    """The projects that the caller manages."""
    return {id_ for id_, role in identity.projects.items() if role is ProjectRole.PROJECT_MANAGER}


def waiting(dependency: Dependency) -> Iterator[InboxItem]:
    """Each end that has something to decide now."""
    state = state_of(dependency)
    for end in (PROVIDER, RECEIVER):
        awaited = _awaited(dependency, end)
        if awaited is None:
            continue
        of = state.provider if end is PROVIDER else state.receiver
        yield InboxItem(
            dependency_id=dependency.id,
            program_id=dependency.program_id,
            end=end,
            project_id=of.project_id,
            task_id=of.task_id,
            owner=dependency.provider_owner if end is PROVIDER else dependency.receiver_owner,
            awaited=awaited,
            steps=[step for step in DUE[awaited] if _takes(end, step) and dependency.state in STEPS[step]],
            state=dependency.state,
            since=dependency.history[-1]["at"],
            needed_by=state.needed_by,
            provider_forecast=state.provider_forecast,
            margin=state.margin,
        )


def _takes(end: DependencyEnd, step: str) -> bool:
    """Whether it is this end that the table of permissions has take the step."""
    who = of_record("dependency", step).who
    return bool(who.provider if end is PROVIDER else who.receiver)


def _awaited(dependency: Dependency, end: DependencyEnd) -> Awaited | None:
    is_receiver = end is RECEIVER
    if dependency.state in OPEN:
        agreed = dependency.receiver_committed_at if is_receiver else dependency.provider_committed_at
        return Awaited.COMMITMENT if agreed is None else None
    if dependency.state is DependencyStatus.DELIVERED:
        return Awaited.ACCEPTANCE if is_receiver else None
    if dependency.state is DependencyStatus.DISPUTED:
        return None if is_receiver else Awaited.DELIVERY
    if dependency.state is DependencyStatus.BREACHED:
        return Awaited.NEW_DATE
    return Awaited.SLIP if is_receiver and has_open_slip(dependency) else None


def has_open_slip(dependency: Dependency) -> bool:
    """Whether a soft dependency's forecast is later than what was accepted, and the receiver has not answered this forecast."""
    forecast, accepted = dependency.forecast, dependency.accepted
    is_soft = dependency.policy is DependencyPolicy.SOFT and dependency.state in WATCHED
    if not is_soft or forecast is None or accepted is None:
        return False
    return forecast > accepted and dependency.slip_forecast != forecast


def _owner(end: DependencyEnd) -> Mapped[str]:
    return col(Dependency.provider_owner) if end is PROVIDER else col(Dependency.receiver_owner)


def _project(end: DependencyEnd) -> Mapped[UUID]:
    return col(Dependency.provider_project_id) if end is PROVIDER else col(Dependency.receiver_project_id)


_STATE = col(Dependency.state)
_IS_BREACHED = _STATE == DependencyStatus.BREACHED
_HAS_SLIP = and_(
    col(Dependency.policy) == DependencyPolicy.SOFT,
    _STATE.in_(WATCHED - {DependencyStatus.BREACHED}),
    col(Dependency.forecast) > col(Dependency.accepted),
    col(Dependency.slip_forecast).is_distinct_from(col(Dependency.forecast)),
)
_CONDITIONS: dict[Awaited, dict[DependencyEnd, ColumnElement[bool]]] = {
    Awaited.COMMITMENT: {
        PROVIDER: and_(_STATE.in_(OPEN), col(Dependency.provider_committed_at).is_(None)),
        RECEIVER: and_(_STATE.in_(OPEN), col(Dependency.receiver_committed_at).is_(None)),
    },
    Awaited.SLIP: {RECEIVER: _HAS_SLIP},
    Awaited.NEW_DATE: {PROVIDER: _IS_BREACHED, RECEIVER: _IS_BREACHED},
    Awaited.ACCEPTANCE: {RECEIVER: _STATE == DependencyStatus.DELIVERED},
    Awaited.DELIVERY: {PROVIDER: _STATE == DependencyStatus.DISPUTED},
}
"""The same as `_awaited`, as the database tells it."""


def _waits(end: DependencyEnd, awaited: Awaited | None) -> ColumnElement[bool]:
    kinds = _CONDITIONS.values() if awaited is None else (_CONDITIONS[awaited],)
    return or_(false(), *(conditions[end] for conditions in kinds if end in conditions))
