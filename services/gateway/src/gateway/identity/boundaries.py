"""Whether there is a program or project that a body names: the service that owns it is asked, with the caller's own authority."""

from uuid import UUID

from chassis.problem import Unavailable, invalid
from contracts.tokens import PROGRAM_SERVICE, PROJECT_SERVICE
from gateway.fetch import fetch
from gateway.identity.callers import Caller
from gateway.identity.models import Within
from gateway.runtime import Runtime


async def check_there(runtime: Runtime, caller: Caller, within: Within, boundary_id: UUID, pointer: str) -> None:
    """Raise InvalidRequest for one that is not there, or that the caller does not see, and Unavailable if that cannot be found out."""
    upstream, audience = (
        (runtime.project, PROJECT_SERVICE) if within is Within.PROJECT else (runtime.program, PROGRAM_SERVICE)
    )
    asked = runtime.callers.headers_for(caller, audience)
    found = await fetch(upstream, f"/{within}s/{boundary_id}", asked)
    if found.status == 404:
        raise invalid(pointer, "reference", f"There is no such {within}.")
    if found.status != 200:
        raise Unavailable(f"Whether there is such a {within} cannot be found out right now.")
