"""From `Authorization: Bearer ilk_…` to a caller, and from a caller to the internal token that a service trusts."""

import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import Database, enter_organization
from chassis.identity import Identity, Signer
from chassis.problem import Forbidden, Unauthenticated, Unavailable
from chassis.telemetry import traceparent
from contracts.vocabulary import OrganizationRole
from gateway.http1 import RawHeaders
from gateway.identity.models import ApiToken, Member, Scope, digest_of
from gateway.recent import Recent
from gateway.tables import now

BEARER = re.compile(r"Bearer +(ilk_[A-Za-z0-9_-]{43}) *", re.IGNORECASE)
KEPT = 5.0
"""Seconds: a revoked token opens nothing after that, in whichever process it was revoked."""
INTERNAL_LIFETIME = 300
INTERNAL_KEPT = 240.0
"""Seconds: an internal token is used for four of its five minutes, so that it does not expire on the way."""
MOST = 10_000

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PRESENT_DIGEST = sa.text("SELECT set_config('interlock.token_digest', :digest, true)")
NOTE_USE = (
    sa.update(ApiToken)
    .where(
        sa.or_(
            col(ApiToken.last_used_at).is_(None),
            col(ApiToken.last_used_at) < sa.func.now() - sa.text("interval '1 minute'"),
        )
    )
    .values(last_used_at=sa.func.now())
    .execution_options(synchronize_session=False)
)

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """A member who presented a valid token."""

    identity: Identity
    member_id: UUID
    token_id: UUID
    scope: Scope
    expires_at: datetime | None

    @property
    def is_admin(self) -> bool:
        """Whether the member may do everything in the organisation."""
        return OrganizationRole.ADMIN in self.identity.roles

    def check_may(self, method: str) -> None:
        """Raise Forbidden for a change by a token or a role that only reads."""
        if method in SAFE_METHODS:
            return
        if self.scope is not Scope.WRITE:
            raise Forbidden("This token can only read.")
        if OrganizationRole.AUDITOR in self.identity.roles:
            raise Forbidden("An auditor reads everything and changes nothing.")


class Callers:
    """Knows who is behind a token, and vouches for them to the services."""

    def __init__(self, database: Database, signer: Signer) -> None:
        self._database = database
        self._signer = signer
        self._recent: Recent[bytes, Caller | None] = Recent(KEPT, MOST)
        self._internal: OrderedDict[tuple[Identity, str], tuple[float, bytes]] = OrderedDict()

    async def identify(self, authorization: str | None) -> Caller:
        """The caller behind an `Authorization` header. Raises Unauthenticated, or Unavailable when it cannot be found out."""
        match = BEARER.fullmatch(authorization or "")
        if match is None:
            raise Unauthenticated
        digest = digest_of(match[1])
        caller = await self._recent.get(digest, lambda: self._look_up(digest))
        if caller is None or (caller.expires_at is not None and caller.expires_at <= now()):
            raise Unauthenticated
        return caller

    def forget(self, digest: bytes) -> None:
        """A token was revoked here: let it open nothing at once."""
        self._recent.forget(digest)

    def headers_for(self, caller: Caller, audience: str) -> RawHeaders:
        """The headers that tell the service `audience` who asks, and in which trace."""
        vouched = [(b"authorization", self._authorization(caller, audience))]
        if parent := traceparent():
            vouched.append((b"traceparent", parent.encode()))
        return vouched

    def _authorization(self, caller: Caller, audience: str) -> bytes:
        key, at = (caller.identity, audience), time.monotonic()
        kept = self._internal.get(key)
        if kept is not None and at < kept[0]:
            return kept[1]
        header = b"Bearer " + self._signer.issue(caller.identity, audience, lifetime=INTERNAL_LIFETIME).encode()
        self._internal[key] = (at + INTERNAL_KEPT, header)
        self._internal.move_to_end(key)
        while len(self._internal) > MOST:
            self._internal.popitem(last=False)
        return header

    async def _look_up(self, digest: bytes) -> Caller | None:
        try:
            async with self._database.transaction() as session:
                return await _caller_with(session, digest)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("tokens cannot be checked", reason=str(error))
            raise Unavailable("Tokens cannot be checked right now.") from error


async def _caller_with(session: AsyncSession, digest: bytes) -> Caller | None:
    # Row-level security shows the one token whose digest the transaction presents; the rest only after entering its organisation.
    await session.execute(PRESENT_DIGEST, {"digest": digest.hex()})
    token = (await session.execute(sa.select(ApiToken).where(col(ApiToken.digest) == digest))).scalar_one_or_none()
    if token is None or not token.is_valid(now()):
        return None
    await enter_organization(session, token.organization_id)
    member = await session.get_one(Member, token.member_id)
    await session.execute(NOTE_USE.where(col(ApiToken.id) == token.id))
    roles = frozenset() if member.role is None else frozenset({member.role})
    identity = Identity(subject=f"members/{member.id}", organization_id=token.organization_id, roles=roles)
    return Caller(identity, member.id, token.id, token.scope, token.expires_at)
