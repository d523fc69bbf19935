"""From an `Authorization` header to a caller, and from a caller to the internal token that a service trusts.

Callers are remembered, with what they may: asking the database for each request would cost more than forwarding it. What is remembered is
forgotten the moment it is no longer true: the database announces every change (`gateway.identity.announcements`), and while a process
cannot hear the announcements it remembers nothing.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from chassis.database import Database
from chassis.identity import Identity, Signer
from chassis.problem import Unauthenticated, Unavailable
from chassis.tracing import traceparent
from contracts.vocabulary import OrganizationRole
from gateway.http1 import RawHeaders
from gateway.identity.credentials import api_token_digest, caller_with
from gateway.identity.models import Scope, digest_of
from gateway.oidc.issuer import Issuer, Person, is_jwt
from gateway.oidc.persons import OrganizationNeeded, caller_behind
from gateway.recent import Recent
from gateway.tables import now

KEPT = 30.0
"""Seconds for which a caller is remembered at most; what was used lately is noted that often."""
INTERNAL_LIFETIME = 300
INTERNAL_KEPT = 240.0
"""Seconds: an internal token is used for four of its five minutes, so that it does not expire on the way."""
MOST = 10_000
ORGANIZATION_HEADER = "interlock-organization"
"""The key of the organisation that a person acts in who is a member of several; an API token says it itself."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """A member who presented something valid."""

    identity: Identity
    member_id: UUID
    credential_id: UUID
    """The API token's id; the member's where it came with an access token."""
    expires_at: datetime | None
    organization: str
    """The key of the organisation that it acts in."""
    person: Person | None = None
    """Who it is by an access token; None of an API token."""
    _vouched: dict[str, tuple[float, bytes]] = field(default_factory=dict, compare=False, hash=False, repr=False)

    @property
    def is_admin(self) -> bool:
        """Whether the member may do everything in the organisation."""
        return OrganizationRole.ADMIN in self.identity.roles

    @property
    def scope(self) -> Scope:
        """What the credential may be used for."""
        return Scope.READ if self.identity.is_read_only else Scope.WRITE

    def authorization(self, signer: Signer, audience: str) -> bytes:
        """The `Authorization` header that tells the service `audience` who asks; signed once in four minutes."""
        at = time.monotonic()
        kept = self._vouched.get(audience)
        if kept is None or at >= kept[0]:
            token = signer.issue(self.identity, audience, lifetime=INTERNAL_LIFETIME)
            kept = self._vouched[audience] = (at + INTERNAL_KEPT, b"Bearer " + token.encode())
        return kept[1]


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody came with: made once a request, since to digest a token is what costs."""

    key: bytes | None
    """Under what its caller is remembered; None for what can be nobody's."""
    digest: bytes | None
    """Of an API token."""
    authorization: str | None = field(repr=False)
    organization: str | None
    in_any: bool
    """Whether it makes no difference in which of several organisations."""


class Callers:
    """Knows who is behind a token, and vouches for them to the services."""

    def __init__(self, database: Database, signer: Signer, issuer: Issuer | None = None) -> None:
        self._database = database
        self._signer = signer
        self._issuer = issuer
        self._recent: Recent[bytes, Caller | None] = Recent(KEPT, MOST)
        self._let_in: dict[bytes | None, None] = {}
        self.is_informed = False
        """Whether changes are announced to this process."""

    async def identify(
        self, authorization: str | None, organization: str | None = None, *, in_any: bool = False
    ) -> Caller:
        """The caller behind an `Authorization` header. Raises Unauthenticated, OrganizationNeeded, or Unavailable when it cannot be found out.

        organization: the key of the one that the caller wants to act in, of several; in_any: it makes no difference which.
        """
        return await self.find(self.presented(authorization, organization, in_any=in_any))

    def presented(
        self, authorization: str | None, organization: str | None = None, *, in_any: bool = False
    ) -> Presented:
        """What somebody came with, and where to."""
        digest = api_token_digest(authorization)
        key = self._key_of(digest, authorization, organization, in_any=in_any)
        return Presented(key, digest, authorization, organization, in_any)

    async def find(self, presented: Presented) -> Caller:
        """Who came with it. Raises what `identify` raises."""
        key = presented.key
        if key is None:
            raise Unauthenticated
        if not self.is_informed:
            self._recent.forget(key)
        caller = await self._recent.get(key, lambda: self._look_up(presented))
        if caller is None or (caller.expires_at is not None and caller.expires_at <= now()):
            self._let_in.pop(key, None)
            raise Unauthenticated
        if presented.organization not in {None, caller.organization} and not presented.in_any:
            raise OrganizationNeeded("The token is of another organisation.", organizations=[caller.organization])
        if key not in self._let_in:
            self._let_in[key] = None
            if len(self._let_in) > MOST:
                del self._let_in[next(iter(self._let_in))]
        return caller

    def knows(self, presented: Presented) -> bool:
        """Whether somebody came with this and was let in, the last time at least. What is known of the caller may be forgotten since."""
        return presented.key in self._let_in

    async def is_genuine(self, authorization: str | None) -> bool:
        """Whether it is an access token that the issuer has signed, for us, and that is still good; whose, is not looked up."""
        if self._issuer is None or not is_jwt(authorization):
            return False
        try:
            await self._issuer.person(_token_in(authorization or ""))
        except (Unauthenticated, Unavailable):
            return False
        return True

    def _key_of(
        self, digest: bytes | None, authorization: str | None, organization: str | None, *, in_any: bool
    ) -> bytes | None:
        """Under what a caller is remembered; None for what can be nobody's."""
        if digest is not None:
            return digest
        if self._issuer is None or not is_jwt(authorization):
            return None
        return digest_of(f"{authorization}\n{organization}\n{in_any}")

    def forget(self, organization_id: UUID) -> None:
        """Something has changed about who may do what in an organisation: look its callers up afresh, and those that nobody knew."""
        self._recent.forget_those(lambda caller: caller is None or caller.identity.organization_id == organization_id)

    def be_informed(self, *, is_informed: bool) -> None:
        """Whether changes are announced to this process; while they are not, nothing is remembered."""
        self.is_informed = is_informed
        self._recent.forget_those(lambda _: True)

    def remembers(self, digest: bytes) -> bool:
        """Whether the next request with this token is answered for without asking the database."""
        return self.is_informed and digest in self._recent

    def headers_for(self, caller: Caller, audience: str) -> RawHeaders:
        """The headers that tell the service `audience` who asks, and in which trace."""
        vouched = [(b"authorization", caller.authorization(self._signer, audience))]
        if parent := traceparent():
            vouched.append((b"traceparent", parent.encode()))
        return vouched

    async def _look_up(self, presented: Presented) -> Caller | None:
        try:
            if presented.digest is not None:
                async with self._database.transaction() as session:
                    found = await caller_with(session, presented.digest)
                return None if found is None else Caller(*found)
            return await self._person(presented)
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            log.warning("tokens cannot be checked", reason=str(error))
            raise Unavailable("Tokens cannot be checked right now.") from error

    async def _person(self, presented: Presented) -> Caller | None:
        assert self._issuer is not None, "identify asked before"
        person = await self._issuer.person(_token_in(presented.authorization or ""))
        async with self._database.transaction() as session:
            found = await caller_behind(session, person, presented.organization, in_any=presented.in_any)
        return None if found is None else Caller(*found, person=person)


def _token_in(authorization: str) -> str:
    return authorization.partition(" ")[2].strip()
