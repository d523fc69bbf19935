"""`GET /v1/programs/{id}/overview`: a program at a glance, put together from parts that are asked for at once.

All of it is program-svc's, which knows its projects by their events: while project-svc is away, nothing is missing.

A part that fails does not take the others with it: it is null, and `missing` says why. The program itself is no part: without it there is
nothing to look at, and its problem is the answer.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Response
from pydantic import Field

from chassis.positions import AFTER_HEADER, POSITION_HEADER, print_positions
from chassis.problem import NotFound, PositionNotReached, responses
from chassis.routes import LateRoute
from contracts.tokens import PROGRAM_SERVICE
from contracts.values import Id, Shape
from gateway.fetch import Fetched, earliest, fetch
from gateway.identity.dependencies import CurrentCaller, CurrentRuntime
from gateway.upstreams import UpstreamBusy, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable

router = APIRouter(prefix="/v1", tags=["programs"], route_class=LateRoute)

PARTS: Mapping[str, str] = {
    "schedule": "/schedule?limit=100",
    "dependencies": "/dependencies?limit=100",
    "budget": "/budget?limit=100",
    "risks": "/risks?limit=100",
    "goals": "/goals?limit=100",
}
"""Part → the first page of where it is, below the program: a glance does not grow with the program. `next` of a part leads on there."""

Part = dict[str, Any] | None
After = Annotated[str | None, Header(alias=AFTER_HEADER, description="positions that the answer must include")]
Prefer = Annotated[
    str | None, Header(alias="Prefer", description="`wait=N`: seconds to wait for them", examples=["wait=5"])
]


class MissingPart(Shape):
    """A part that could not be had, and its problem."""

    part: str = Field(examples=["schedule"])
    type: str = Field(examples=["/problems/upstream-timeout"])
    status: int = Field(examples=[504])
    detail: str


class Overview(Shape):
    """A program with the first page of its schedule, dependencies, budget, risks and goals, each as its own route answers it."""

    program: dict[str, Any]
    schedule: Part
    dependencies: Part
    budget: Part
    risks: Part
    goals: Part
    missing: tuple[MissingPart, ...] = Field(description="the parts that are null, and why")


@router.get(
    "/programs/{program_id}/overview",
    response_model=Overview,
    responses=responses(
        NotFound, UpstreamFailed, UpstreamUnavailable, UpstreamBusy, UpstreamTimeout, PositionNotReached
    ),
)
async def get_program_overview(
    runtime: CurrentRuntime, caller: CurrentCaller, program_id: Id, after: After = None, prefer: Prefer = None
) -> Response:
    """The program at a glance. Its parts are read at the same time, not at one revision: each says what it reflects."""
    asked = runtime.callers.headers_for(caller, PROGRAM_SERVICE)
    asked += [
        (name.encode(), value.encode("latin-1")) for name, value in ((AFTER_HEADER, after), ("Prefer", prefer)) if value
    ]
    paths = [f"/programs/{program_id}{below}" for below in ("", *PARTS.values())]
    program, *others = await asyncio.gather(*(fetch(runtime.program, path, asked) for path in paths))
    if program.status != 200:
        return Response(program.content, program.status, program.headers)
    parts = dict(zip(PARTS, others, strict=True))
    overview = {
        "program": program.json(),
        **{name: part.json() if part.status == 200 else None for name, part in parts.items()},
        "missing": [_missing(name, part) for name, part in parts.items() if part.status != 200],
    }
    reflected = earliest(part.positions for part in (program, *others))
    more = {POSITION_HEADER: print_positions(reflected)} if reflected else {}
    return Response(orjson.dumps(overview), headers=more, media_type="application/json")


def _missing(name: str, part: Fetched) -> dict[str, Any]:
    problem = part.json()
    return {"part": name, "type": problem["type"], "status": part.status, "detail": problem["detail"]}
