"""What the gateway's own routes ask for: who calls, and a transaction in the caller's organisation."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import authority
from contracts.permissions import required
from gateway.admission import address_of, admit
from gateway.audit.requests import SAFE_METHODS, attribute, provenance_of
from gateway.identity.callers import Caller
from gateway.runtime import Runtime

PREFIX = "/v1"


async def runtime_of(request: Request) -> Runtime:
    """What this process runs on."""
    runtime: Runtime = request.app.state.runtime
    return runtime


CurrentRuntime = Annotated[Runtime, Depends(runtime_of)]


LET_IN = "gateway.let_in"
"""Where a request's scope keeps its caller, once it was let in; None for somebody without a token who was counted."""


async def caller_of(request: Request, *, in_any: bool = False) -> Caller:
    """The caller, who may do what the route does as far as its path tells. Raises Unauthenticated, Forbidden, NotFound and what `admit` raises."""
    known: Caller | None = request.scope.get(LET_IN)
    if known is not None:
        return known
    caller = await admit(request.app.state.runtime, request.scope, in_any=in_any)
    permission = required(request.method, request.scope["route"].path.removeprefix(PREFIX))
    authority.check(caller.identity, permission, request.path_params)
    request.scope[LET_IN] = caller
    return caller


async def _current_caller(request: Request) -> Caller:
    return await caller_of(request)


async def _caller_in_any(request: Request) -> Caller:
    return await caller_of(request, in_any=True)


CurrentCaller = Annotated[Caller, Depends(_current_caller)]
AnyCaller = Annotated[Caller, Depends(_caller_in_any)]
"""The caller in whichever of its organisations, for what is the same in all of them."""


async def _session(request: Request, runtime: CurrentRuntime, caller: CurrentCaller) -> AsyncIterator[AsyncSession]:
    organization_id = caller.identity.organization_id
    is_safe = request.method in SAFE_METHODS
    async with runtime.database.transaction(organization_id) as session:
        if not is_safe:
            came = provenance_of(request.scope).model_copy(update={"credential": caller.identity.credential})
            await attribute(session, caller.identity.subject, came)
        yield session
    if not is_safe:
        # Committed. The database tells every process; this one knows at once, so that the very next request meets the change.
        runtime.callers.forget(organization_id)


# Scope "function": committed before the answer leaves. FastAPI's default commits after it.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]


async def stranger_of(request: Request) -> None:
    """Count a request without a token, once. Raises TooManyRequests."""
    if LET_IN not in request.scope:
        request.app.state.runtime.strangers.count(address_of(request.scope))
        request.scope[LET_IN] = None


Stranger = Depends(stranger_of)
"""For what is answered without a token: counted by address."""
