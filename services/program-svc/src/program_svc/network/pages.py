"""`GET /programs/{id}/schedule`, page by page: an answer grows with what it shows, not with the program."""

from collections.abc import Callable, Mapping
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.paging import MAX_LIMIT, PageQuery, page_of_known
from contracts.values import Id
from program_svc.network.compute import Network
from program_svc.network.shapes import ScheduleRead, schedule_read
from program_svc.programs.models import Program
from program_svc.programs.queries import MOST_POSITIONS, positions_of


class ScheduleQuery(PageQuery):
    """Which tasks. Without `limit` a page has as many as one may."""

    limit: int = Field(default=MAX_LIMIT, ge=1, le=MAX_LIMIT, description="items a page")
    project_id: Id | None = None
    critical: bool | None = None


async def schedule_page(
    session: AsyncSession, program: Program, network: Network, query: ScheduleQuery
) -> tuple[ScheduleRead, Mapping[UUID, int]]:
    """One page of the schedule, and the positions that it reflects: see `positions_shown`."""
    items, tasks = network.schedule.items, network.facts.tasks
    asked = [
        id_
        for id_, item in items.items()
        if (query.project_id is None or tasks[id_].project_id == query.project_id)
        and (query.critical is None or item.critical is query.critical)
    ]
    shown, following = page_of_known(asked, query, _orders(network), "task_id")
    if len(network.facts.projects) <= MOST_POSITIONS:
        positions = await positions_of(session, program.id)
    else:  # perhaps more has been heard of them since, which says nothing of dates
        shown_projects = sorted({tasks[id_].project_id for id_ in shown})
        positions = {id_: network.facts.projects[id_].revision for id_ in shown_projects}
    return schedule_read(network, positions, shown, following), positions


def _orders(network: Network) -> Mapping[str, Callable[[UUID], int]]:
    items = network.schedule.items
    return {
        "task_id": lambda id_: id_.int,
        "early_start": lambda id_: items[id_].early_start,
        "early_finish": lambda id_: items[id_].early_finish,
        "total_float": lambda id_: items[id_].total_float,
    }
