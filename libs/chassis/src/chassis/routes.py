"""The routes of an application: each is built when it is first asked for, so that a process starts without building any."""

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, compile_path
from starlette.types import Scope

Responses = Mapping[int | str, dict[str, Any]]

_PARTS = "interlock.parts"
"""Where a request's scope keeps the parts of its path: each is one of a route's path too, since no parameter holds a slash."""


class LateRoute(APIRoute):
    """`APIRouter(route_class=LateRoute)`: FastAPI's route, made in two steps.

    Reading a handler's signature and building the validators of its shapes takes milliseconds, and a service has hundreds of routes. What
    decides whether a request is for this route is there at once; the rest when a request is, or when the API's document is written.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        self._told = told
        self.is_built = False
        self.path = path
        self.endpoint = endpoint
        self.name = told.get("name") or endpoint.__name__
        self.methods = {method.upper() for method in told.get("methods") or ["GET"]}
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        parts = path.split("/")
        self._length = len(parts)
        self._place, self._word = next(
            (place, part) for place, part in reversed([*enumerate(parts)]) if not part.startswith("{")
        )

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this route. Of hundreds it is for one: the number of parts of its path and the last word tell most of the others."""
        parts = scope.get(_PARTS)
        if parts is None:
            parts = scope[_PARTS] = scope["path"].removeprefix(scope.get("root_path", "")).split("/")
        if len(parts) != self._length or parts[self._place] != self._word:
            return Match.NONE, {}
        return super().matches(scope)

    def __getattr__(self, name: str) -> Any:
        """Build the route for the first attribute that is missing."""
        if self.__dict__.get("is_built", True):
            raise AttributeError(name)
        self.is_built = True
        super().__init__(self.path, self.endpoint, **self._told)
        # A shape's validator is built when it is first used. FastAPI silences what pydantic says of a parameter's alias, but only while it makes
        # the parameter: so each is used once, here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)
            for field in (*_query(self.dependant), *([self.body_field] if self.body_field else [])):
                field.validate(None)
        return getattr(self, name)

    def within(self, *, dependencies: Sequence[Depends], responses: Responses) -> "LateRoute":
        """This route in an application all of whose routes have these besides; not built yet."""
        told = {
            **self._told,
            "dependencies": [*dependencies, *(self._told.get("dependencies") or ())],
            "responses": {**responses, **(self._told.get("responses") or {})},
            "generate_unique_id_function": _name,
        }
        return type(self)(self.path, self.endpoint, **told)


def routes_of(
    routers: Sequence[APIRouter], *, dependencies: Sequence[Depends] = (), responses: Responses | None = None
) -> Iterator[LateRoute]:
    """The routes of routers, as they are in an application whose routes all have these dependencies and answers.

    `include_router` would keep the routers as a tree, build every route of a branch a second time with the first request that comes near
    it, and go through that tree with each request. Raises TypeError for a route of another class, which could not wait.
    """
    for router in routers:
        for route in router.routes:
            if not isinstance(route, LateRoute):
                raise TypeError(
                    f"{route!r} is not late: make its router with route_class=LateRoute (or TransactionRoute)"
                )
            yield route.within(dependencies=dependencies, responses=responses or {})


def with_words(routes: Sequence[LateRoute]) -> list[BaseRoute]:
    """The routes, and before each path that ends in an id, one for the words that stand in its place: what they do not take is 405.

    `/dependencies/inbox` is a path of its own. Without this a PATCH of it would go to `/dependencies/{dependency_id}`, where it is a bad id.
    """
    words: dict[str, set[str]] = {}
    for route in routes:
        if not route.path.endswith("}"):
            words.setdefault(route.path, set()).update(route.methods or ())
    found: list[BaseRoute] = []
    for route in routes:
        if route.path.endswith("}"):
            for path, methods in words.items():
                others = set(route.methods or ()) - methods
                if others and route.path_regex.match(path):
                    found.append(_closed(path, others, methods))
        found.append(route)
    return found


def _closed(path: str, methods: Collection[str], allowed: Collection[str]) -> Route:
    async def refuse(_: Request) -> Response:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})

    return Route(path, refuse, methods=list(methods), include_in_schema=False)


def _query(dependant: Dependant) -> Iterator[Any]:
    yield from dependant.query_params
    for each in dependant.dependencies:
        yield from _query(each)


def _name(route: APIRoute) -> str:
    return route.name
