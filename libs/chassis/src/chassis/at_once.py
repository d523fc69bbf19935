"""Writes of one statement, which is a transaction by itself: on the way to it everything is read and worked out, and nothing is written.

A transaction of several statements takes three ways to the database more: its beginning, the lock and its end. What was read without a
lock may be out of date when it is written; so the statement that writes takes the boundary's next revision only from the one that was read
(`one_statement.expect`), and fails as a whole if that has passed. Then, and whenever something is not ordinary (a refusal, a question about what has not been
written yet, a key for repetition), the request goes the way of every other, in a transaction of its own, from the beginning. So nothing is
refused here, and what is read need not be of one moment.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from chassis import one_statement, outbox, positions
from chassis.database import Database
from chassis.problem import Problem
from chassis.short_cuts import Asked, ShortCut, Unusual

if TYPE_CHECKING:
    from chassis.unit_of_work import UnitOfWork

ASIDE = (Unusual, Problem, DBAPIError, asyncpg.PostgresError, PoolTimeout)
"""What sends a request the other way, before anything is written."""
OVERTAKEN = (asyncpg.DivisionByZeroError, asyncpg.IntegrityConstraintViolationError)
"""What the statement fails with, all of it: somebody was there before, or the transaction has to say what is wrong."""

WRITES = Counter("interlock_writes_at_once_total", "Writes tried in one statement, by what became of them", ["outcome"])


async def write(
    database: Database,
    organization_id: UUID,
    request: Request,
    short: ShortCut,
    made: "Callable[[AsyncSession], UnitOfWork]",
) -> Response | None:
    """The answer of a short cut whose write was one statement; None if nothing was written, and a transaction has to say what comes of it.

    made: the request's unit of work on a session. Raises what the statement may end with without it being known whether it was done.
    """
    try:
        async with database.trying(organization_id) as session:
            unit = request.state.unit_of_work = made(one_statement.begin(session))
            answer = await short(Asked(request))
        statement, values, written = outbox.one_statement(session, unit.origin)
    except ASIDE:
        WRITES.labels("left").inc()
        return None
    try:
        await database.write(organization_id, statement, *values)
    except OVERTAKEN:
        WRITES.labels("overtaken").inc()
        return None
    WRITES.labels("written").inc()
    answer.headers[positions.POSITION_HEADER] = positions.print_positions(written)
    return answer
