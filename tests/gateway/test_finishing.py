"""What every answer has: headers for browsers, a request id, compression where it pays."""

import gzip

import pytest
from aiohttp import web
from gateway_kit import client_of

from gateway import compression
from gateway.application import create_gateway

pytestmark = pytest.mark.slow


async def test_every_answer_keeps_browsers_from_misusing_it(client) -> None:
    for path in ("/v1/projects/1", "/v1/members", "/v1/nothing", "/docs"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "private, no-cache"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "access-control-allow-origin" not in headers


async def test_a_request_is_known_by_its_own_id_or_its_traces(client) -> None:
    told = {"X-Request-Id": "order-7"}
    assert (await client.get("/v1/projects/1", headers=told)).headers["x-request-id"] == "order-7"
    for unfit in ("with space", "x" * 129):
        answer = await client.get("/v1/projects/1", headers={"X-Request-Id": unfit})
        assert answer.headers["x-request-id"] == answer.headers["traceresponse"].split("-")[1]


@pytest.mark.parametrize("size", [10, 50_000, 200_000])
async def test_large_answers_are_compressed_for_whoever_asks(client, project, size) -> None:
    body = b'"' + b"x" * size + b'"'

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json", headers={"ETag": '"7"'})

    project.handler = large
    plain = await client.get("/v1/projects/1", headers={"Accept-Encoding": "identity, gzip;q=0"})
    assert (plain.content, plain.headers["etag"], "content-encoding" in plain.headers) == (body, '"7"', False)
    async with client.stream("GET", "/v1/projects/1", headers={"Accept-Encoding": "br, gzip;q=0.8"}) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    if size < compression.LEAST:
        assert (raw, answer.headers["etag"]) == (body, '"7"')
    else:
        assert gzip.decompress(raw) == body
        assert len(raw) < len(body) / 10
        assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert answer.headers["etag"] == 'W/"7"'


async def test_pages_of_named_origins_may_call(settings, tokens) -> None:
    app = create_gateway(settings.model_copy(update={"cors_origins": ("https://plans.example",)}))
    async with app.router.lifespan_context(app), client_of(app) as client:
        asked = {"Origin": "https://plans.example", "Access-Control-Request-Method": "PATCH"}
        answer = await client.options("/v1/projects/1", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://plans.example"
        refused = await client.options("/v1/projects/1", headers=asked | {"Origin": "https://other.example"})
        assert (refused.status_code, "access-control-allow-origin" in refused.headers) == (400, False)
        client.headers["Authorization"] = f"Bearer {await tokens.create()}"
        answer = await client.get("/v1/projects/1", headers={"Origin": "https://plans.example"})
        assert "ETag" in answer.headers["access-control-expose-headers"]
