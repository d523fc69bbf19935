"""Issues of a program and of its projects, rolled up."""

from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.paging import Order, Page, page
from contracts.program_events.governance import IssueState
from contracts.project_events.log import IssueStatus, Priority
from contracts.values import Day, Id, Label, Name, Shape
from program_svc.programs.queries import positions_shown
from program_svc.register.actions import all_of
from program_svc.registers import ISSUES as ISSUES_OF_PROGRAM
from program_svc.replica.models import ISSUES, KnownIssue
from program_svc.rollups.own import BesideOwn, own_page

OPEN = frozenset({IssueStatus.OPEN, IssueStatus.IN_PROGRESS})
ORDER = Order(
    columns={"title": col(KnownIssue.title), "priority": col(KnownIssue.priority)},
    default="title",
    identity=col(KnownIssue.id),
)


class IssueQuery(BesideOwn):
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
    """A page of the projects' issues, with the first one a page of the program's own, and the counts over all of them."""

    own: list[IssueState]
    own_next: str | None = None
    """Send it as `own_cursor` for more of the program's own."""
    counts: OpenIssues
    positions: dict[str, int]
    hidden_count: int = 0
    """Projects that you do not see, and that neither the issues nor the counts include."""


async def issues_of(
    session: AsyncSession, program_id: UUID, query: IssueQuery, positions: Mapping[UUID, int], hidden_count: int
) -> IssueRollUp:
    """One page of the issues of the program's projects that `positions` names, with its own and the counts."""
    components = list(positions)
    statement = select(KnownIssue).where(col(KnownIssue.project_id).in_(components))
    if query.state is not None:
        statement = statement.where(col(KnownIssue.state) == query.state.value)
    if query.priority is not None:
        statement = statement.where(col(KnownIssue.priority) == query.priority.value)
    if query.escalated is not None:
        statement = statement.where(col(KnownIssue.escalated).is_(query.escalated))
    if query.project_id is not None:
        statement = statement.where(col(KnownIssue.project_id) == query.project_id)
    if query.is_of_own:
        statement = statement.where(false())
    rows, following = await page(session, statement, query, ORDER)
    own = await all_of(session, program_id, ISSUES_OF_PROGRAM)
    taken_over = {each.origin.record_id: each.id for each in own if each.origin is not None}
    shown, own_next = own_page((each for each in own if _is_asked_for(each, query)), query)
    return IssueRollUp(
        items=[_read(row, taken_over) for row in rows],
        next=following,
        own=shown,
        own_next=own_next,
        counts=await open_issues(session, components, own),
        positions=positions_shown(positions, {row.project_id for row in rows}),
        hidden_count=hidden_count,
    )


async def open_issues(session: AsyncSession, components: Collection[UUID], own: Collection[IssueState]) -> OpenIssues:
    """The open issues of the program and of these projects; one that was taken over counts once, as the program's own."""
    issues = ISSUES.c
    taken_over = [each.origin.record_id for each in own if each.origin is not None]
    statement = select(issues.priority, issues.escalated, func.count()).where(
        issues.project_id.in_(components), issues.state.in_(OPEN), issues.id.not_in(taken_over)
    )
    by_priority: Counter[Priority] = Counter(each.priority for each in own if each.state in OPEN)
    escalated = 0
    for priority, is_escalated, count in await session.execute(statement.group_by(issues.priority, issues.escalated)):
        by_priority[Priority(priority)] += count
        escalated += count if is_escalated else 0
    ordered = {priority: by_priority[priority] for priority in Priority}
    return OpenIssues(open=sum(ordered.values()), escalated=escalated, by_priority=ordered)


def _is_asked_for(issue: IssueState, query: IssueQuery) -> bool:
    asked = (
        (query.state, issue.state),
        (query.priority, issue.priority),
        (query.category, issue.category),
        (query.owner, issue.owner),
    )
    of_own = query.project_id is None and query.escalated is None
    return of_own and all(wanted in {None, found} for wanted, found in asked)


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
