"""`program.slip_to_goal`: from the event of one slip to the answer that shows all it threatens, in the goals of 100 projects.

The projection applies the event as the consumer does, and commits; then the exposure of the goal above all others is read. Beside it the
first page of the program's schedule after a slip, which has to find the whole network again, and once more without one.
"""

import random
import time
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.engine.network import program
from bench.events.database import Prepared, prepared
from bench.events.large_program import Replica
from bench.program.strategy import Strategy
from bench.result import Result, percentile
from bench.stack import Stack
from chassis.projection import Projection
from program_svc.consumers import projection
from program_svc.goals.queries import exposure_of
from program_svc.network.pages import ScheduleQuery, schedule_page
from program_svc.network.recalled_dates import recalled_dates
from program_svc.programs.queries import the_program

DEPENDENCIES = 2_000
EVENTS = 100
PAGES = 5
WARM_UP = 3
SEED = 2


class Measured:
    """One large program, its projector and its readers."""

    def __init__(self, service: Prepared, replica: Replica, top: Strategy) -> None:
        self._service, self._replica, self._top = service, replica, top
        self._draw, self._projector = random.Random(SEED), projection()
        self.threats: set[int] = set()

    async def slip(self, by: Projection | None = None, *, patiently: bool = False) -> float:
        """Milliseconds from the event to its commit. patiently: however long the whole program takes a busy machine at first."""
        event = self._replica.slip(self._draw)
        started = time.perf_counter()
        async with self._service.application.transaction() as session:
            if patiently:
                await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            await (by or self._projector).apply(session, [event])
        return (time.perf_counter() - started) * 1000

    async def exposure(self) -> float:
        """Milliseconds to find all that threatens the topmost goal."""

        async def find(session: AsyncSession) -> None:
            self.threats.add(len((await exposure_of(session, self._top.top)).threats))

        return await self._read(find)

    async def page(self) -> float:
        """Milliseconds to the first 100 tasks of the schedule."""

        async def find(session: AsyncSession) -> None:
            found = await the_program(session, self._replica.program_id)
            await schedule_page(session, found, await recalled_dates(session, found), ScheduleQuery(limit=100))

        return await self._read(find)

    async def _read(self, find: Callable[[AsyncSession], Awaitable[None]]) -> float:
        started = time.perf_counter()
        async with self._service.application.transaction(self._replica.organization_id) as session:
            await find(session)
        return (time.perf_counter() - started) * 1000


async def measure(stack: Stack) -> list[Result]:
    """Milliseconds of wall time. Raises RuntimeError if no slip reached a goal."""
    async with prepared(stack, "program_svc") as service:
        replica = Replica(program(DEPENDENCIES))
        await replica.write(service.owner_url)
        strategy = Strategy(replica)
        measured = Measured(service, replica, strategy)
        await measured.slip(patiently=True)
        await strategy.write(service.owner_url)
        for _ in range(WARM_UP):
            await measured.slip()
            await measured.exposure()
        applied: list[float] = []
        seen: list[float] = []
        for _ in range(EVENTS):
            applied.append(await measured.slip())
            seen.append(applied[-1] + await measured.exposure())
        if len(measured.threats) == 1:
            raise RuntimeError("no slip changed what threatens a goal")
        first, again = [], []
        for _ in range(PAGES):
            await measured.slip()
            first.append(await measured.page())
            again.append(await measured.page())
    return [
        *(_result(f"program.slip_to_goal_p{share}", seen, applied, share / 100) for share in (50, 95, 99)),
        Result(
            "program.schedule_page",
            percentile(again, 0.5),
            "ms",
            percentile(first, 0.5),
            percentile(again, 0.5) / percentile(first, 0.5),
            again,
            "100 of 100,000 tasks; reference: the first time after a slip",
        ),
    ]


def _result(name: str, seen: list[float], applied: list[float], share: float) -> Result:
    value, beside = percentile(seen, share), percentile(applied, share)
    return Result(name, value, "ms", beside, value / beside, seen, "reference: until the event is committed")
