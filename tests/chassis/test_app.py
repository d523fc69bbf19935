"""The application around the routes."""

from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, ConfigDict

from chassis.app import create_app
from chassis.health import Health
from chassis.paging import Page, PageQuery
from chassis.problem import NotFound, responses
from chassis.routes import LateRoute


class Thing(BaseModel):
    model_config = ConfigDict(defer_build=True)

    name: str


async def asked(number: Annotated[int | None, Header()] = None):
    return number


@asynccontextmanager
async def nothing(_):
    yield


def routed():
    """Two routers as a service has them."""
    things, others = APIRouter(prefix="/things", route_class=LateRoute), APIRouter(route_class=LateRoute)

    @things.get("/{name}", responses=responses(NotFound))
    async def read(name: str) -> Thing:
        return Thing(name=name)

    @things.get("")
    async def list_all(query: Annotated[PageQuery, Query()]) -> Page[Thing]:
        return Page(items=[Thing(name=str(query.limit))], next=None)

    @things.post("")
    async def create(body: Thing) -> Thing:
        return body

    @others.delete("/things/{name}")
    async def remove(name: str) -> None: ...

    return [things, others]


def app_of(routers, **more):
    return create_app(title="", description="", routers=routers, lifespan=nothing, health=Health(), **more)


def client_of(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_a_wrong_method_names_the_right_ones_in_whatever_router_they_are():
    async with client_of(app_of(routed())) as client:
        answer = await client.patch("/things/1")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "DELETE, GET")
    assert answer.json()["type"] == "/problems/method-not-allowed"


async def test_a_word_in_the_place_of_an_id_is_no_id():
    words = APIRouter(route_class=LateRoute)

    @words.post("/things/latest")
    async def latest() -> Thing:
        return Thing(name="latest")

    async with client_of(app_of([words, *routed()])) as client:
        assert (await client.post("/things/latest")).json() == {"name": "latest"}
        for method in ("GET", "DELETE"):
            answer = await client.request(method, "/things/latest")
            assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert (await client.get("/things/later")).json() == {"name": "later"}


async def test_a_route_is_built_when_it_is_first_asked_for():
    app = app_of(routed())
    async with client_of(app) as client:
        assert not [route for route in app.routes if route.is_built]
        assert (await client.get("/things/a")).json() == {"name": "a"}
        assert [route.name for route in app.routes if route.is_built] == ["read"]
        assert (await client.get("/elsewhere")).status_code == 404
        assert (await client.get("/health/live")).status_code == 200
        assert [route.name for route in app.routes if route.is_built] == ["read", "live"]


async def test_shapes_whose_validators_wait_are_read_and_refused_like_any():
    async with client_of(app_of(routed())) as client:
        assert (await client.post("/things", json={"name": "a"})).json() == {"name": "a"}
        assert (await client.post("/things", json={})).json()["errors"][0]["pointer"] == "/name"
        assert (await client.get("/things", params={"limit": 5})).json()["items"] == [{"name": "5"}]
        assert (await client.get("/things", params={"limit": 0})).json()["errors"][0]["pointer"] == "/limit"


async def test_an_application_can_ask_and_answer_the_same_everywhere():
    routers = routed()
    app = app_of(routers, dependencies=[Depends(asked)], answers={418: {"description": "a teapot"}})
    for operations in app.openapi()["paths"].values():
        for operation in operations.values():
            assert {"401", "418"} <= operation["responses"].keys()
            assert operation["operationId"] in {"read", "list_all", "create", "remove"}
            assert "number" in {parameter["name"] for parameter in operation["parameters"]}
    assert "404" in app.openapi()["paths"]["/things/{name}"]["get"]["responses"]
    async with client_of(app) as client:
        assert (await client.get("/things/a", headers={"number": "none"})).status_code == 422
    plain = app_of(routers)  # the same routers once more: nothing of the first application sticks to them
    assert "parameters" not in plain.openapi()["paths"]["/things"]["post"]


def test_a_route_that_cannot_wait_is_refused():
    router = APIRouter()

    @router.get("/a")
    async def read() -> None: ...

    with pytest.raises(TypeError, match="route_class=LateRoute"):
        app_of([router])
