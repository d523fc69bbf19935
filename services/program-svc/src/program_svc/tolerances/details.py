"""What an exception goes back to and would bring, each thing with the project that it belongs to: who does not see that does not get it."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import planning
from contracts.program_events.control import DetailRole, ExceptionDetail
from contracts.values import MINUTES_PER_DAY, Duration, Money
from contracts.vocabulary import DependencyStatus
from program_svc.dependencies.models import Dependency
from program_svc.goals.benefit_threats import all_threats
from program_svc.goals.forecasts import InNetwork
from program_svc.goals.queries import service_of
from program_svc.goals.threats import Threat
from program_svc.network.compute import Network
from program_svc.network.explain import driving_path
from program_svc.replica.models import TASKS

MOST_TOLD = 8
MOST_OPEN = 3


def broken_in(network: Network) -> list[Dependency]:
    """The dependencies whose date is broken, the one with the least margin first."""
    broken = [each for each in network.facts.dependencies if each.state is DependencyStatus.BREACHED]
    margins = {each.id: network.standings[each.id].margin for each in broken}
    return sorted(broken, key=lambda each: (margins[each.id] or 0, each.id))


def path_to_the_end(network: Network) -> list[UUID]:
    """The task that finishes last, what drives it, and so on back."""
    items = network.schedule.items
    last = max(items, key=lambda id_: (items[id_].early_finish, -items[id_].total_float), default=None)
    return [] if last is None else driving_path(network, last)


def path_to_the_worst(network: Network) -> list[UUID]:
    """The provider of the dependency that is broken worst, what drives it, and so on back."""
    broken = [each for each in broken_in(network) if each.provider_task_id in network.schedule.items]
    return driving_path(network, broken[0].provider_task_id) if broken else []


def path_details(network: Network, path: Sequence[UUID], names: Mapping[UUID, str]) -> Iterator[ExceptionDetail]:
    """What holds a date, and of it what has the most work left."""
    for task_id in path[:MOST_TOLD]:
        yield _of_task(network, DetailRole.HOLDS_THE_END, task_id, names)
    left = sorted(((_left(network, id_), id_) for id_ in path), reverse=True)
    for minutes, task_id in left[:MOST_OPEN]:
        if minutes:
            day = network.facts.calendar_of(task_id).minutes_per_day
            yield _of_task(network, DetailRole.OPEN_WORK, task_id, names, str(Duration(minutes, day)))


def broken_details(
    network: Network, broken: Sequence[Dependency], names: Mapping[UUID, str]
) -> Iterator[ExceptionDetail]:
    """Both ends of each of these dependencies, each with its own project."""
    for each in broken:
        standing = network.standings[each.id]
        margin = "" if standing.margin is None else str(Duration(standing.margin, standing.day or MINUTES_PER_DAY))
        ends = (
            (DetailRole.PROVIDER, each.provider_project_id, each.provider_task_id),
            (DetailRole.RECEIVER, each.receiver_project_id, each.receiver_task_id),
        )
        for role, project_id, task_id in ends:
            yield ExceptionDetail(
                role=role,
                project_id=project_id,
                name=names.get(task_id, "?"),
                value=margin,
                task_id=task_id,
                record_id=each.id,
            )


async def threatened_goals(session: AsyncSession, network: Network) -> list[ExceptionDetail]:
    """The goals that are threatened through the program's projects, the latest first."""
    service = await service_of(session, network.facts.projects.keys())
    forecasts = InNetwork(network)
    found = all_threats(forecasts, service.tree, service.alignments, service.benefits, service.hazards)
    worst: dict[UUID, Threat] = {}
    for threat in found:
        known = worst.get(threat.goal_id)
        if known is None or threat.by > known.by:
            worst[threat.goal_id] = threat
    told = sorted(worst.values(), key=lambda threat: (-threat.by, threat.goal_id))
    return [
        ExceptionDetail(
            role=DetailRole.GOAL,
            project_id=threat.project_id,
            name=service.tree.goals[threat.goal_id].name,
            value=_how_much(threat),
            record_id=threat.goal_id,
        )
        for threat in told
    ]


async def names_of(session: AsyncSession, task_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of these tasks."""
    found = await session.execute(select(TASKS.c.id, TASKS.c.name).where(TASKS.c.id.in_(task_ids)))
    return {row.id: row.name for row in found}


def _of_task(
    network: Network, role: DetailRole, task_id: UUID, names: Mapping[UUID, str], value: str = ""
) -> ExceptionDetail:
    project_id = network.facts.tasks[task_id].project_id
    return ExceptionDetail(role=role, project_id=project_id, name=names.get(task_id, "?"), value=value, task_id=task_id)


def _how_much(threat: Threat) -> str:
    if threat.by or threat.emv is None or threat.currency is None:
        return str(Duration(threat.by, threat.day))
    amount = Money.of(abs(threat.emv), threat.currency)
    return f"{amount.amount:.2f} {amount.currency}"


def _left(network: Network, task_id: UUID) -> int:
    task = network.facts.tasks[task_id]
    if task.actual_finish is not None or task.kind is planning.TaskKind.MILESTONE:
        return 0
    return task.duration if task.remaining is None else task.remaining
