"""The application around the routes."""

from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter

from chassis.app import create_app
from chassis.health import Health


async def test_a_wrong_method_names_the_right_ones_however_deep_the_route_lies():
    inner, outer = APIRouter(), APIRouter(prefix="/a")

    @inner.get("/b/{c}")
    async def read(c: str) -> str:
        return c

    @inner.delete("/b/{c}")
    async def remove(c: str) -> None: ...

    @asynccontextmanager
    async def nothing(_):
        yield

    outer.include_router(inner)
    app = create_app(title="", description="", routers=[outer], lifespan=nothing, health=Health())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.post("/a/b/1")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "DELETE, GET")
    assert answer.json()["type"] == "/problems/method-not-allowed"
