"""One request is one transaction, committed before the answer leaves.

`TransactionRoute` wraps the whole handler: it opens the transaction in the caller's organisation, lets the route build its answer,
inserts the events last, commits, and only then lets the answer go. Application code never commits. Anything raised, and every
`dry_run`, rolls back. The answer of a read has nothing to wait for: its transaction ends behind it. The busiest reads have none.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import at_once, authority, idempotency, json_limits, outbox, positions, tracing
from chassis.arrivals import Arrivals
from chassis.content_type import check_json, takes_json
from chassis.database import HAS_READ, Database
from chassis.etag import matches
from chassis.identity import Identity, Verifier
from chassis.poke import Poke
from chassis.problem import DeadlinePassed, invalid
from chassis.routes import LateRoute, query_fields
from chassis.short_cuts import ShortCut, has_short_cut, shortened, writer_at_once
from contracts.permissions import Permission, required
from contracts.provenance import HEADER, Provenance

DEADLINE_HEADER = "interlock-deadline"
"""Milliseconds that the caller will still wait."""
LONGEST_DEADLINE = 9
"""Digits."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Opened = AbstractAsyncContextManager[AsyncSession]
Open = Callable[[Database, UUID], Opened]


@dataclass(slots=True)
class Runtime:
    """What a service's requests run on; `app.state.runtime`."""

    database: Database
    verifier: Verifier
    poke: Poke | None = None
    own_boundaries: frozenset[str] = frozenset()
    """The kinds of boundaries that this service itself writes: what it has committed, its answers include anyway."""
    redact: "Redact | None" = None
    """Takes what the caller may not see out of an answer that crosses boundaries; None where no answer does."""
    permissions: Callable[[str, str], Permission] = required
    """Method and path of a route → what it takes to use it. Raises LookupError: a route without a permission is nobody's."""
    arrivals: Arrivals | None = None
    """Tells waiting reads to look; without it they look every few milliseconds."""


@dataclass(slots=True)
class UnitOfWork:
    """This request's transaction and whose it is."""

    session: AsyncSession
    identity: Identity
    origin: outbox.Origin
    permission: Permission
    """The row of the table of permissions for this route; the caller passed it as far as the path tells."""
    is_dry_run: bool = field(default=False)


DRY_RUN = "dry_run"
NO = "false"
NOES = frozenset({NO, "0", "no", "off", "f", "n"})
"""As pydantic reads them."""
READS = frozenset({"GET", "HEAD"})

Redact = Callable[[UnitOfWork, Response], Coroutine[Any, Any, Response]]


class _RolledBack(Exception):
    """Carries an answer out of a transaction that is not to be committed."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Route:
    """What is known of a route before any request for it."""

    handler: Handler
    path: str
    opened: Open
    is_json: bool
    writer: ShortCut | None
    """What writes with one statement, if it does."""


class TransactionRoute(LateRoute):
    """`APIRouter(route_class=TransactionRoute)` for every route that touches the database."""

    def get_route_handler(self) -> Handler:
        """The route's handler, in its transaction."""
        handler, path = shortened(self.endpoint, super().get_route_handler()), self.path
        is_busy = has_short_cut(self.endpoint)
        is_read = self.methods == {"GET"}
        is_previewable = any(field.alias == DRY_RUN for field in query_fields(self.dependant))

        def opened(database: Database, organization_id: UUID) -> Opened:
            if is_busy and is_read:
                return database.reading(organization_id)
            return database.transaction(organization_id, plans_once=is_busy)

        route = _Route(handler, path, opened, takes_json(self), writer_at_once(self.endpoint))

        async def in_transaction(request: Request) -> Response:
            if not is_previewable and DRY_RUN.encode() in request.scope["query_string"]:
                _refuse_preview(request)
            return await _in_time(request, route)

        return in_transaction


def _refuse_preview(request: Request) -> None:
    """A command that cannot be tried is not carried out in the place of that. Raises InvalidRequest."""
    if request.method not in READS and request.query_params.get(DRY_RUN, NO).lower() not in NOES:
        raise invalid(f"/{DRY_RUN}", "not_previewable", "This cannot be tried: it has no preview.", location="query")


def _patience(request: Request) -> float | None:
    """Seconds for which the caller still waits; None if it does not say."""
    told = request.headers.get(DEADLINE_HEADER, "")
    return int(told) / 1000 if told.isascii() and told.isdecimal() and len(told) <= LONGEST_DEADLINE else None


def _provenance(request: Request, identity: Identity) -> Provenance | None:
    """What the gateway says of the request, with what the caller's token says it came with; of reads nobody asks."""
    if request.method == "GET":
        return None
    told = Provenance.read(request.headers.get(HEADER)) or Provenance()
    return told.model_copy(update={"credential": identity.credential})


async def _in_time(request: Request, route: _Route) -> Response:
    patience = _patience(request)
    if patience is None:
        return await _in_transaction(request, route)
    try:
        async with asyncio.timeout(patience) as limit:
            return await _in_transaction(request, route)
    except TimeoutError:
        if not limit.expired():
            raise
        raise DeadlinePassed from None


async def _in_transaction(request: Request, route: _Route) -> Response:
    runtime: Runtime = request.app.state.runtime
    identity = runtime.verifier.identify(request.headers.get("authorization"))
    permission = runtime.permissions(request.method, route.path)
    authority.check(identity, permission, request.path_params)
    if route.is_json:
        check_json(request)
    if request.method in WITH_BODY and "json" in request.headers.get("content-type", ""):
        json_limits.check(await request.body())  # before the transaction, which is not to wait for a slow sender
    await positions.await_header(
        runtime.database,
        identity.organization_id,
        request.headers,
        runtime.own_boundaries,
        runtime.arrivals,
        lambda position: authority.sees_position(identity, position.kind, position.id),
    )
    origin = outbox.Origin(
        actor=identity.subject,
        traceparent=tracing.traceparent(),
        correlation_id=tracing.trace_id(),
        causation_id=None,
        provenance=_provenance(request, identity),
    )
    if route.writer is not None and runtime.database.writes_at_once and idempotency.key_of(request) is None:

        def made(session: AsyncSession) -> UnitOfWork:
            return UnitOfWork(session, identity, origin, permission)

        done = await at_once.write(runtime.database, identity.organization_id, request, route.writer, made)
        if done is not None:
            await _wake_the_relay(runtime)
            return done
    try:
        async with route.opened(runtime.database, identity.organization_id) as session:
            unit = UnitOfWork(session, identity, origin, permission)
            request.state.unit_of_work = unit
            answer, written = await _answer(request, route.handler, unit, runtime.redact)
            if request.method == "GET" and not written:
                session.info[HAS_READ] = True
    except _RolledBack as rolled_back:
        return rolled_back.answer
    if written:
        await _wake_the_relay(runtime)
    return answer


async def _wake_the_relay(runtime: Runtime) -> None:
    if runtime.poke is not None:
        await runtime.poke.send()


async def _answer(
    request: Request, handler: Handler, unit: UnitOfWork, redact: "Redact | None"
) -> tuple[Response, list[positions.Position]]:
    organization_id = unit.identity.organization_id
    claim = None
    if (key := idempotency.key_of(request)) is not None:
        claim = await idempotency.claim(unit.session, unit.identity, request, key)
        if claim.answer is not None:
            # What the caller saw then it may no longer see.
            return (claim.answer if redact is None else await redact(unit, claim.answer)), []
    answer = await handler(request)
    if redact is not None:
        answer = await redact(unit, answer)
    if unit.is_dry_run or answer.status_code >= 400:
        raise _RolledBack(answer)
    written = await outbox.flush(unit.session, unit.origin)
    if written:
        answer.headers[positions.POSITION_HEADER] = positions.print_positions(written)
    if claim is not None:
        await idempotency.keep(unit.session, organization_id, claim.key, answer)
    return _not_modified(request, answer) or answer, written


def _not_modified(request: Request, answer: Response) -> Response | None:
    """304 in place of a read that the client already has."""
    seen, current = request.headers.get("if-none-match"), answer.headers.get("etag")
    if request.method != "GET" or seen is None or current is None or not matches(seen, current):
        return None
    return Response(status_code=304, headers={"ETag": current})


# These wait for nothing, yet are coroutines: FastAPI runs a plain function on another thread, which costs more than a statement.
async def current_unit(request: Request) -> UnitOfWork:
    """The unit of work of this request."""
    unit: UnitOfWork = request.state.unit_of_work
    return unit


Unit = Annotated[UnitOfWork, Depends(current_unit)]


async def _session(unit: Unit) -> AsyncSession:
    return unit.session


async def _identity(unit: Unit) -> Identity:
    return unit.identity


async def _dry_run(
    unit: Unit, dry_run: Annotated[bool, Query(description="answer what would happen, write nothing")] = False
) -> bool:
    unit.is_dry_run = dry_run
    return dry_run


Session = Annotated[AsyncSession, Depends(_session)]
CurrentIdentity = Annotated[Identity, Depends(_identity)]
DryRun = Annotated[bool, Depends(_dry_run)]
