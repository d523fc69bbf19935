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
from starlette.types import Receive, Scope, Send

Responses = Mapping[int | str, dict[str, Any]]


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
            for field in (*query_fields(self.dependant), *([self.body_field] if self.body_field else [])):
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


class Signpost:
    """Stands before an application's router, which goes through its routes one by one until one of them is meant.

    A service has 150 routes, and for the last of them that takes longer than all the rest of a read. Which ones a path may mean is told by
    the number of its parts and one of their words: the last one of the route's own path. What none of those is for is left to the router.
    """

    def __init__(self, router: APIRouter) -> None:
        self._router, self._whole = router, router.middleware_stack
        self._routes: dict[tuple[int, int, str], list[tuple[int, Route]]] = {}
        self._places: dict[int, set[int]] = {}
        for number, route in enumerate(router.routes):
            if not isinstance(route, Route) or ":" in route.path:
                raise TypeError(f"{route!r} does not tell how many parts its paths have")
            parts = route.path.split("/")
            place = max(place for place, part in enumerate(parts) if not part.startswith("{"))
            self._routes.setdefault((len(parts), place, parts[place]), []).append((number, route))
            self._places.setdefault(len(parts), set()).add(place)

    def routes_for(self, path: str) -> list[Route]:
        """The routes that a path may mean, in the order in which they are tried."""
        parts = path.split("/")
        length = len(parts)
        found = [
            each
            for place in self._places.get(length, ())
            for each in self._routes.get((length, place, parts[place]), ())
        ]
        return [route for _, route in sorted(found)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the route that is meant."""
        if scope["type"] == "http":
            for route in self.routes_for(scope["path"].removeprefix(scope.get("root_path", ""))):
                match, told = route.matches(scope)
                if match is Match.FULL:
                    scope.setdefault("router", self._router)
                    scope.update(told)
                    await route.handle(scope, receive, send)
                    return
        await self._whole(scope, receive, send)


def _closed(path: str, methods: Collection[str], allowed: Collection[str]) -> Route:
    async def refuse(_: Request) -> Response:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})

    return Route(path, refuse, methods=list(methods), include_in_schema=False)


def query_fields(dependant: Dependant) -> Iterator[Any]:
    """What a handler takes from the query, itself and by what it depends on."""
    yield from dependant.query_params
    for each in dependant.dependencies:
        yield from query_fields(each)


def _name(route: APIRoute) -> str:
    return route.name
