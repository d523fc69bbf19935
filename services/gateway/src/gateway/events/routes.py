"""`GET /v1/events`: a list to replay, or, for `Accept: text/event-stream`, live."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from starlette.datastructures import Headers

from chassis.problem import BadCursor, FieldError, Problem, Unavailable, responses
from chassis.routes import LateRoute
from gateway.events.event_stream import Asked, EventStream
from gateway.events.hub import Hub
from gateway.events.limits import TooManyStreams
from gateway.events.listener import Reset, ResetReason
from gateway.events.live_events import LiveEvents
from gateway.events.permission import document_for, told_to
from gateway.events.position import MalformedPosition, Position
from gateway.events.replay import CannotReplay, replay, start_of
from gateway.events.shapes import EventPage, EventQuery
from gateway.identity.callers import ORGANIZATION_HEADER, Caller
from gateway.identity.dependencies import CurrentCaller, CurrentRuntime

router = APIRouter(prefix="/v1", tags=["events"], route_class=LateRoute)

EVENT_STREAM = "text/event-stream"
LIVE_EXAMPLE = """retry: 2000

id: 1f0c2b8d1e77-1042.77
data: {"specversion":"1.0","id":"0198c3f0-0104-7c4b-9a55-3f0c2b8d0104","type":"io.interlock.project.task.updated.v1","data":{}}

:

id: 1f0c2b8d1e77-1051.80
event: hidden
data: {"hidden_count":3}

event: close
data: {"reason":"age"}

"""
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "a page of events, or the stream of them",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}, "example": LIVE_EXAMPLE}},
    }
}


class CursorGone(Problem):
    """Events between the cursor and what the streams keep cannot be had any more; `reason` says why. Take snapshots, then start anew."""

    slug, status, title = "cursor-gone", 410, "This cursor leads to nothing that is kept"


@router.get(
    "/events",
    response_model=EventPage,
    responses=ANSWERS | responses(BadCursor, CursorGone, TooManyStreams, Unavailable),
)
async def list_events(
    request: Request,
    runtime: CurrentRuntime,
    caller: CurrentCaller,
    query: Annotated[EventQuery, Query()],
    last_event_id: Annotated[
        str | None, Header(description="of a stream: the id of the last event that came; goes before `cursor`")
    ] = None,
) -> Response:
    """What happened, oldest first, for 30 days. With `Accept: text/event-stream`: live, from now on unless it is said from where."""
    if EVENT_STREAM in request.headers.get("accept", ""):
        asked = _asked(request.headers, caller, query, last_event_id, runtime.live.hub)
        return EventStream(runtime.live.hub, runtime.callers, runtime.live.limits, asked, runtime.live.told)
    return await _page(runtime.live, caller, query)


async def _page(live: LiveEvents, caller: Caller, query: EventQuery) -> Response:
    try:
        since = await start_of(live.hub, _position(query))
    except CannotReplay as gap:
        raise CursorGone(reason=gap.reason.value) from gap
    page = await replay(
        live.hub,
        caller.identity.organization_id,
        told_to(caller.identity, query.wanted),
        since,
        limit=query.limit,
        from_time=query.from_ if query.cursor is None else None,
    )
    documents = [document_for(caller.identity, event) for event in page.events]
    ends = {
        "next": None if page.is_all else str(page.position),
        "position": str(page.position),
        "hidden_count": documents.count(None),
    }
    items = b",".join(document for document in documents if document is not None)
    return Response(b'{"items":[%b],%b' % (items, orjson.dumps(ends)[1:]), media_type="application/json")


def _asked(headers: Headers, caller: Caller, query: EventQuery, last_event_id: str | None, hub: Hub) -> Asked:
    who = headers.get("authorization", ""), headers.get(ORGANIZATION_HEADER), caller
    if last_event_id:
        try:
            return Asked(*who, query.wanted, Position.parse(last_event_id))
        except MalformedPosition:  # an EventSource would repeat it for ever: tell it, and go on
            start = hub.ring.end
            return Asked(*who, query.wanted, start, reset=Reset(ResetReason.UNREADABLE, start))
    since = _position(query)
    from_time = query.from_ if since is None else None
    hub.ring.end  # noqa: B018  (Unavailable now is an answer; later it would be a stream that ends at once)
    return Asked(*who, query.wanted, since, from_time)


def _position(query: EventQuery) -> Position | None:
    if query.cursor is None:
        return None
    try:
        return Position.parse(query.cursor)
    except MalformedPosition as error:
        complaint = FieldError(
            location="query", pointer="/cursor", rule="cursor", message="Use `next` or `position` of a page of events."
        )
        raise BadCursor(errors=[complaint]) from error
