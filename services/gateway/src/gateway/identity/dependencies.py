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


async def _caller(request: Request, runtime: CurrentRuntime) -> Caller:
    """The caller, who may do what the route does as far as its path tells. Raises Unauthenticated, Forbidden, NotFound."""
    caller = await admit(runtime, request.scope)
    permission = required(request.method, request.scope["route"].path.removeprefix(PREFIX))
    authority.check(caller.identity, permission, request.path_params)
    return caller


CurrentCaller = Annotated[Caller, Depends(_caller)]


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


async def _stranger(request: Request, runtime: CurrentRuntime) -> None:
    runtime.strangers.count(address_of(request.scope))


Stranger = Depends(_stranger)
"""For what is answered without a token: counted by address."""
