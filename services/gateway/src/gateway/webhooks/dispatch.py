"""From deliveries to receivers: claims what is due, in whichever organisation, and has it posted, a few at a time for each webhook."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from uuid import UUID

import structlog
from prometheus_client import Gauge

from chassis.database import Database
from chassis.health import Health
from gateway.webhooks.claims import Claim, Claims
from gateway.webhooks.rounds import Round
from gateway.webhooks.secrets import Seal
from gateway.webhooks.sender import Sender

AT_ONCE = 64
"""Attempts under way in this process."""
AT_ONCE_EACH = 4
"""Attempts under way for one webhook, in all processes together."""
POLL = 1.0
SWEEP = 3600.0
MEASURE = 5.0

DUE = Gauge("interlock_webhook_deliveries_due", "Deliveries that should have been made by now")
DUE_SECONDS = Gauge("interlock_webhook_deliveries_due_seconds", "For how long the oldest of them has been due")

log = structlog.stdlib.get_logger(__name__)


class Dispatcher:
    """A part of the worker. `overview` is the database as the role that sees what is due in all organisations, and nothing else."""

    name = "webhook-dispatcher"

    def __init__(
        self, database: Database, overview: Database, seal: Seal, sender: Sender, *, chance: random.Random | None = None
    ) -> None:
        self._database = database
        self._claims = Claims(overview)
        self._seal = seal
        self._sender = sender
        self._chance = chance or random.SystemRandom()
        self._rounds: dict[asyncio.Task[None], Round] = {}
        self._news = asyncio.Event()
        self._is_stopping = False
        self._swept = self._measured = -SWEEP

    async def run(self, health: Health) -> None:
        """Deliver until `stop`; then wait for what is under way."""
        while not self._is_stopping:
            health.beat(self.name)
            self._news.clear()
            try:
                await self._sweep()
                await self._measure()
                claims = await self._claim()
            except Exception as error:  # noqa: BLE001  (whatever it is, trying again is all there is to do)
                health.fail(self.name, str(error) or type(error).__name__)
                claims = []
            else:
                health.recover(self.name)
            for claim in claims:
                self._start(claim)
            if not claims:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._news.wait()
        if self._rounds:
            await asyncio.wait(self._rounds)

    def stop(self) -> None:
        """Claim no more."""
        self._is_stopping = True
        self._news.set()
        for each in self._rounds.values():
            each.stop()

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    async def _claim(self) -> list[Claim]:
        under_way = self._under_way()
        most = (AT_ONCE - under_way.total()) // AT_ONCE_EACH
        if most <= 0:
            return []
        return await self._claims.take(most, [webhook for webhook, n in under_way.items() if n >= AT_ONCE_EACH])

    def _under_way(self) -> Counter[UUID]:
        """How many attempts may be under way now for each webhook."""
        found: Counter[UUID] = Counter()
        for each in self._rounds.values():
            found[each.claim.webhook_id] += each.lanes
        return found

    async def _sweep(self) -> None:
        loop_time = asyncio.get_running_loop().time()
        if loop_time - self._swept < SWEEP:
            return
        self._swept = loop_time
        await self._claims.forget()

    async def _measure(self) -> None:
        loop_time = asyncio.get_running_loop().time()
        if loop_time - self._measured < MEASURE:
            return
        self._measured = loop_time
        count, seconds = await self._claims.due()
        DUE.set(count)
        DUE_SECONDS.set(seconds)

    def _start(self, claim: Claim) -> None:
        made = Round(
            claim,
            AT_ONCE_EACH - self._under_way()[claim.webhook_id],
            database=self._database,
            seal=self._seal,
            sender=self._sender,
            chance=self._chance,
            freed=self.wake,
        )
        task = asyncio.create_task(made.run())
        self._rounds[task] = made

        def ended(done: "asyncio.Task[None]") -> None:
            del self._rounds[done]
            self.wake()
            if not done.cancelled() and (error := done.exception()) is not None:
                log.warning("deliveries are tried again later", webhook=str(claim.webhook_id), reason=repr(error))

        task.add_done_callback(ended)
