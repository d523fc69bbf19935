"""`/goals`, their exposure, and the goals that a program's projects serve."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Row, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery, page, page_of_known
from chassis.positions import POSITION_HEADER
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, Session, TransactionRoute
from contracts.values import Id, Shape
from contracts.vocabulary import GoalStatus, Granularity
from program_svc.alignments.models import Alignment
from program_svc.benefits.serving import goals_served_in
from program_svc.components.models import Component
from program_svc.goals import actions
from program_svc.goals.models import (
    Goal,
    GoalCreate,
    GoalCycle,
    GoalNotEmpty,
    GoalRead,
    GoalUpdate,
    PeriodReversed,
    state_of,
)
from program_svc.goals.progress import Progress, elapsed, ratio
from program_svc.goals.queries import exposure_of, goal_tree, the_goal
from program_svc.goals.threat_shapes import ThreatRead, threat_read
from program_svc.goals.threats import Kind, Threat
from program_svc.key_results.models import KeyResult
from program_svc.network.queries import Unschedulable
from program_svc.permissions import Writer
from program_svc.programs.queries import MOST_POSITIONS, positions_shown, reflect_program, the_program
from program_svc.replica.queries import known_projects
from program_svc.sight import CurrentSight

router = APIRouter(tags=["goals"], route_class=TransactionRoute)

ORDER = Order(
    columns={"created_at": col(Goal.created_at), "name": col(Goal.name), "weight": col(Goal.weight)},
    default="created_at",
    identity=col(Goal.id),
)


KINDS = get_args(Kind)
WEIGHT_PLACES = 12
THREATS: Mapping[str, Callable[[Threat], int]] = {
    "kind": lambda threat: (KINDS.index(threat.kind) << 256) + (threat.goal_id.int << 128) + threat.source_id.int,
    "by": lambda threat: threat.by,
    "weight": lambda threat: int(threat.weight.scaleb(WEIGHT_PLACES)),
}
"""The orders of threats: by what they are, by working minutes too late, by how much what is threatened does for the goal."""


class GoalQuery(PageQuery):
    """Which goals."""

    parent_id: Id | None = None
    state: GoalStatus | None = None
    program_id: Id | None = None


class ExposureRead(Shape):
    """A page of what threatens a goal, or anything below it, and the revisions of the projects that it reflects."""

    goal_id: Id
    threats: list[ThreatRead]
    positions: dict[str, int]
    next: str | None = None
    hidden_count: int = 0
    """Threats that are not shown: of projects that you do not see, and risks of programs in which you have no role."""


@router.post("/goals", status_code=201, responses=responses(NotFound, Forbidden, AlreadyExists, PeriodReversed))
async def create_goal(body: GoalCreate, session: Session, writer: Writer, response: Response) -> GoalRead:
    """Set a goal, on its own or below another."""
    goal = await actions.create_goal(session, writer.organization_id, body)
    stamp(response, goal)
    return _read(goal, await progress_of_all(session))


@router.get("/goals")
async def list_goals(
    session: Session, identity: CurrentIdentity, query: Annotated[GoalQuery, Query()]
) -> Page[GoalRead]:
    """The organisation's goals. Sort by `created_at`, `name` or `weight`."""
    statement = select(Goal).where(col(Goal.organization_id) == identity.organization_id)
    if query.parent_id is not None:
        statement = statement.where(col(Goal.parent_id) == query.parent_id)
    if query.state is not None:
        statement = statement.where(col(Goal.state) == query.state)
    if query.program_id is not None:
        statement = statement.where(col(Goal.program_id) == query.program_id)
    goals, following = await page(session, statement, query, ORDER)
    progress = await progress_of_all(session)
    return Page(items=[_read(goal, progress) for goal in goals], next=following)


@router.get("/goals/{goal_id}", responses=responses(NotFound))
async def read_goal(goal_id: Id, session: Session, response: Response) -> GoalRead:
    """One goal and how far it is."""
    goal = await the_goal(session, goal_id)
    stamp(response, goal)
    return _read(goal, await progress_of_all(session))


@router.patch("/goals/{goal_id}", responses=responses(NotFound, Forbidden, GoalCycle, PeriodReversed, StaleRevision))
async def update_goal(
    goal_id: Id, body: GoalUpdate, session: Session, writer: Writer, response: Response, if_match: IfMatch = None
) -> GoalRead:
    """Change a goal, or move it in the tree."""
    goal = await actions.update_goal(session, writer.organization_id, goal_id, body, if_match)
    stamp(response, goal)
    return _read(goal, await progress_of_all(session))


@router.delete(
    "/goals/{goal_id}", status_code=204, responses=responses(NotFound, Forbidden, GoalNotEmpty, StaleRevision)
)
async def delete_goal(goal_id: Id, session: Session, writer: Writer, if_match: IfMatch = None) -> None:
    """Remove a goal with its key results and alignments; not while there are goals below it."""
    await actions.delete_goal(session, writer.organization_id, goal_id, if_match)


@router.get("/goals/{goal_id}/exposure", responses=responses(NotFound, Unschedulable))
async def read_goal_exposure(
    goal_id: Id,
    session: Session,
    identity: CurrentIdentity,
    sight: CurrentSight,
    query: Annotated[PageQuery, Query()],
    response: Response,
) -> ExposureRead:
    """What threatens the goal: slips, dependencies without margin, risks, and by how much. Sort by `kind`, `by` or `weight`."""
    exposure = await exposure_of(session, goal_id)
    programs = {None, *identity.programs}
    # Before the page is cut: `next` tells where in the order it has ended, which is how late somebody is.
    seen = [
        each
        for each in exposure.threats
        if (identity.sees_all or each.program_id in programs)
        and (each.project_id is None or sight.sees(each.project_id))
    ]
    shown, following = page_of_known(seen, query, THREATS, "kind")
    projects = await known_projects(session, {each.project_id for each in shown if each.project_id is not None})
    positions = positions_shown(exposure.projects, projects)
    said = [f"program/{program.id}@{program.latest_revision}" for program in exposure.programs]
    said += [f"project/{id_}@{revision}" for id_, revision in positions.items()]
    if 0 < len(said) <= MOST_POSITIONS:
        response.headers[POSITION_HEADER] = ", ".join(said)
    return ExposureRead(
        goal_id=goal_id,
        threats=[_threat_read(each, projects) for each in shown],
        positions=positions,
        next=following,
        hidden_count=len(exposure.threats) - len(seen),
    )


@router.get("/programs/{program_id}/goals", responses=responses(NotFound))
async def list_program_goals(
    program_id: Id, session: Session, query: Annotated[GoalQuery, Query()], response: Response
) -> Page[GoalRead]:
    """The program's own objectives and the goals that its projects and its benefits serve. Sort by `created_at`, `name` or `weight`."""
    program = await the_program(session, program_id)
    served = (
        select(col(Alignment.goal_id))
        .join(Component, col(Component.project_id) == col(Alignment.project_id))
        .where(col(Component.program_id) == program_id)
        .where(col(Alignment.risk_id).is_(None), col(Alignment.benefit_id).is_(None))
    )
    by_benefits = goals_served_in([program_id])
    statement = select(Goal).where(
        or_(col(Goal.id).in_(served), col(Goal.id).in_(by_benefits), col(Goal.program_id) == program_id)
    )
    if query.parent_id is not None:
        statement = statement.where(col(Goal.parent_id) == query.parent_id)
    if query.state is not None:
        statement = statement.where(col(Goal.state) == query.state)
    goals, following = await page(session, statement, query, ORDER)
    progress = await progress_of_all(session)
    await reflect_program(session, response, program)
    return Page(items=[_read(goal, progress) for goal in goals], next=following)


async def progress_of_all(session: AsyncSession) -> Progress:
    """The progress of every goal of the organisation."""
    return Progress.of(await goal_tree(session), await session.scalars(select(KeyResult)))


def _threat_read(threat: Threat, projects: Mapping[UUID, Row[Any]]) -> ThreatRead:
    if threat.project_id is None:
        return threat_read(threat, None, Granularity.DAY)
    project = projects[threat.project_id]
    return threat_read(threat, project.key, project.granularity)


def _read(goal: Goal, progress: Progress) -> GoalRead:
    state = state_of(goal)
    fields = {name: getattr(state, name) for name in type(state).model_fields}
    return GoalRead(
        **fields,
        progress=ratio(progress.at(goal.id)),
        confidence=ratio(progress.confidence_at(goal.id)),
        elapsed=ratio(elapsed(goal.starts, goal.due, datetime.now(UTC).date())),
    )
