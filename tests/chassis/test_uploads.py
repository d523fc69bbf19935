"""Files come one after the other, two at once: a process has room for so many."""

import asyncio

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from waiting import eventually

from chassis import failures, uploads
from chassis.unit_of_work import TransactionRoute
from chassis.uploads import AT_ONCE, UploadRoute


@pytest.fixture
def may_end():
    return asyncio.Event()


@pytest.fixture
async def client(may_end, monkeypatch):
    router = APIRouter(route_class=UploadRoute)
    begun = []

    @router.post("/files")
    async def take() -> None:
        return None

    def handler(_self):
        async def taking(request: Request) -> Response:
            begun.append(request)
            await may_end.wait()
            return Response(status_code=202)

        return taking

    monkeypatch.setattr(TransactionRoute, "get_route_handler", handler)
    app = FastAPI()
    app.router.routes += router.routes
    failures.install(app, {})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        client.begun = begun
        yield client


async def test_a_third_file_waits_until_one_of_two_is_done(client, may_end):
    async with asyncio.TaskGroup() as sending:
        sent = [sending.create_task(client.post("/files")) for _ in range(AT_ONCE + 1)]
        await eventually(lambda: len(client.begun) == AT_ONCE)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(client.begun) == AT_ONCE
        may_end.set()
    assert [task.result().status_code for task in sent] == [202] * (AT_ONCE + 1)


async def test_who_waits_too_long_is_told_to_come_back(client, may_end, monkeypatch):
    monkeypatch.setattr(uploads, "PATIENCE", 0.05)
    async with asyncio.TaskGroup() as sending:
        for _ in range(AT_ONCE):
            sending.create_task(client.post("/files"))
        await eventually(lambda: len(client.begun) == AT_ONCE)
        answer = await client.post("/files")
        may_end.set()
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "Other files" in answer.json()["detail"]
