"""`POST /programs/{id}/simulate`: percentiles and chances of the program's dates."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StrictFloat, StrictInt

import planning
from chassis.problem import FieldError, InvalidRequest, NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.values import DayOrMoment, Id, NonNegativeWrittenDuration, Shape
from contracts.vocabulary import TaskSide
from program_svc.goals.queries import Service, service_of
from program_svc.network.compute import Network
from program_svc.network.cost_chances import CostChances, Counted
from program_svc.network.instants import written
from program_svc.network.queries import Unschedulable
from program_svc.network.recalled import recalled_network
from program_svc.network.shapes import finest
from program_svc.programs.queries import positions_of, reflect, the_program
from program_svc.sight import CurrentSight

router = APIRouter(prefix="/programs/{program_id}", tags=["schedule"], route_class=TransactionRoute)

MOST_RUNS = 10_000
MOST_TASK_RUNS = 20_000_000
MOST_ESTIMATES = 10_000
MOST_SHARED = 100
SHOWN = 20
"""Of tasks by criticality, and of estimates by sensitivity, unless more are asked for."""
MOST_SHOWN = 100_000


class SpreadOfAll(Shape):
    """Estimates of tasks that have none of their own, as multiples of the work that is left."""

    optimistic: StrictFloat = Field(default=0.9, ge=0, le=1)
    likely: StrictFloat = Field(default=1, ge=0, le=100)
    pessimistic: StrictFloat = Field(default=1.25, ge=1, le=100)


class TaskEstimate(Shape):
    """Three points for the work that is left of one task."""

    task_id: Id
    optimistic: NonNegativeWrittenDuration
    likely: NonNegativeWrittenDuration
    pessimistic: NonNegativeWrittenDuration


class CorrelationAsked(Shape):
    """How far durations go together: the correlation of the normal scores behind those of two tasks of one project, and of two projects.

    0: what delays one says nothing of another; 1: where one takes long, all do. `across_projects` is not above `within_projects`.
    """

    within_projects: StrictFloat = Field(default=0, ge=0, le=1)
    across_projects: StrictFloat = Field(default=0, ge=0, le=1)


class SimulationAsked(Shape):
    """How often, from which seed, and how uncertain it is. The same question on the same facts gives the same answer."""

    runs: StrictInt = Field(default=1_000, ge=1, le=MOST_RUNS)
    seed: StrictInt = Field(default=0, ge=0, le=2**53 - 1)
    spread: SpreadOfAll = SpreadOfAll()
    estimates: list[TaskEstimate] = Field(default_factory=list, max_length=MOST_ESTIMATES)
    correlation: CorrelationAsked = CorrelationAsked()
    shared_risks: list[Annotated[list[Id], Field(min_length=2, max_length=MOST_SHARED)]] = Field(
        default_factory=list, max_length=MOST_SHARED
    )
    """Risks of one cause, such as a supplier of several projects: in a run they happen together, the less probable along with the more."""
    most_influences: StrictInt = Field(default=SHOWN, ge=1, le=MOST_SHOWN)
    """How many tasks the answer tells the criticality of, and estimates and risks the sensitivity to, the largest first."""


class FinishChances(Shape):
    """When the program will be done: as planned, and the dates that half, 80 and 90 percent of the runs did not exceed."""

    planned: DayOrMoment
    p50: DayOrMoment
    p80: DayOrMoment
    p90: DayOrMoment
    deadline_chance: float | None
    """The share of runs that met the program's deadline; null without one."""


class MilestoneChances(Shape):
    """A milestone that is still to come."""

    task_id: Id
    project_id: Id
    planned: DayOrMoment
    p50: DayOrMoment
    p80: DayOrMoment
    p90: DayOrMoment
    deadline_chance: float | None


class Chance(Shape):
    """The share of runs in which a dependency was given by when it is needed, or a goal was served by when it is due."""

    id: Id
    chance: float


class Influence(Shape):
    """A task's share of runs in which it was critical, or an estimate's or a risk's rank correlation with the finish."""

    id: Id
    project_id: Id | None
    """Null of a risk of the program itself."""
    value: float


class SimulationRead(Shape):
    """What came out. ``left_out``: open risks with an impact on days that lie on no task, and so delay nothing here."""

    runs: int
    seed: int
    finish: FinishChances
    milestones: list[MilestoneChances]
    dependencies: list[Chance]
    goals: list[Chance]
    criticality: list[Influence]
    sensitivity: list[Influence]
    costs: CostChances | None
    """The budget of the projects and what the risks that happen add to it, in one currency; null where there is none, or no rate."""
    left_out: list[Id]
    warnings: list[str]
    positions: dict[str, int]
    hidden_count: int = 0
    """Of what is in the lists, that of projects that you do not see."""


@router.post("/simulate", responses=responses(NotFound, Unschedulable))
async def simulate_program(
    program_id: Id, session: Session, sight: CurrentSight, response: Response, body: SimulationAsked | None = None
) -> SimulationRead:
    """How sure the program's dates are: percentiles of milestones, the chance of each dependency and each goal to be in time.

    Durations vary by their estimates, open risks of the program and its projects happen in their share of the runs and delay their tasks. What projects
    have in common moves all of them: a dependency, a cause of several risks, or whatever makes durations go together.
    """
    asked = SimulationAsked() if body is None else body
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    network = await recalled_network(session, program)
    service = await service_of(session, network.facts.projects.keys(), of_all_risks=True)
    if len(network.facts.tasks) * asked.runs > MOST_TASK_RUNS:
        most = MOST_TASK_RUNS // len(network.facts.tasks)
        raise _invalid("/runs", "too_many_runs", f"For {len(network.facts.tasks)} tasks ask for {most} runs at most.")
    if not network.schedule.items:
        raise Unschedulable("The program has no tasks.")
    counted = await Counted.of(session, program, service.hazards, positions)
    answer = await asyncio.to_thread(_simulated, network, service, asked, positions, counted)
    hidden = {each.id for each in service.hazards if each.project_id is not None and not sight.sees(each.project_id)}
    seen = [id_ for id_ in answer.left_out if id_ not in hidden]
    return answer.model_copy(update={"left_out": seen, "hidden_count": len(answer.left_out) - len(seen)})


def _simulated(
    network: Network, service: Service, asked: SimulationAsked, positions: dict[UUID, int], counted: Counted
) -> SimulationRead:
    from planning.simulation import CannotVary, Estimate, InvalidEstimate  # brings the compiled engine
    from program_svc.network.chances import Common, Spread, chances_of

    estimates = {}
    for index, each in enumerate(asked.estimates):
        if each.task_id not in network.facts.tasks:
            raise _invalid(f"/estimates/{index}/task_id", "unknown_task", "This is no task of the program.")
        day = network.facts.calendar_of(each.task_id).minutes_per_day
        low, likely, high = (
            point.days * day + point.minutes for point in (each.optimistic, each.likely, each.pessimistic)
        )
        estimates[each.task_id] = Estimate(low, likely, high)
    if asked.correlation.across_projects > asked.correlation.within_projects:
        message = "Projects have no more in common with each other than within themselves."
        raise _invalid("/correlation/across_projects", "above_within", message)
    spread = Spread(asked.spread.optimistic, asked.spread.likely, asked.spread.pessimistic)
    try:
        found = chances_of(
            network,
            service.tree,
            service.alignments,
            service.benefits,
            service.hazards,
            estimates,
            spread,
            Common(asked.correlation.within_projects, asked.correlation.across_projects, _causes(service, asked)),
            runs=asked.runs,
            seed=asked.seed,
            rates=counted.rates,
        )
    except InvalidEstimate as error:
        raise _invalid(_pointer(asked, error.ids), "estimate", f"{error}.") from error
    except CannotVary as error:
        raise _invalid(_pointer(asked, error.task_ids), "estimate", f"{error}.") from error
    except planning.PlanError as error:
        raise Unschedulable.because(error) from error
    answer, granularity = found.simulation, finest(network)

    def day_of(instant: float, written_as: str = granularity) -> date:
        return written(int(instant), TaskSide.FINISH, written_as)

    homes = {hazard.id: hazard.project_id for hazard in service.hazards}
    homes |= {id_: task.project_id for id_, task in network.facts.tasks.items()}
    deadline = network.facts.deadline
    milestones: list[MilestoneChances] = []
    for milestone in found.milestones:
        own = network.facts.granularity_of(milestone.task_id)
        milestones.append(
            MilestoneChances(
                task_id=milestone.task_id,
                project_id=network.facts.tasks[milestone.task_id].project_id,
                planned=day_of(milestone.planned, own),
                p50=day_of(milestone.runs.p50, own),
                p80=day_of(milestone.runs.p80, own),
                p90=day_of(milestone.runs.p90, own),
                deadline_chance=None if milestone.due is None else milestone.runs.chance_of(milestone.due),
            )
        )
    return SimulationRead(
        runs=answer.runs,
        seed=answer.seed,
        finish=FinishChances(
            planned=day_of(answer.planned_finish),
            p50=day_of(answer.finish.p50),
            p80=day_of(answer.finish.p80),
            p90=day_of(answer.finish.p90),
            deadline_chance=None if deadline is None else answer.finish.chance_of(deadline),
        ),
        milestones=milestones,
        dependencies=[Chance(id=id_, chance=chance) for id_, chance in found.dependencies.items()],
        goals=[Chance(id=id_, chance=chance) for id_, chance in found.goals.items()],
        criticality=_largest(answer.criticality, homes, asked.most_influences),
        sensitivity=_largest(_of_the_finish(answer.sensitivity, service), homes, asked.most_influences),
        costs=counted.chances(found.cost),
        left_out=found.left_out,
        warnings=counted.warnings,
        positions={str(project_id): revision for project_id, revision in positions.items()},
    )


def _causes(service: Service, asked: SimulationAsked) -> dict[UUID, UUID]:
    """Of each risk that shares its luck, the first one of those it shares it with."""
    known = {hazard.id: hazard.id for hazard in service.hazards}
    known |= {hazard.origin_id: hazard.id for hazard in service.hazards if hazard.origin_id is not None}
    causes: dict[UUID, UUID] = {}
    for index, shared in enumerate(asked.shared_risks):
        for place, risk_id in enumerate(shared):
            pointer = f"/shared_risks/{index}/{place}"
            if risk_id not in known:
                raise _invalid(pointer, "unknown_risk", "This is no risk of the program or of one of its projects.")
            if known[risk_id] in causes:
                raise _invalid(pointer, "risk_twice", "A risk has one cause: name it once.")
            causes[known[risk_id]] = known[shared[0]]
    return causes


def _largest(
    values: dict[UUID, float] | dict[UUID, float | None], homes: Mapping[UUID, UUID | None], most: int
) -> list[Influence]:
    """homes: the project of each task and risk."""
    known = [Influence(id=id_, project_id=homes[id_], value=value) for id_, value in values.items() if value]
    return sorted(known, key=lambda each: (-abs(each.value), each.id))[:most]


def _of_the_finish(sensitivity: dict[UUID, float | None], service: Service) -> dict[UUID, float | None]:
    """Without the risks that only cost: what their luck has in common with the finish is chance."""
    costing = {hazard.id for hazard in service.hazards if not hazard.has_impact}
    return {id_: value for id_, value in sensitivity.items() if id_ not in costing}


def _pointer(asked: SimulationAsked, task_ids: Sequence[object]) -> str:
    """To the first estimate of one of these tasks."""
    found = (f"/estimates/{index}" for index, each in enumerate(asked.estimates) if each.task_id in task_ids)
    return next(found, "/estimates")


def _invalid(pointer: str, rule: str, message: str) -> InvalidRequest:
    return InvalidRequest(message, errors=[FieldError(location="body", pointer=pointer, rule=rule, message=message)])
