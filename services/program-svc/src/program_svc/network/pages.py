"""`GET /programs/{id}/schedule`, page by page: an answer grows with what it shows, not with the program."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.paging import MAX_LIMIT, PageQuery, asked_order, page_of_known
from chassis.redaction import Sees
from contracts.values import Id
from program_svc.network.compute import Network, Scheduled
from program_svc.network.shapes import ScheduleRead, schedule_read
from program_svc.programs.models import Program
from program_svc.programs.queries import MOST_POSITIONS, positions_of

if TYPE_CHECKING:
    from program_svc.network.dated import Dated, DatedNetwork


class ScheduleQuery(PageQuery):
    """Which tasks. Without `limit` a page has as many as one may."""

    limit: int = Field(default=MAX_LIMIT, ge=1, le=MAX_LIMIT, description="items a page")
    project_id: Id | None = None
    critical: bool | None = None


async def schedule_page(
    session: AsyncSession,
    program: Program,
    network: "Network | DatedNetwork",
    query: ScheduleQuery,
    sees: Sees | None = None,
) -> tuple[ScheduleRead, Mapping[UUID, int]]:
    """One page of the schedule, and the positions that it reflects: see `positions_shown`.

    What is not seen is left out before the page is cut: `next` tells where in the order a page has ended, which is a task's dates.
    """
    hidden = set() if sees is None else {id_ for id_ in network.facts.projects if not sees(id_)}
    if isinstance(network, Network):
        asked, hidden_count = _asked(network, query, hidden)
    else:
        asked, hidden_count = _asked_of_columns(network.dated, query, hidden)
    shown, following = page_of_known(asked, query, _orders(network), "task_id")
    tasks = network.facts.tasks
    if len(network.facts.projects) <= MOST_POSITIONS:
        positions = await positions_of(session, program.id)
    else:  # perhaps more has been heard of them since, which says nothing of dates
        shown_projects = sorted({tasks[id_].project_id for id_ in shown})
        positions = {id_: network.facts.projects[id_].revision for id_ in shown_projects}
    return schedule_read(network, positions, shown, following, hidden_count), positions


def _orders(network: Scheduled) -> Mapping[str, Callable[[UUID], int]]:
    items = network.schedule.items
    return {
        "task_id": lambda id_: id_.int,
        "early_start": lambda id_: items[id_].early_start,
        "early_finish": lambda id_: items[id_].early_finish,
        "total_float": lambda id_: items[id_].total_float,
    }


def _asked(network: Network, query: ScheduleQuery, hidden: Collection[UUID]) -> tuple[Collection[UUID], int]:
    """Those that are seen, and how many others there are."""
    tasks = network.facts.tasks
    asked = [
        id_
        for id_, item in network.schedule.items.items()
        if (query.project_id is None or tasks[id_].project_id == query.project_id)
        and (query.critical is None or item.critical is query.critical)
    ]
    if not hidden:
        return asked, 0
    seen = [id_ for id_ in asked if tasks[id_].project_id not in hidden]
    return seen, len(asked) - len(seen)


def _asked_of_columns(dated: "Dated", query: ScheduleQuery, hidden: Collection[UUID]) -> tuple[Collection[UUID], int]:
    """Those that the page is made of, and few others, and how many are not seen: no object is made of the rest."""
    dates = dated.dates
    values = {
        "task_id": None,
        "early_start": dates.early_start,
        "early_finish": dates.early_finish,
        "total_float": dates.total_float,
    }
    name, sign, after = asked_order(query, values, "task_id")
    rows = dated.rows_of(query.project_id, query.critical)
    seen = dated.rows_outside(rows, hidden) if hidden else rows
    first = dated.first_rows(seen, values[name], sign, after, query.limit + 1)
    return [dated.order.ids[row] for row in first.tolist()], rows.size - seen.size
