"""One client's live events, as an ASGI response of its own.

FastAPI's response for server-sent events does not run its finalisers when the client goes. This one always does, gives a client that does not
read a bounded time, and ends with a `close` event that says why.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.problem import Problem, Unauthenticated
from gateway.connection import connection_of
from gateway.events import frames
from gateway.events.filters import EventFilter
from gateway.events.hub import CLOSED, Hub
from gateway.events.limits import StreamLimits
from gateway.events.listener import CloseReason, Listener, Reset
from gateway.events.live_event import LiveEvent, frame_of
from gateway.events.permission import document_for, is_counted
from gateway.events.position import Position
from gateway.events.replay import CannotReplay, replay, start_of
from gateway.identity.callers import Caller, Callers
from gateway.request_body import client_gone
from gateway.tables import now

PAGE = 500
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
]


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Seconds."""

    heartbeat: float = 15.0
    most_age: float = 3600.0
    send_timeout: float = 10.0
    retry: float = 2.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants what, from which position or instant on; `reset` says at once that events before are missing."""

    authorization: str
    organization: str | None
    caller: Caller
    wanted: EventFilter
    since: Position | None = None
    from_time: datetime | None = None
    reset: Reset | None = None


class EventStream(Response):
    """`text/event-stream` of what the caller asked for. Its place among the open streams is taken and given back by its own call."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, callers: Callers, limits: StreamLimits, asked: Asked, told: StreamSettings) -> None:
        super().__init__()
        self._hub = hub
        self._callers = callers
        self._limits = limits
        self._asked = asked
        self._told = told
        self._organization_id = asked.caller.identity.organization_id
        self._listener: Listener | None = None
        self._ending: CloseReason | None = None
        self._is_gone = False
        self._since = asked.since
        self._hidden = 0
        self._until, self._why = self._end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve it to its end."""
        connection = connection_of(scope)
        if connection is not None:
            connection.on_closing = self._shut_down
        watching = asyncio.create_task(self._watch(receive))
        try:
            with self._limits.slot(self._asked.caller):
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                await self._send_all(send)
        except TimeoutError:
            CLOSED.labels("unread").inc()
            if connection is not None:
                connection.abort()
        finally:
            if connection is not None:
                connection.on_closing = None
            watching.cancel()
            await asyncio.wait([watching])

    async def _send_all(self, send: Send) -> None:
        """Raises TimeoutError when the client does not read."""
        async with aclosing(self._frames()) as sent:
            async for frame in sent:
                async with asyncio.timeout(self._told.send_timeout):
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
        async with asyncio.timeout(self._told.send_timeout):
            await send({"type": "http.response.body", "body": b""})

    async def _frames(self) -> AsyncGenerator[bytes]:
        """What is sent, until there is nothing more to send."""
        heartbeat_at = time.monotonic() + self._told.heartbeat
        try:
            yield frames.retry(self._told.retry)
            if self._asked.reset is not None:
                yield frames.reset(self._asked.reset)
            async for frame in self._missed():
                yield frame
            while self._ending is None and not self._is_gone and self._listener is not None:
                items = await self._listener.take(min(heartbeat_at, self._until) - time.monotonic())
                self._ending = self._ending or self._listener.closed
                self._grow_old()
                sent = await self._rendered(items)
                if not sent and time.monotonic() >= heartbeat_at:
                    sent = self._heartbeat(self._listener)
                if sent:
                    heartbeat_at = time.monotonic() + self._told.heartbeat
                    yield sent
        except Unauthenticated:
            expires = self._asked.caller.expires_at
            is_expired = expires is not None and expires <= now()
            self._ending = CloseReason.TOKEN_EXPIRED if is_expired else CloseReason.UNAUTHENTICATED
        except Problem:
            self._ending = CloseReason.UNAVAILABLE
        finally:
            if self._listener is not None:
                self._hub.detach(self._organization_id, self._listener)
        if self._ending is not None and not self._is_gone:
            CLOSED.labels(self._ending.value).inc()
            if self._hidden:
                yield frames.heartbeat(None, self._hidden)
            yield frames.close(self._ending)

    async def _missed(self) -> AsyncGenerator[bytes]:
        """Attach to the hub; before that, what the ring no longer holds, from the streams."""
        since, from_time, is_checked = self._asked.since, self._asked.from_time, False
        while self._ending is None and not self._is_gone:
            # A position beyond the hub's is right if another process was ahead of this one; the streams know.
            if from_time is None and (since is None or is_checked or self._hub.ring.end.reaches(since)):
                self._since = since
                self._listener = self._hub.attach(self._organization_id, self._asked.wanted, since)
                if self._listener is not None:
                    return
            try:
                since = await start_of(self._hub, since)
            except CannotReplay as gap:
                since = self._hub.ring.end
                yield frames.reset(Reset(gap.reason, since))
                continue
            page = await replay(
                self._hub, self._organization_id, self._asked.wanted, since, limit=PAGE, from_time=from_time
            )
            since, from_time, is_checked = page.position, None, True
            yield await self._rendered(page.events)
            self._grow_old()

    async def _rendered(self, items: "list[LiveEvent] | list[LiveEvent | Reset]") -> bytes:
        """The items that the caller may see now. Raises Unauthenticated or Unavailable."""
        caller = await self._callers.identify(self._asked.authorization, self._asked.organization)
        return b"".join(self._frame(caller, item) for item in items)

    def _frame(self, caller: Caller, item: LiveEvent | Reset) -> bytes:
        if isinstance(item, Reset):
            self._since = item.position
            return frames.reset(item)
        document = document_for(caller.identity, item)
        if document is None:
            self._hidden += is_counted(caller.identity, self._asked.wanted, item)
            return b""
        return item.frame if document is item.document else frame_of(item.position, document)

    def _heartbeat(self, listener: Listener) -> bytes:
        """Of a silence. Where nothing waits, all up to where the hub stands was sent, or is not for this listener."""
        reached = self._hub.ring.end
        is_behind = listener.is_behind or (self._since is not None and not reached.reaches(self._since))
        hidden, self._hidden = self._hidden, 0
        return frames.heartbeat(None if is_behind else reached, hidden)

    def _grow_old(self) -> None:
        if time.monotonic() >= self._until:
            self._ending = self._ending or self._why

    def _end(self) -> tuple[float, CloseReason]:
        """When (on the monotonic clock) the stream ends at the latest, and why."""
        age, expires = self._told.most_age, self._asked.caller.expires_at
        left = age if expires is None else min(age, (expires - now()).total_seconds())
        return time.monotonic() + left, CloseReason.AGE if left == age else CloseReason.TOKEN_EXPIRED

    async def _watch(self, receive: Receive) -> None:
        await client_gone(receive)
        self._is_gone = True
        if self._listener is not None:
            self._listener.leave()

    def _shut_down(self) -> None:
        self._ending = self._ending or CloseReason.SHUTDOWN
        if self._listener is not None:
            self._listener.close(CloseReason.SHUTDOWN)
