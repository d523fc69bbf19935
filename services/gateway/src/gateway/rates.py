"""How many requests a token and its organisation may send, together in all replicas.

What is spent is kept in PostgreSQL, a row each. A process does not ask it for each request: it leases a share of what is left, a tenth of a
burst, and lets requests through until that is used up; when half of it is, it leases the next one, so that nobody waits for that. A share is paid for
in advance, so replicas never let more through than the rate says; what a process does not use of it in time is lost to the client.
"""

import asyncio
import math
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
import structlog

from chassis.database import Database
from chassis.problem import Problem
from chassis.statements import execute, fetch_row
from gateway.gcra import Rate
from gateway.http1 import RawHeaders
from gateway.tables import METADATA

RATE_LIMITS = sa.Table(
    "rate_limits",
    METADATA,
    sa.Column("organization_id", sa.Uuid, primary_key=True),
    sa.Column("subject", sa.String(200), primary_key=True),
    sa.Column("spent_until", sa.Double, nullable=False),
    prefixes=["UNLOGGED"],  # after a crash of the server everybody begins with a full burst
)
"""Seconds since 1970 by the database's clock, which all replicas share."""

LEASED_FOR = 2.0
"""Seconds for which a share is good."""
SMALL = 20
"""Requests; a smaller lease is taken when it is needed, since what is taken ahead and not used is lost to the client."""
MOST = 20_000
"""Clients that a process remembers."""

_READ = """
    SELECT spent_until, extract(epoch FROM clock_timestamp())::float8 AS now FROM rate_limits
    WHERE organization_id = $1 AND subject = $2 FOR UPDATE
"""
_BEGIN = "INSERT INTO rate_limits (organization_id, subject, spent_until) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING"
_SPEND = "UPDATE rate_limits SET spent_until = $3 WHERE organization_id = $1 AND subject = $2"

log = structlog.stdlib.get_logger(__name__)


class TooManyRequests(Problem):
    """The token or its organisation has sent as many requests as it may; `Retry-After` says when the next one may come."""

    slug, status, title = "too-many-requests", 429, "Too many requests"


@dataclass(slots=True)
class _Share:
    """What this process may still let through for one client, and what it knows of the rest."""

    left: int = 0
    good_until: float = 0.0
    refused_until: float = 0.0
    elsewhere: int = 0
    """What was left for others when the share was leased."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ahead: "asyncio.Task[None] | None" = None
    """The next lease, while it is being taken before this one is used up."""


class Policy:
    """One rate, under the name by which the `RateLimit` headers tell of it."""

    def __init__(self, name: str, rate: Rate, database: Database) -> None:
        self.name = name
        self.rate = rate
        self.told = f'"{name}";q={rate.burst};w={math.ceil(rate.window)}'
        self._lease = max(1, min(rate.burst // 10, int(rate.per_second * LEASED_FOR)))
        self._early = self._lease // 2 if self._lease >= SMALL else 0
        self._database = database
        self._shares: OrderedDict[tuple[UUID, str], _Share] = OrderedDict()

    async def take(self, organization_id: UUID, subject: str) -> int:
        """Let one request through; returns how many more may come at once. Raises TooManyRequests."""
        share = self._share(organization_id, subject)
        if not self._use(share):
            async with share.lock:
                if not self._use(share):
                    await self._renew(share, organization_id, subject)
        elif share.left == self._early and self._early and share.ahead is None:
            share.ahead = asyncio.create_task(self._renew_ahead(share, organization_id, subject))
        return share.left + share.elsewhere

    def _share(self, organization_id: UUID, subject: str) -> _Share:
        key = organization_id, subject
        share = self._shares.get(key)
        if share is None:
            share = self._shares[key] = _Share()
            if len(self._shares) > MOST:
                self._shares.popitem(last=False)
        return share

    def _use(self, share: _Share) -> bool:
        """Use up one request of a share that is still good. Raises TooManyRequests while the client must wait."""
        now = time.monotonic()
        if share.left and now < share.good_until:
            share.left -= 1
            return True
        if now < share.refused_until:
            raise self._refusal(share.refused_until - now)
        return False

    async def _renew(self, share: _Share, organization_id: UUID, subject: str) -> None:
        """Lease another share, and use up one request of it. Without the database nobody is held up."""
        try:
            granted, elsewhere, wait = await self._spend(organization_id, subject)
        except Exception as error:  # noqa: BLE001  (whatever keeps us from counting must not keep clients out)
            log.warning("requests are not counted", policy=self.name, reason=str(error) or type(error).__name__)
            granted, elsewhere, wait = self._lease, self.rate.burst, 0.0
        now = time.monotonic()
        if not granted:
            share.refused_until = now + wait
            raise self._refusal(wait)
        share.left, share.good_until, share.elsewhere = granted - 1, now + LEASED_FOR, elsewhere

    async def _renew_ahead(self, share: _Share, organization_id: UUID, subject: str) -> None:
        """Add another lease to a share that is half used up, so that nobody waits for it. What cannot be had now is asked for again in time."""
        try:
            async with share.lock:
                if share.left > self._early:
                    return  # somebody came who could not wait
                granted, elsewhere, _ = await self._spend(organization_id, subject)
                if granted:
                    share.left, share.elsewhere = share.left + granted, elsewhere
                    share.good_until = time.monotonic() + LEASED_FOR
        except Exception as error:  # noqa: BLE001  (whoever comes when the share is used up tries again, and says what follows)
            log.info("no lease ahead of time", policy=self.name, reason=str(error) or type(error).__name__)
        finally:
            share.ahead = None

    async def _spend(self, organization_id: UUID, subject: str) -> tuple[int, int, float]:
        """What was granted, what is left besides, and the seconds to wait if nothing was."""
        async with self._database.transaction(organization_id) as session:
            kept = await fetch_row(session, _READ, organization_id, subject)
            if kept is None:
                await execute(session, _BEGIN, organization_id, subject)
                kept = await fetch_row(session, _READ, organization_id, subject)
            if kept is None:
                raise LookupError(subject)
            spent_until, now = kept["spent_until"], kept["now"]
            left = self.rate.left(spent_until, now)
            granted = min(self._lease, left)
            if granted:
                spent = self.rate.after(spent_until, now, granted)
                await execute(session, _SPEND, organization_id, subject, spent)
        return granted, left - granted, self.rate.wait(spent_until, now)

    def _refusal(self, wait: float) -> TooManyRequests:
        seconds = max(1, math.ceil(wait))
        return TooManyRequests(
            f"{self.rate.per_second:g} requests a second are let through for this {self.name}, {self.rate.burst} at once.",
            headers={
                "Retry-After": str(seconds),
                "RateLimit-Policy": self.told,
                "RateLimit": f'"{self.name}";r=0;t={seconds}',
            },
        )


class Rates:
    """The rates of tokens and of organisations."""

    def __init__(self, database: Database, token: Rate, organization: Rate) -> None:
        self._token = Policy("token", token, database)
        self._organization = Policy("organization", organization, database)
        self._policies = f"{self._token.told}, {self._organization.told}".encode()

    async def admit(self, organization_id: UUID, credential: str) -> RawHeaders:
        """Count a request; returns the headers that tell how many more may come. Raises TooManyRequests."""
        left = await self._token.take(organization_id, credential)
        await self._organization.take(organization_id, "organization")
        seconds = math.ceil((self._token.rate.burst - left) * self._token.rate.interval)
        return [(b"ratelimit-policy", self._policies), (b"ratelimit", b'"token";r=%d;t=%d' % (left, max(0, seconds)))]
