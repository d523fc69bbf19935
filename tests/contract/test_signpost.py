"""The signpost before a service's routes leads where going through them one by one would."""

import pytest
from fastapi import APIRouter
from starlette.routing import Match

import program_svc.application as program_svc
import project_svc.application as project_svc
from chassis.routes import Signpost, routes_of, with_words

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD")


def first(routes, scope):
    return next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)


@pytest.mark.parametrize("service", [project_svc, program_svc], ids=["project-svc", "program-svc"])
def test_it_finds_the_route_that_the_router_finds(service):
    router = APIRouter()
    router.routes[:] = with_words([*routes_of(service.ROUTERS)])
    signpost, led = Signpost(router), 0
    paths = {route.path for route in router.routes}
    for path in paths | {path.replace("{", "").replace("}", "") for path in paths}:
        for method in METHODS:
            scope = {"type": "http", "method": method, "path": path}
            meant = first(router.routes, scope)
            assert first(signpost.routes_for(path), scope) is meant, f"{method} {path}"
            led += meant is not None
    assert led > len(router.routes)
    assert signpost.routes_for("/no/such/path/at/all/there/is") == []


def test_a_route_whose_parts_cannot_be_counted_is_refused():
    router = APIRouter()
    router.add_api_route("/files/{name:path}", lambda: None)
    with pytest.raises(TypeError, match="how many parts"):
        Signpost(router)
