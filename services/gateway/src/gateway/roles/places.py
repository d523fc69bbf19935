"""Whether there is what a role is to be held in."""

from typing import Annotated

from fastapi import Depends

from gateway.identity.boundaries import check_there
from gateway.identity.dependencies import CurrentCaller, CurrentRuntime
from gateway.roles.actions import check_gives
from gateway.roles.shapes import RoleCreate


async def _in_a_place(runtime: CurrentRuntime, caller: CurrentCaller, body: RoleCreate) -> RoleCreate:
    """The body, if the caller gives roles there and the place exists. Raises NotFound, Forbidden, InvalidRequest, Unavailable."""
    check_gives(caller.identity, body.within, body.boundary_id)
    await check_there(runtime, caller, body.within, body.boundary_id, f"/{body.within}_id")
    return body


Placed = Annotated[RoleCreate, Depends(_in_a_place)]
"""A new role, in a program or project that exists. Asked for before the transaction begins, which is not to wait for another service."""
