"""What was claimed for one webhook, on its way there: posted a few at once, then written down together."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prometheus_client import Counter, Gauge

from chassis.database import Database
from chassis.statements import fetch
from gateway.tables import now
from gateway.webhooks.claims import FRESH, Claim
from gateway.webhooks.models import Webhook
from gateway.webhooks.secrets import Seal, SealBroken, signed
from gateway.webhooks.sender import Outcome, Sender
from gateway.webhooks.settled import accept, asks_for_a_pause, refuse, release

ATTEMPTS = Counter("interlock_webhook_attempts_total", "Attempts to deliver", ["outcome"])
UNDER_WAY = Gauge("interlock_webhook_attempts_under_way", "Attempts under way")

_READ = """
    SELECT id, event_id, document FROM webhook_deliveries WHERE id = ANY($1::uuid[]) AND state = 'pending' ORDER BY due_at, id
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery, as far as it must be known to be made."""

    id: UUID
    event_id: UUID
    document: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """An attempt, and what came of it."""

    delivery_id: UUID
    at: datetime
    outcome: Outcome


class Round:
    """Makes the deliveries of a claim, in so many lanes: each posts one after the other, and writes down at its end what it has made."""

    def __init__(
        self,
        claim: Claim,
        lanes: int,
        *,
        database: Database,
        seal: Seal,
        sender: Sender,
        chance: random.Random,
        freed: Callable[[], None],
    ) -> None:
        self.claim = claim
        self.lanes = min(lanes, len(claim.deliveries))
        """How many are at work; `freed` is called when one less is."""
        self._database = database
        self._seal = seal
        self._sender = sender
        self._chance = chance
        self._freed = freed
        self._waiting: deque[Letter] = deque()
        self._holds_until = 0.0
        self._is_stopping = False

    async def run(self) -> None:
        """Make them. What is not tried while it is fresh goes back to where it was."""
        webhook = await self._read()
        if webhook is not None:
            ends = await asyncio.gather(*(self._lane(webhook) for _ in range(self.lanes)), return_exceptions=True)
            for failure in filter(None, ends):
                raise failure

    def stop(self) -> None:
        """Begin no further attempt."""
        self._is_stopping = True

    async def _read(self) -> Webhook | None:
        """The webhook and what is still to be delivered; None if there is nothing any more."""
        async with self._database.transaction(self.claim.organization_id) as session:
            webhook = await session.get(Webhook, self.claim.webhook_id)
            rows = await fetch(session, _READ, list(self.claim.deliveries))
            await release(session, list({*self.claim.deliveries} - {row["id"] for row in rows}))
        self._waiting.extend(Letter(*row) for row in rows)
        self._holds_until = asyncio.get_running_loop().time() + FRESH
        return webhook if rows else None

    async def _lane(self, webhook: Webhook) -> None:
        try:
            made: list[Made] = []
            while (letter := self._next()) is not None:
                made.append(await self._post(webhook, letter))
            left = [letter.id for letter in self._waiting]
            self._waiting.clear()
            await self._write_down(made, left)
        finally:
            self.lanes -= 1
            self._freed()

    def _next(self) -> Letter | None:
        is_fresh = asyncio.get_running_loop().time() < self._holds_until
        return self._waiting.popleft() if self._waiting and is_fresh and not self._is_stopping else None

    async def _post(self, webhook: Webhook, letter: Letter) -> Made:
        began = now()
        try:
            opened = [self._seal.open(sealed) for sealed in webhook.sealed_secrets(began)]
        except SealBroken as error:
            outcome = Outcome(0, error=str(error))
        else:
            headers = signed(str(letter.event_id), began, letter.document, opened)
            with UNDER_WAY.track_inprogress():
                outcome = await self._sender.post(webhook.url, headers, letter.document)
        ATTEMPTS.labels("error" if outcome.status is None else f"{outcome.status // 100}xx").inc()
        if asks_for_a_pause(outcome):
            self.stop()
        return Made(letter.id, began, outcome)

    async def _write_down(self, made: Sequence[Made], left: Sequence[UUID]) -> None:
        accepted = [(each.delivery_id, each.at, each.outcome) for each in made if each.outcome.is_accepted]
        if accepted:
            async with self._database.transaction(self.claim.organization_id) as session:
                await accept(session, self.claim.webhook_id, accepted)
        for each in made:
            if not each.outcome.is_accepted:
                async with self._database.transaction(self.claim.organization_id) as session:
                    await refuse(session, each.delivery_id, each.outcome, each.at, self._chance)
        if left:  # only now, when they wait for what the receiver has asked for
            async with self._database.transaction(self.claim.organization_id) as session:
                await release(session, left)
