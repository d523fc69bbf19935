"""What is uncertain of a project: three points for each open task and each budgeted cost, and its open risks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, select

from chassis.problem import FieldError, InvalidRequest
from planning import Plan, Task, TaskKind
from planning.limits import remaining_of
from project_svc.budgets.models import BudgetLine
from project_svc.calendars.days import bound
from project_svc.projects.reading import ReadProject
from project_svc.risks.models import OVER, Risk
from project_svc.simulations.models import SimulationAsk, Spread, TaskEstimate
from project_svc.simulations.varied import Event, Points, Uncertain

DURATIONLESS = frozenset({TaskKind.SUMMARY, TaskKind.MILESTONE})


@dataclass(frozen=True, slots=True)
class Costs:
    """The budget by task, without contingency; what of it belongs to no task of the plan; and all of it, contingency included."""

    by_task: Mapping[UUID, Decimal]
    unassigned: Decimal
    budget: Decimal

    @property
    def planned(self) -> Decimal:
        """What is planned to be spent."""
        return sum(self.by_task.values(), self.unassigned)


async def costs_of(project: ReadProject, plan: Plan) -> Costs:
    """The project's budget lines."""
    known = {task.id for task in plan.tasks}
    by_task: dict[UUID, Decimal] = {}
    unassigned = budget = Decimal(0)
    lines = select(BudgetLine).where(col(BudgetLine.project_id) == project.id).order_by(col(BudgetLine.id))
    for line in await project.session.scalars(lines):
        budget += line.amount
        if line.contingency:
            continue
        if line.task_id is not None and line.task_id in known:
            by_task[line.task_id] = by_task.get(line.task_id, Decimal(0)) + line.amount
        else:
            unassigned += line.amount
    return Costs(by_task, unassigned, budget)


async def uncertain_of(project: ReadProject, plan: Plan, ask: SimulationAsk, costs: Costs) -> Uncertain:
    """What was asked for. Raises InvalidRequest for an estimate of a task that has no work left, or whose points are out of order."""
    left = {task.id: task for task in plan.tasks if task.kind not in DURATIONLESS and task.actual_finish is None}
    durations: dict[UUID, Points] = {}
    if ask.duration_spread.optimistic != ask.duration_spread.pessimistic:
        durations = {task.id: _spread(remaining_of(task), ask.duration_spread) for task in left.values()}
    for index, each in enumerate(ask.estimates):
        durations[each.task_id] = _estimate(project, index, each, left)
    varied = {task_id: _spread(float(amount), ask.cost_spread) for task_id, amount in costs.by_task.items()}
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
