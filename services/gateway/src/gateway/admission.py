"""Letting a request in: who asks, and whether it may ask so often. The same for what is forwarded and for what the gateway answers itself."""

from starlette.datastructures import Headers
from starlette.types import Scope

from chassis.problem import Unauthenticated
from gateway.finishing import RATES
from gateway.identity.callers import ORGANIZATION_HEADER, Caller
from gateway.runtime import Runtime


async def admit(runtime: Runtime, scope: Scope, *, in_any: bool = False) -> Caller:
    """The caller; the answer's `RateLimit` headers are noted in the scope. in_any: in whichever of its organisations.

    Raises Unauthenticated, OrganizationNeeded, TooManyRequests or Unavailable.
    """
    headers = Headers(scope=scope)
    authorization, organization = headers.get("authorization"), headers.get(ORGANIZATION_HEADER)
    presented = runtime.callers.presented(authorization, organization, in_any=in_any)
    if not runtime.callers.knows(presented):
        await _check_stranger(runtime, scope, authorization)
    try:
        caller = await runtime.callers.find(presented)
    except Unauthenticated:
        runtime.strangers.count(address_of(scope))
        raise
    scope[RATES] = await runtime.rates.admit(caller.identity.organization_id, str(caller.credential_id))
    return caller


async def _check_stranger(runtime: Runtime, scope: Scope, authorization: str | None) -> None:
    """Raise TooManyRequests for one of an address that must wait. An access token is a new one every few minutes: whose signature is right is no stranger."""
    address = address_of(scope)
    if runtime.strangers.must_wait(address) and not await runtime.callers.is_genuine(authorization):
        runtime.strangers.check(address)


def address_of(scope: Scope) -> str | None:
    """The client's address, as far as the server knows it."""
    client = scope.get("client")
    return None if client is None else str(client[0])
