"""All that is due, on programs and on portfolios, one after the other."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database
from chassis.problem import Problem
from chassis.statements import fetch
from program_svc.portfolio_subscriptions import delivery as on_portfolios
from program_svc.subscriptions import delivery as on_programs
from program_svc.subscriptions.periods import Due

# Of one without any project there is nothing to report.
_ORGANIZATIONS = "SELECT DISTINCT organization_id FROM boundary_positions"

Find = Callable[[AsyncSession, UUID, date], Awaitable[Sequence[Due]]]
Deliver = Callable[[AsyncSession, Due, date], Awaitable[object | None]]
KINDS: Sequence[tuple[Find, Deliver]] = (
    (on_programs.due_in, on_programs.deliver),
    (on_portfolios.due_in, on_portfolios.deliver),
)

log = structlog.stdlib.get_logger(__name__)


async def deliver_due(database: Database, today: date) -> int:
    """Send all that is due today; one that cannot be sent holds up no other one. Returns how many were sent."""
    async with database.transaction() as session:
        organizations = [row["organization_id"] for row in await fetch(session, _ORGANIZATIONS)]
    sent = 0
    for organization_id in sorted(organizations):
        for find, deliver in KINDS:
            async with database.transaction(organization_id) as session:
                waiting = await find(session, organization_id, today)
            for due in waiting:
                try:
                    async with database.transaction(organization_id) as session:
                        sent += await deliver(session, due, today) is not None
                except Problem as problem:
                    log.warning("subscription not delivered", subscription=str(due.id), reason=problem.detail)
    return sent
