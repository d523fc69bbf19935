"""The gateway's own routes: a body comes whole, in time and within its limits, before anything of it is read."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response

from chassis import json_limits
from chassis.content_type import check_json, takes_json
from chassis.problem import responses
from chassis.routes import LateRoute
from chassis.unit_of_work import WITH_BODY
from gateway.identity.dependencies import Stranger, caller_of, stranger_of
from gateway.request_body import WITHIN, RequestTimeout

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OwnRoute(LateRoute):
    """`APIRouter(route_class=OwnRoute)` for routes that the gateway answers itself. FastAPI alone would wait for a body for ever."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        if not WITH_BODY.isdisjoint(told.get("methods") or ()):
            told["responses"] = {**responses(RequestTimeout), **(told.get("responses") or {})}
        super().__init__(path, endpoint, **told)

    def get_route_handler(self) -> Handler:
        """The route's handler, behind its caller and its body. Raises what letting in raises, RequestTimeout, UnsupportedMediaType, InvalidRequest."""
        handler, is_json = super().get_route_handler(), takes_json(self)
        let_in = stranger_of if any(each is Stranger for each in self.dependencies) else caller_of

        async def in_time(request: Request) -> Response:
            if request.method in WITH_BODY:
                await let_in(request)  # who may not come in sends no body, and is waited for by nobody
                if is_json:
                    check_json(request)
                json_limits.check(await _body_of(request))
            return await handler(request)

        return in_time


async def _body_of(request: Request) -> bytes:
    """The body, which FastAPI finds read then."""
    try:
        async with asyncio.timeout(WITHIN):
            return await request.body()
    except TimeoutError:
        raise RequestTimeout from None
