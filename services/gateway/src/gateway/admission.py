"""Letting a request in: who asks, and whether it may ask so often. The same for what is forwarded and for what the gateway answers itself."""

from starlette.datastructures import Headers
from starlette.types import Scope

from chassis.problem import Unauthenticated
from gateway.finishing import RATES
from gateway.identity.callers import ORGANIZATION_HEADER, Caller
from gateway.runtime import Runtime


async def admit(runtime: Runtime, scope: Scope) -> Caller:
    """The caller; the answer's `RateLimit` headers are noted in the scope. Raises Unauthenticated, TooManyRequests or Unavailable."""
    headers = Headers(scope=scope)
    authorization, organization = headers.get("authorization"), headers.get(ORGANIZATION_HEADER)
    if not runtime.callers.knows(authorization, organization):
        runtime.strangers.check(address_of(scope))
    try:
        caller = await runtime.callers.identify(authorization, organization)
    except Unauthenticated:
        runtime.strangers.count(address_of(scope))
        raise
    scope[RATES] = await runtime.rates.admit(caller.identity.organization_id, str(caller.credential_id))
    return caller


def address_of(scope: Scope) -> str | None:
    """The client's address, as far as the server knows it."""
    client = scope.get("client")
    return None if client is None else str(client[0])
