"""Bodies of the gateway's own routes: of those who may come in, in time, and within limits."""

import asyncio
from uuid import UUID

import pytest
from gateway_kit import bearer, client_of

from gateway import own_routes

pytestmark = pytest.mark.slow
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def anyone(app):
    async with client_of(app) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/invitations/accept"), ("PATCH", f"/v1/members/{UUID(int=1)}")]
)
async def test_a_body_has_a_depth_and_a_number_of_values(client, method, path):
    for body, rule in ((b"[" * 100, "too_deep"), (b"[" + b"0," * 100_000 + b"0]", "too_many_values")):
        answer = await client.request(method, path, content=body, headers=JSON)
        assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, rule)


async def test_a_body_that_does_not_come_is_not_waited_for(anyone, monkeypatch):
    monkeypatch.setattr(own_routes, "WITHIN", 0.05)

    async def half():
        yield b'{"token": '
        await asyncio.Event().wait()

    answer = await anyone.post("/v1/invitations/accept", content=half(), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (408, "/problems/request-timeout")


async def test_nobody_waits_for_the_body_of_who_may_not_come_in(anyone, tokens):
    async def never():
        await asyncio.Event().wait()
        yield b""

    assert (await anyone.post("/v1/members", content=never(), headers=JSON)).status_code == 401
    reader = JSON | bearer(await tokens.create(role=None))
    assert (await anyone.post("/v1/members", content=never(), headers=reader)).status_code == 403


@pytest.mark.parametrize("path", ["/v1/members", "/v1/invitations/accept", "/v1/roles", "/v1/webhooks"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
async def test_a_body_that_is_not_json_is_refused_as_what_it_is(client, path, kind):
    answer = await client.post(path, content=b'{"name": "A"}', headers={} if kind is None else {"Content-Type": kind})
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type")
