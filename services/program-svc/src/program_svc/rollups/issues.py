"""Issues of a program and of its projects, rolled up."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.paging import Order, Page, PageQuery, page
from contracts.program_events.governance import IssueState
from contracts.project_events.log import IssueStatus, Priority
from contracts.values import Day, Id, Label, Name, Shape
from program_svc.components.models import Component
from program_svc.programs.queries import positions_shown
from program_svc.register.actions import all_of
from program_svc.registers import ISSUES as ISSUES_OF_PROGRAM
from program_svc.replica.models import ISSUES, KnownIssue

OPEN = frozenset({IssueStatus.OPEN, IssueStatus.IN_PROGRESS})
ORDER = Order(
    columns={"title": col(KnownIssue.title), "priority": col(KnownIssue.priority)},
    default="title",
    identity=col(KnownIssue.id),
)


class IssueQuery(PageQuery):
    """Which issues."""

    state: IssueStatus | None = None
    priority: Priority | None = None
    escalated: bool | None = None
    project_id: Id | None = None


class IssueRead(Shape):
    """A project's issue as the program knows it."""

    issue_id: Id
    project_id: Id
    title: Name
    priority: Priority
    owner: Label
    state: IssueStatus
    escalated: bool
    due_on: Day | None
    taken_over_by: Id | None
    """The program's own issue that stands for this one; the counts count that and not this."""


class OpenIssues(Shape):
    """How many issues are open, each once, by priority."""

    open: int
    escalated: int
    """Of projects, not yet taken over by the program."""
    by_priority: dict[Priority, int]


class IssueRollUp(Page[IssueRead]):
    """A page of the projects' issues, the program's own on the first page, and the counts over all of them."""

    own: list[IssueState]
    counts: OpenIssues
    positions: dict[str, int]


async def issues_of(
    session: AsyncSession, program_id: UUID, query: IssueQuery, positions: Mapping[UUID, int]
) -> IssueRollUp:
    """One page of the issues of the program's projects, with its own and the counts."""
    statement = select(KnownIssue).where(col(KnownIssue.project_id).in_(_components(program_id)))
    if query.state is not None:
        statement = statement.where(col(KnownIssue.state) == query.state.value)
    if query.priority is not None:
        statement = statement.where(col(KnownIssue.priority) == query.priority.value)
    if query.escalated is not None:
        statement = statement.where(col(KnownIssue.escalated).is_(query.escalated))
    if query.project_id is not None:
        statement = statement.where(col(KnownIssue.project_id) == query.project_id)
    rows, following = await page(session, statement, query, ORDER)
    own = await all_of(session, program_id, ISSUES_OF_PROGRAM)
    taken_over = {each.origin.record_id: each.id for each in own if each.origin is not None}
    return IssueRollUp(
        items=[_read(row, taken_over) for row in rows],
        next=following,
        own=[each for each in own if _is_asked_for(each, query)],
        counts=await open_issues(session, program_id, own),
        positions=positions_shown(positions, {row.project_id for row in rows}),
    )


async def open_issues(session: AsyncSession, program_id: UUID, own: Collection[IssueState]) -> OpenIssues:
    """The open issues of the program and its projects; one that was taken over counts once, as the program's own."""
    issues = ISSUES.c
    taken_over = [each.origin.record_id for each in own if each.origin is not None]
    statement = select(issues.priority, issues.escalated, func.count()).where(
        issues.project_id.in_(_components(program_id)), issues.state.in_(OPEN), issues.id.not_in(taken_over)
    )
    by_priority: Counter[Priority] = Counter(each.priority for each in own if each.state in OPEN)
    escalated = 0
    for priority, is_escalated, count in await session.execute(statement.group_by(issues.priority, issues.escalated)):
        by_priority[Priority(priority)] += count
        escalated += count if is_escalated else 0
    ordered = {priority: by_priority[priority] for priority in Priority}
    return OpenIssues(open=sum(ordered.values()), escalated=escalated, by_priority=ordered)


def _components(program_id: UUID) -> Any:
    return select(col(Component.project_id)).where(col(Component.program_id) == program_id)


def _is_asked_for(issue: IssueState, query: IssueQuery) -> bool:
    is_first = query.cursor is None and query.project_id is None and query.escalated is None
    return is_first and query.state in {None, issue.state} and query.priority in {None, issue.priority}


def _read(issue: KnownIssue, taken_over: Mapping[UUID, UUID]) -> IssueRead:
    return IssueRead(
        issue_id=issue.id,
        project_id=issue.project_id,
        title=issue.title,
        priority=Priority(issue.priority),
        owner=issue.owner,
        state=IssueStatus(issue.state),
        escalated=issue.escalated,
        due_on=issue.due_on,
        taken_over_by=taken_over.get(issue.id),
    )
