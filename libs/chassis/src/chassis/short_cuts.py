"""Short cuts for the few requests that come all the time, in their ordinary form.

FastAPI's dependencies, validation and serialisation cost more than the rest of such a request. `@short_cut` gives a route a second
handler that reads the ordinary form and nothing else; whatever is not ordinary it leaves to the route itself (`Unusual`), in the same
transaction. So the route alone says what a request may be and what is wrong with it, and a test asks both ways. A GET with a short cut has
no transaction at all (`chassis.database.Database.reading`): neither way may write, or count on two statements seeing the same.
"""

import re
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from chassis.unit_of_work import UnitOfWork

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
ModelT = TypeVar("ModelT", bound=BaseModel)
EndpointT = TypeVar("EndpointT", bound=Callable[..., Any])

_CANONICAL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ATTRIBUTE = "interlock_short_cut"
_AT_ONCE = "interlock_writes_at_once"


class Unusual(Exception):
    """The request is not of the ordinary form. Raise it before anything is done."""


class Asked:
    """A request, read by its ordinary form. Everything here raises `Unusual` for another one."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.unit: UnitOfWork = request.state.unit_of_work

    def id(self, name: str) -> UUID:
        """An id in the path."""
        text: str = self._request.path_params[name]
        if _CANONICAL.fullmatch(text) is None:
            raise Unusual
        return UUID(text)

    def header(self, name: str) -> str | None:
        """A header that came once, or not at all."""
        found = self._request.headers.getlist(name)
        if len(found) > 1:
            raise Unusual
        return found[0] if found else None

    def query(self, kind: type[ModelT]) -> ModelT:
        """The query's parameters."""
        told = parse_qsl(self._request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        values = dict(told)
        if len(values) != len(told):
            raise Unusual
        return _valid(kind, values)

    def expect_no_query(self) -> None:
        """Leave a preview, and whatever else a query may ask for, to the route."""
        if self._request.scope["query_string"]:
            raise Unusual

    async def body(self, kind: type[ModelT]) -> ModelT:
        """The JSON body."""
        if self.header("content-type") != "application/json":
            raise Unusual
        try:
            told = orjson.loads(await self._request.body())
        except orjson.JSONDecodeError:
            raise Unusual from None
        return _valid(kind, told)


ShortCut = Callable[[Asked], Coroutine[Any, Any, Response]]


def short_cut(handler: ShortCut, *, writes_at_once: bool = False) -> Callable[[EndpointT], EndpointT]:
    """Give the endpoint of a `TransactionRoute` a handler for the ordinary form of its requests.

    writes_at_once: the handler only reads until its events are written, and what it writes with them (`chassis.at_once`).
    """

    def decorate(endpoint: EndpointT) -> EndpointT:
        setattr(endpoint, _ATTRIBUTE, handler)
        setattr(endpoint, _AT_ONCE, writes_at_once)
        return endpoint

    return decorate


def has_short_cut(endpoint: Callable[..., Any]) -> bool:
    """Whether the endpoint has a short cut."""
    return hasattr(endpoint, _ATTRIBUTE)


def writer_at_once(endpoint: Callable[..., Any]) -> ShortCut | None:
    """The endpoint's short cut, if it writes with one statement."""
    short: ShortCut | None = getattr(endpoint, _ATTRIBUTE, None)
    return short if getattr(endpoint, _AT_ONCE, False) else None


def shortened(endpoint: Callable[..., Any], whole: Handler) -> Handler:
    """The endpoint's short cut, with the whole handler behind it; the whole handler where there is none."""
    short: ShortCut | None = getattr(endpoint, _ATTRIBUTE, None)
    if short is None:
        return whole

    async def handle(request: Request) -> Response:
        try:
            return await short(Asked(request))
        except Unusual:
            return await whole(request)

    return handle


def answer(body: BaseModel, response: Response, status: int) -> Response:
    """A shape as JSON, with the headers that were put on FastAPI's own response."""
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(body.model_dump_json(by_alias=True), status, headers, "application/json")


def _valid(kind: type[ModelT], values: Any) -> ModelT:
    try:
        return kind.model_validate(values)
    except ValidationError:
        raise Unusual from None
