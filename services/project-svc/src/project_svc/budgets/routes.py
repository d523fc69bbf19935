"""`/projects/{project_id}/budget`: lines, actuals, and their sums."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import text
from sqlmodel import col, func, select

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Order, Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events import ActualState, BudgetLineState
from contracts.project_events.money import CostType
from contracts.values import Day, Id, Label, Money
from project_svc.assignments.costs import ResourceCostQuery, ResourceCostRead, resource_costs
from project_svc.budgets import actions
from project_svc.budgets.models import (
    Actual,
    ActualCreate,
    BudgetLine,
    BudgetLineCreate,
    BudgetLineUpdate,
    BudgetOfType,
    BudgetRead,
)
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.projects.reading import ReadingWhole
from project_svc.records import table_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.tasks.rules import OtherProject
from project_svc.written import BOOKED, Form, RecordQuery, money, rate, within

router = APIRouter(prefix="/projects/{project_id}/budget", tags=["budget"], route_class=TransactionRoute)

WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed, OtherProject, actions.BudgetTooLarge)
NOTHING = Decimal(0)
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


LINE_FORM = Form(
    table_of(BudgetLine),
    BudgetLineState,
    LINE_ORDER,
    filters={
        "task_id": '"task_id"',
        "contingency": '"contingency"',
        "type": '"type"',
    }
    | within("starts_on", "ends_on"),
    own={"amount": money("amount"), "rate": money("rate")},
)


class BudgetLineQuery(RecordQuery):
    """Which lines. Both days ask for those with a period of their own that has a day in the range."""

    task_id: Id | None = None
    contingency: bool | None = None
    type: CostType | None = None
    since: Day | None = None
    until: Day | None = None


ACTUAL_FORM = Form(
    table_of(Actual),
    ActualState,
    ACTUAL_ORDER,
    filters=BOOKED | {"commitment_id": "commitment_id"},
    own={
        "amount": money("amount"),
        "original": money("original_amount", "original_currency"),
        "exchange_rate": rate("exchange_rate"),
    },
)


class ActualQuery(RecordQuery):
    """Which costs; both days belong to the range."""

    task_id: Id | None = None
    source: Label | None = None
    corrects_id: Id | None = None
    commitment_id: Id | None = None
    """What was paid against this one."""
    since: Day | None = None
    until: Day | None = None


@router.get("", responses=responses(NotFound))
async def read_budget(project: ReadingWhole) -> BudgetRead:
    """The budget in sums, of one revision."""
    session, currency = project.session, project.row.currency
    set_aside = func.coalesce(func.sum(col(BudgetLine.amount)).filter(col(BudgetLine.contingency)), 0)
    planned = select(col(BudgetLine.type), func.count(), func.sum(col(BudgetLine.amount)), set_aside)
    by_type = planned.where(col(BudgetLine.project_id) == project.id).group_by(col(BudgetLine.type))
    types = (await session.execute(by_type.order_by(col(BudgetLine.type)))).all()
    lines = sum(count for _, count, _, _ in types)
    bac = sum((amount for _, _, amount, _ in types), NOTHING)
    contingency = sum((aside for _, _, _, aside in types), NOTHING)
    spent = select(func.count(), func.coalesce(func.sum(col(Actual.amount)), 0))
    actuals, cost = (await session.execute(spent.where(col(Actual.project_id) == project.id))).one()
    promised = await session.execute(text(COMMITTED), {"project_id": project.id})
    commitments, committed, unpaid = promised.one()
    reserve = project.row.management_reserve or NOTHING
    return BudgetRead(
        project_id=project.id,
        revision=project.row.revision,
        bac=Money.of(bac, currency),
        by_type=[
            BudgetOfType(type=kind, lines=count, amount=Money.of(amount, currency)) for kind, count, amount, _ in types
        ],
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


@router.get("/lines", response_model=Page[BudgetLineState], responses=responses(NotFound))
@short_cut(LINE_FORM.short_page(BudgetLineQuery))
async def list_budget_lines(project_id: Id, unit: Unit, query: Annotated[BudgetLineQuery, Query()]) -> Response:
    """The planned amounts. Sort by `created_at`, `name` or `amount`."""
    return await LINE_FORM.page(unit, project_id, query)


@router.get("/lines/{line_id}", response_model=BudgetLineState, responses=responses(NotFound))
@short_cut(LINE_FORM.short_one("line_id"))
async def read_budget_line(line_id: Id, project_id: Id, unit: Unit) -> Response:
    """One planned amount."""
    return await LINE_FORM.one(unit, project_id, line_id)


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


@router.get("/actuals", response_model=Page[ActualState], responses=responses(NotFound))
@short_cut(ACTUAL_FORM.short_page(ActualQuery))
async def list_actuals(project_id: Id, unit: Unit, query: Annotated[ActualQuery, Query()]) -> Response:
    """The costs. Sort by `on`, `created_at` or `amount`."""
    return await ACTUAL_FORM.page(unit, project_id, query)


@router.get("/actuals/{actual_id}", response_model=ActualState, responses=responses(NotFound))
@short_cut(ACTUAL_FORM.short_one("actual_id"))
async def read_actual(actual_id: Id, project_id: Id, unit: Unit) -> Response:
    """One cost."""
    return await ACTUAL_FORM.one(unit, project_id, actual_id)
