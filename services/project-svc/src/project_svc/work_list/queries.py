"""Who has what to do, and how much."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Label, Select, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import Subquery

from chassis.paging import Order, Page, PageQuery, page
from project_svc.projects.models import STEPS, Project
from project_svc.records import table_of
from project_svc.work_list.models import MemberWork, TeamWorkQuery, When, WorkItem
from project_svc.work_list.sources import all_work

PROJECTS = table_of(Project)
OPEN = tuple(state for state, following in STEPS.items() if following)
NEVER = literal("9999-12-31", String).cast(Date)
"""What is due on no day comes last."""


async def work_of(
    session: AsyncSession, query: TeamWorkQuery, projects: Collection[UUID] | None, people: Collection[str]
) -> Page[WorkItem]:
    """One page of what waits, the first that is due first. projects: None for all of the organisation. people: any of them, or all."""
    work = all_work()
    when = _when(work, query.as_of or _today())
    shown = _in(
        projects, _open_work(work, when.label("when")).add_columns(func.coalesce(work.c.due, NEVER).label("due_by"))
    )
    asked = [
        *([work.c.kind == query.kind] if query.kind else []),
        *([when == query.when] if query.when else []),
        *([work.c.due < query.due_before] if query.due_before else []),
        *([work.c.people.op("&&")(cast(list(people), ARRAY(String)))] if people else []),
    ]
    listed = shown.where(*asked).subquery("listed")
    order = Order(columns={"due_on": listed.c.due_by}, default="due_on", identity=listed.c.id)
    rows, following = await page(session, select(*listed.c), query, order)
    items = [
        WorkItem(
            project_id=row.project_id,
            project_key=row.key,
            kind=row.kind,
            id=row.id,
            title=row.title,
            state=row.state,
            starts_on=row.starts,
            forecast_on=row.forecast,
            due_on=row.due,
            when=row.when,
            people=sorted(set(row.people)),
        )
        for row in rows
    ]
    return Page(items=items, next=following)


async def people_of(session: AsyncSession, query: PageQuery, project_id: UUID, as_of: date | None) -> Page[MemberWork]:
    """How much waits for each person that the project's open records name."""
    work = all_work()
    each = _open_work(work, _when(work, as_of or _today()).label("when"), func.unnest(work.c.people).label("person"))
    one = each.where(work.c.project_id == project_id).distinct().subquery("one")
    counts = (func.count().filter(one.c.when == when).label(when.value) for when in When)
    counted = select(one.c.person, *counts).group_by(one.c.person).subquery("counted")
    order = Order(columns={"person": counted.c.person}, default="person", identity=counted.c.person)
    rows, following = await page(session, select(*counted.c), query, order)
    return Page(items=[MemberWork(**row._asdict()) for row in rows], next=following)


def _today() -> date:
    return datetime.now(UTC).date()


def _open_work(work: Subquery, *columns: Label[Any]) -> Select[Any]:
    """What waits in projects that are not over."""
    at = PROJECTS.c
    return (
        select(*work.c, at.key, *columns)
        .join_from(work, PROJECTS, at.id == work.c.project_id)
        .where(at.state.in_(OPEN))
    )


def _in(projects: Collection[UUID] | None, work: Select[Any]) -> Select[Any]:
    return work if projects is None else work.where(PROJECTS.c.id.in_(projects))


def _when(work: Subquery, as_of: date) -> ColumnElement[str]:
    is_late = or_(work.c.due < as_of, and_(work.c.forecast.is_not(None), work.c.forecast > work.c.due))
    return case((is_late, When.LATE.value), (work.c.starts > as_of, When.NEXT.value), else_=When.NOW.value)
