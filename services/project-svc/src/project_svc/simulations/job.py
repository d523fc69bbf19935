"""Simulating a project, as a job: the plan is read, a process of its own does the runs, and the answer is the job's result."""

from dataclasses import dataclass
from decimal import Decimal

from chassis.problem import NotFound
from contracts.values import Duration, Money
from planning import Plan
from planning.engine.objects import plan_of
from project_svc.jobs.computing import compute
from project_svc.jobs.running import RunningJob
from project_svc.projects.models import Project
from project_svc.projects.reading import read_whole
from project_svc.schedule.columns import plan_columns
from project_svc.schedule.dates import finish_of
from project_svc.simulations.answer import Answer, Percentiles
from project_svc.simulations.models import (
    CostOutcome,
    Criticality,
    DurationOutcome,
    FinishOutcome,
    Sensitivity,
    SimulationAsk,
    SimulationRead,
)
from project_svc.simulations.uncertain import Costs, costs_of, uncertain_of
from project_svc.simulations.varied import Uncertain

RUN = "project_svc.simulations.computing:run"
CENT = Decimal("0.01")
TOLERATED = Decimal("0.00005")
"""Half of the smallest amount: runs add floats up, and what costs its budget to the cent stays within it."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is simulated, as it was read."""

    project: Project
    plan: Plan
    costs: Costs
    uncertain: Uncertain


async def simulate_project(job: RunningJob) -> None:
    """The job behind `POST /projects/{id}/schedule/simulate`. Raises NotFound, InvalidRequest, and what a plan cannot be scheduled for."""
    ask = SimulationAsk.model_validate(job.asked)
    await job.tell("reading", 0, at_once=True)
    subject = await _read(job, ask)

    async def told(share: float) -> None:
        await job.tell("simulating", share)

    to_spend = float(subject.costs.budget - subject.costs.certain + TOLERATED)
    answer: Answer = await compute(RUN, subject.plan, subject.uncertain, ask.runs, ask.seed, to_spend, told=told)
    result = _shown(subject, ask, answer)
    async with job.writing() as session:
        await job.finish(session, result.model_dump(mode="json"))


async def _read(job: RunningJob, ask: SimulationAsk) -> _Subject:
    if job.project_id is None:
        raise NotFound
    async with job.reading() as session:
        project = await read_whole(session, job.organization_id, job.project_id)
        plan = plan_of((await plan_columns(project)).columns)
        costs = await costs_of(project, plan)
        return _Subject(project.row, plan, costs, await uncertain_of(project, plan, ask, costs))


def _shown(subject: _Subject, ask: SimulationAsk, answer: Answer) -> SimulationRead:
    project = subject.project
    tasks = {task.id for task in subject.plan.tasks}
    ranked = sorted(answer.sensitivity.items(), key=lambda each: (-abs(each[1] or 0), str(each[0])))
    critical = sorted(answer.criticality.items(), key=lambda each: (-each[1], str(each[0])))
    return SimulationRead(
        project_id=project.id,
        revision=project.revision,
        seed=ask.seed,
        runs=ask.runs,
        finish=_finish(project, answer),
        duration=_duration(project, answer.duration),
        cost=_cost(project, subject.costs, answer),
        criticality=[Criticality(task_id=task_id, share=share) for task_id, share in critical],
        sensitivity=[
            Sensitivity(record="task" if record_id in tasks else "risk", id=record_id, correlation=value)
            for record_id, value in ranked
        ],
    )


def _finish(project: Project, answer: Answer) -> FinishOutcome:
    p50, p80, p90 = (
        finish_of(round(at), project.granularity) for at in (answer.finish.p50, answer.finish.p80, answer.finish.p90)
    )
    return FinishOutcome(
        planned=finish_of(answer.planned_finish, project.granularity),
        p50=p50,
        p80=p80,
        p90=p90,
        chance_of_planned=answer.chance_of_planned,
        chance_of_deadline=answer.chance_of_deadline,
    )


def _duration(project: Project, found: Percentiles) -> DurationOutcome:
    def worked(minutes: float) -> Duration:
        return Duration(round(minutes), project.minutes_per_day)

    return DurationOutcome(
        p50=worked(found.p50),
        p80=worked(found.p80),
        p90=worked(found.p90),
        mean=worked(found.mean),
        deviation=worked(found.deviation),
    )


def _cost(project: Project, costs: Costs, answer: Answer) -> CostOutcome:
    def money(amount: float) -> Money:
        return Money.of((costs.certain + Decimal(amount)).quantize(CENT), project.currency)

    found = answer.cost or Percentiles(0, 0, 0, 0, 0)
    return CostOutcome(
        planned=Money.of(costs.planned, project.currency),
        p50=money(found.p50),
        p80=money(found.p80),
        p90=money(found.p90),
        mean=money(found.mean),
        chance_of_budget=answer.chance_of_budget,
    )
