"""What is uncertain of a project: three points for each open task and each budgeted cost, and its open risks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, func, select

from chassis.problem import FieldError, InvalidRequest
from planning import Plan, Task, TaskKind
from planning.books import percent_done
from planning.limits import remaining_of
from planning.progress import WHOLE
from project_svc.budgets.models import Actual, BudgetLine
from project_svc.calendars.days import bound
from project_svc.projects.reading import ReadProject
from project_svc.risks.models import OVER, Risk
from project_svc.simulations.models import SimulationAsk, Spread, TaskEstimate
from project_svc.simulations.varied import Event, Points, Uncertain

DURATIONLESS = frozenset({TaskKind.SUMMARY, TaskKind.MILESTONE})


@dataclass(frozen=True, slots=True)
class Costs:
    """What the project costs. left: by task, the budget of the work that is left, without contingency; certain: what was spent, and what no task varies.

    planned: the budget without contingency; budget: all of it.
    """

    left: Mapping[UUID, Decimal]
    certain: Decimal
    planned: Decimal
    budget: Decimal


async def costs_of(project: ReadProject, plan: Plan) -> Costs:
    """The project's budget lines beside what was spent.

    Work that is done cost what was entered for its task, or, where nothing was, what it was budgeted for. What no task of the plan is
    budgeted for costs its budget, or what was spent if that is more.
    """
    done = percent_done(plan)
    lines = select(col(BudgetLine.task_id), col(BudgetLine.amount), col(BudgetLine.contingency))
    budgeted: dict[UUID | None, Decimal] = {}
    budget = Decimal(0)
    for task_id, amount, is_contingency in await project.session.execute(
        lines.where(col(BudgetLine.project_id) == project.id).order_by(col(BudgetLine.id))
    ):
        budget += amount
        if not is_contingency:
            own = task_id if task_id in done else None
            budgeted[own] = budgeted.get(own, Decimal(0)) + amount
    entries = select(col(Actual.task_id), func.sum(col(Actual.amount)))
    spent: dict[UUID | None, Decimal] = {}
    for task_id, amount in await project.session.execute(
        entries.where(col(Actual.project_id) == project.id).group_by(col(Actual.task_id)).order_by(col(Actual.task_id))
    ):
        own = task_id if task_id in done else None
        spent[own] = spent.get(own, Decimal(0)) + amount
    certain = max(budgeted.get(None, Decimal(0)), spent.get(None, Decimal(0)))
    left: dict[UUID, Decimal] = {}
    for own in budgeted.keys() | spent.keys():
        if own is None:
            continue
        amount = budgeted.get(own, Decimal(0))
        earned = amount * done[own] / WHOLE
        certain += spent.get(own, earned)
        if amount > earned:
            left[own] = amount - earned
    return Costs(left, certain, sum(budgeted.values(), Decimal(0)), budget)


async def uncertain_of(project: ReadProject, plan: Plan, ask: SimulationAsk, costs: Costs) -> Uncertain:
    """What was asked for. Raises InvalidRequest for an estimate of a task that has no work left, or whose points are out of order."""
    left = {task.id: task for task in plan.tasks if task.kind not in DURATIONLESS and task.actual_finish is None}
    durations: dict[UUID, Points] = {}
    if ask.duration_spread.optimistic != ask.duration_spread.pessimistic:
        durations = {task.id: _spread(remaining_of(task), ask.duration_spread) for task in left.values()}
    for index, each in enumerate(ask.estimates):
        durations[each.task_id] = _estimate(project, index, each, left)
    varied = {task_id: _spread(float(amount), ask.cost_spread) for task_id, amount in sorted(costs.left.items())}
    return Uncertain(durations, varied, await _events(project, left.keys()) if ask.with_risks else [])


def _spread(likely: float, spread: Spread) -> Points:
    return likely * float(spread.optimistic), likely, likely * float(spread.pessimistic), spread.shape.value


def _estimate(project: ReadProject, index: int, each: TaskEstimate, left: Mapping[UUID, Task]) -> Points:
    pointer = f"/estimates/{index}"
    task = left.get(each.task_id)
    if task is None:
        raise _refused(f"{pointer}/task_id", "no_open_work", f"No task {each.task_id} with work left is in the plan.")
    day = project.row.minutes_per_day if task.calendar is None else task.calendar.minutes_per_day
    optimistic, likely, pessimistic = (
        bound(written, day, f"{pointer}/{name}").minutes
        for name, written in (
            ("optimistic", each.optimistic),
            ("likely", each.likely),
            ("pessimistic", each.pessimistic),
        )
    )
    if not optimistic <= likely <= pessimistic:
        raise _refused(pointer, "estimate_order", "Optimistic is at most likely, and likely at most pessimistic.")
    return optimistic, likely, pessimistic, each.shape.value


def _refused(pointer: str, rule: str, message: str) -> InvalidRequest:
    return InvalidRequest(message, errors=[FieldError(location="body", pointer=pointer, rule=rule, message=message)])


async def _events(project: ReadProject, left: Collection[UUID]) -> list[Event]:
    """The open risks. One whose task has no work left, or that names none, can only cost."""
    risks = select(Risk).where(col(Risk.project_id) == project.id, col(Risk.state).not_in(OVER)).order_by(col(Risk.id))
    events = []
    for risk in await project.session.scalars(risks):
        delays = risk.task_id in left and risk.days_impact > 0
        events.append(
            Event(
                risk.id,
                float(risk.probability),
                risk.kind.value,
                risk.task_id if delays else None,
                float(risk.days_impact) if delays else None,
                float(risk.cost_impact) if risk.cost_impact else None,
            )
        )
    return events
