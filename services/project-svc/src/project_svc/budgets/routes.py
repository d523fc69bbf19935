"""`/projects/{project_id}/budget`: lines, actuals, and their sums."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import text
from sqlmodel import col, func, select

from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import TransactionRoute
from contracts.project_events import ActualState, BudgetLineState
from contracts.values import Day, Id, Label, Money
from project_svc.assignments.costs import ResourceCostQuery, ResourceCostRead, resource_costs
from project_svc.budgets import actions
from project_svc.budgets.models import (
    Actual,
    ActualCreate,
    BudgetLine,
    BudgetLineCreate,
    BudgetLineUpdate,
    BudgetRead,
)
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.projects.reading import Reading, ReadingWhole
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.tasks.rules import OtherProject

router = APIRouter(prefix="/projects/{project_id}/budget", tags=["budget"], route_class=TransactionRoute)

WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed, OtherProject, actions.BudgetTooLarge)
LINE_ORDER = Order(
    columns={"created_at": col(BudgetLine.created_at), "name": col(BudgetLine.name), "amount": col(BudgetLine.amount)},
    default="created_at",
    identity=col(BudgetLine.id),
)
ACTUAL_ORDER = Order(
    columns={"created_at": col(Actual.created_at), "on": col(Actual.on), "amount": col(Actual.amount)},
    default="on",
    identity=col(Actual.id),
)

# A commitment is open as far as it, with its corrections, is more than what was paid against it.
COMMITTED = """
    SELECT coalesce(sum(entries), 0), coalesce(sum(promised), 0), coalesce(sum(greatest(promised - paid, 0)), 0) FROM (
        SELECT count(*) AS entries, sum(amount) AS promised, coalesce(sum(paid), 0) AS paid
        FROM (SELECT coalesce(corrects_id, id) AS original_id, commitments.amount,
                     (SELECT sum(actuals.amount) FROM actuals WHERE commitment_id = commitments.id) AS paid
              FROM commitments WHERE project_id = :project_id) AS entered
        GROUP BY original_id
    ) AS promises
"""


class BudgetLineQuery(PageQuery):
    """Which lines."""

    task_id: Id | None = None
    contingency: bool | None = None


class ActualQuery(PageQuery):
    """Which costs; both days belong to the range."""

    task_id: Id | None = None
    source: Label | None = None
    since: Day | None = None
    until: Day | None = None


@router.get("", responses=responses(NotFound))
async def read_budget(project: ReadingWhole) -> BudgetRead:
    """The budget in sums, of one revision."""
    session, currency = project.session, project.row.currency
    set_aside = func.coalesce(func.sum(col(BudgetLine.amount)).filter(col(BudgetLine.contingency)), 0)
    planned = select(func.count(), func.coalesce(func.sum(col(BudgetLine.amount)), 0), set_aside)
    lines, bac, contingency = (await session.execute(planned.where(col(BudgetLine.project_id) == project.id))).one()
    spent = select(func.count(), func.coalesce(func.sum(col(Actual.amount)), 0))
    actuals, cost = (await session.execute(spent.where(col(Actual.project_id) == project.id))).one()
    promised = await session.execute(text(COMMITTED), {"project_id": project.id})
    commitments, committed, unpaid = promised.one()
    reserve = project.row.management_reserve or Decimal(0)
    return BudgetRead(
        project_id=project.id,
        revision=project.row.revision,
        bac=Money.of(bac, currency),
        contingency=Money.of(contingency, currency),
        management_reserve=Money.of(reserve, currency),
        total=Money.of(bac + reserve, currency),
        committed=Money.of(committed, currency),
        open_commitments=Money.of(unpaid, currency),
        actual_cost=Money.of(cost, currency),
        remaining=Money.of(bac - cost, currency),
        lines=lines,
        actuals=actuals,
        commitments=commitments,
    )


@router.get("/resource-costs", responses=responses(NotFound, Cycle, OutsideTime, Unschedulable))
async def read_resource_costs(project: ReadingWhole, query: Annotated[ResourceCostQuery, Query()]) -> ResourceCostRead:
    """What the assignments cost by the rates of the days on which their work falls: all, done and left."""
    return await resource_costs(project, query)


@router.post("/lines", status_code=201, responses=PREVIEWED | WRITES)
async def create_budget_line(project: Writing, body: BudgetLineCreate, response: Response) -> BudgetLineState | Preview:
    """Plan an amount for a task, or for the whole project."""
    line = await actions.create_budget_line(project, body)
    return await conclude(project, line, response)


@router.get("/lines", responses=responses(NotFound))
async def list_budget_lines(project: Reading, query: Annotated[BudgetLineQuery, Query()]) -> Page[BudgetLineState]:
    """The planned amounts. Sort by `created_at`, `name` or `amount`."""
    statement = select(BudgetLine).where(col(BudgetLine.project_id) == project.id)
    statement = statement.where(*query.asked(BudgetLine, "task_id", "contingency"))
    rows, following = await page(project.session, statement, query, LINE_ORDER)
    return Page(items=[row.wire() for row in rows], next=following)


@router.get("/lines/{line_id}", responses=responses(NotFound))
async def read_budget_line(project: Reading, line_id: Id, response: Response) -> BudgetLineState:
    """One planned amount."""
    line = await project.find(BudgetLine, line_id)
    stamp(response, line)
    return line.wire()


@router.patch("/lines/{line_id}", responses=WRITES | responses(StaleRevision))
async def update_budget_line(
    project: Writing, line_id: Id, body: BudgetLineUpdate, response: Response, if_match: IfMatch = None
) -> BudgetLineState | Preview:
    """Change a planned amount."""
    line = await project.find(BudgetLine, line_id)
    check_if_match(if_match, line)
    await actions.update_budget_line(project, line, body)
    return await conclude(project, line, response)


@router.delete(
    "/lines/{line_id}", status_code=204, response_model=None, responses=PREVIEWED | WRITES | responses(StaleRevision)
)
async def delete_budget_line(
    project: Writing, line_id: Id, response: Response, if_match: IfMatch = None
) -> Preview | None:
    """Remove a planned amount."""
    line = await project.find(BudgetLine, line_id)
    check_if_match(if_match, line)
    await actions.delete_budget_line(project, line)
    return await conclude_deletion(project, response)


@router.post("/actuals", status_code=201, responses=PREVIEWED | WRITES)
async def record_actual(project: Writing, body: ActualCreate, response: Response) -> ActualState | Preview:
    """Enter a cost. An entry stays as it is; correct it by another one, with a negative amount."""
    actual = await actions.record_actual(project, body)
    return await conclude(project, actual, response)


@router.get("/actuals", responses=responses(NotFound))
async def list_actuals(project: Reading, query: Annotated[ActualQuery, Query()]) -> Page[ActualState]:
    """The costs. Sort by `on`, `created_at` or `amount`."""
    statement = select(Actual).where(col(Actual.project_id) == project.id)
    statement = statement.where(*query.asked(Actual, "task_id", "source"))
    if query.since is not None:
        statement = statement.where(col(Actual.on) >= query.since)
    if query.until is not None:
        statement = statement.where(col(Actual.on) <= query.until)
    rows, following = await page(project.session, statement, query, ACTUAL_ORDER)
    return Page(items=[row.wire() for row in rows], next=following)


@router.get("/actuals/{actual_id}", responses=responses(NotFound))
async def read_actual(project: Reading, actual_id: Id, response: Response) -> ActualState:
    """One cost."""
    actual = await project.find(Actual, actual_id)
    stamp(response, actual)
    return actual.wire()
