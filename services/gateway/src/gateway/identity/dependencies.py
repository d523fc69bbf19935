"""What the gateway's own routes ask for: who calls, and a transaction in the caller's organisation."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.callers import Caller
from gateway.runtime import Runtime


def runtime_of(request: Request) -> Runtime:
    """What this process runs on."""
    runtime: Runtime = request.app.state.runtime
    return runtime


CurrentRuntime = Annotated[Runtime, Depends(runtime_of)]


async def _caller(request: Request, runtime: CurrentRuntime) -> Caller:
    caller = await runtime.callers.identify(request.headers.get("authorization"))
    caller.check_may(request.method)
    return caller


CurrentCaller = Annotated[Caller, Depends(_caller)]


async def _session(runtime: CurrentRuntime, caller: CurrentCaller) -> AsyncIterator[AsyncSession]:
    async with runtime.database.transaction(caller.identity.organization_id) as session:
        yield session


# Scope "function": committed before the answer leaves. FastAPI's default commits after it.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
