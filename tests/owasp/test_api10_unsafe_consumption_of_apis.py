"""API10: what others answer is not believed: services behind the gateway that misbehave. Webhooks' receivers and issuers: `test_webhooks.py`, `test_oidc.py`."""

import asyncio

import pytest
from aiohttp import web
from gateway_kit import (
    app,
    client,
    database,
    database_url,
    private_key,
    program,
    project,
    runtime,
    settings,
    template,
    tokens,
)

__all__ = [
    "app",
    "client",
    "database",
    "database_url",
    "private_key",
    "program",
    "project",
    "runtime",
    "settings",
    "template",
    "tokens",
]

pytestmark = [pytest.mark.slow, pytest.mark.long]


async def test_a_redirect_is_not_followed(client, project, program):
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{program.url}/secret"})

    project.handler = elsewhere
    assert (await client.get("/v1/projects/1")).status_code == 302
    assert program.requests == []


async def test_what_belongs_to_one_connection_ends_at_the_gateway(client, project):
    async def talkative(_: web.Request) -> web.Response:
        told = {"Connection": "X-Inner", "X-Inner": "1", "Server": "inner/1.0", "Keep-Alive": "timeout=5"}
        return web.json_response({}, headers=told)

    project.handler = talkative
    answer = await client.get("/v1/projects/1")
    assert not {"x-inner", "keep-alive"} & set(answer.headers)
    assert answer.headers.get("server") != "inner/1.0"


async def test_an_answer_that_breaks_off_is_no_answer(client, project):
    async def half(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b"{")
        assert request.transport is not None
        request.transport.abort()
        return answer

    project.handler = half
    assert (await client.get("/v1/projects/1")).status_code == 502


async def test_an_answer_that_never_comes_is_not_waited_for(client, project):
    async def never(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    project.handler = never
    assert (await client.get("/v1/projects/1")).status_code == 504


async def test_a_combined_view_does_not_believe_what_is_not_json(client, program):
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<script>alert(1)</script>", content_type="text/html")

    program.handler = page
    answer = await client.get("/v1/programs/0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77/overview")
    assert answer.status_code == 502
    assert "script" not in answer.text
