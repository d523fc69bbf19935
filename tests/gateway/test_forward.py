"""What crosses the gateway in either direction, and what a client is told when it cannot."""

import asyncio

import jwt
import pytest
from aiohttp import web

from chassis.app import MAX_BODY
from gateway.request_body import BUFFERED

pytestmark = pytest.mark.slow


async def test_a_request_reaches_its_service_as_it_was_sent(client, project, program):
    answer = await client.post(
        "/v1/projects/7/tasks?dry_run=true&name=a%2Fb",
        json={"name": "A"},
        headers={"If-Match": '"3"', "Idempotency-Key": "k", "Prefer": "wait=3"},
    )
    assert answer.json() == {"path": "/projects/7/tasks?dry_run=true&name=a%2Fb", "method": "POST"}
    assert project.bodies == [b'{"name":"A"}']
    assert project.last.headers["If-Match"] == '"3"'
    assert project.last.headers["Idempotency-Key"] == "k"
    assert project.last.headers["Prefer"] == "wait=3"
    assert program.requests == []


async def test_the_path_keeps_its_escapes(client, project):
    await client.get("/v1/projects/a%2Fb%20c")
    assert project.last.raw_path == "/projects/a%2Fb%20c"


@pytest.mark.parametrize("segment", ["programs", "dependencies", "goals", "key-results", "alignments", "alignment"])
async def test_what_lies_between_projects_goes_to_the_program_service(client, program, segment):
    answer = await client.get(f"/v1/{segment}/1")
    assert answer.json()["path"] == f"/{segment}/1"
    assert len(program.requests) == 1


async def test_a_path_that_nobody_has_is_not_found(client, project, program):
    for path in ("/v1/nothing", "/v1/", "/v1", "/projects/1", "/v2/projects"):
        answer = await client.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["type"] == "/problems/not-found"
    assert project.requests == program.requests == []


async def test_the_service_gets_an_internal_token_in_place_of_the_clients(client, project, private_key):
    await client.get("/v1/projects", headers={"Cookie": "a=b", "X-Forwarded-For": "1.2.3.4", "Connection": "close"})
    token = project.last.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, private_key.public_key(), ["EdDSA"], audience="project-svc")
    assert claims["roles"] == ["admin"]
    assert claims["sub"].startswith("members/")
    assert not {"Cookie", "X-Forwarded-For"} & set(project.last.headers)


async def test_the_trace_goes_on(client, project):
    trace = "0af7651916cd43dd8448eb211c80319c"
    await client.get("/v1/projects", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert project.last.headers["traceparent"].split("-")[1] == trace


async def test_the_deadline_goes_on_in_milliseconds(client, project):
    await client.get("/v1/projects")
    assert 0 < int(project.last.headers["Interlock-Deadline"]) <= 1000


async def test_the_answer_comes_back_as_it_was_given(client, project):
    async def created(_):
        headers = {
            "Location": "/projects/7",
            "ETag": '"1"',
            "Interlock-Position": "project/7@1",
            "Retry-After": "3",
            "Connection": "X-Hop",
            "X-Hop": "1",
            "Traceresponse": "00-1",
        }
        return web.Response(status=201, body=b'{"a": 1}', headers=headers, content_type="application/json")

    project.handler = created
    answer = await client.post("/v1/projects", json={})
    assert (answer.status_code, answer.content) == (201, b'{"a": 1}')
    assert answer.headers["Location"] == "/v1/projects/7"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Interlock-Position"] == "project/7@1"
    assert answer.headers["Retry-After"] == "3"
    assert "X-Hop" not in answer.headers
    assert len(answer.headers.get_list("traceresponse")) == 1
    assert "Connection" not in answer.headers


async def test_a_problem_of_the_service_is_passed_on(client, project):
    async def conflict(_):
        return web.json_response({"type": "/problems/cycle"}, status=409, content_type="application/problem+json")

    project.handler = conflict
    answer = await client.post("/v1/projects/7/links", json={})
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, "application/problem+json; charset=utf-8")
    assert answer.json() == {"type": "/problems/cycle"}


async def test_answers_without_a_body_pass(client, project):
    async def nothing(request):
        return web.Response(status=304 if "If-None-Match" in request.headers else 204)

    project.handler = nothing
    assert (await client.delete("/v1/projects/7")).status_code == 204
    assert (await client.get("/v1/projects/7", headers={"If-None-Match": '"1"'})).status_code == 304


async def test_a_head_keeps_the_length_of_what_it_leaves_out(client, project):
    async def head(_):
        return web.Response(body=b"x" * 123)

    project.handler = head
    answer = await client.head("/v1/projects")
    assert (answer.headers["Content-Length"], answer.content) == ("123", b"")


async def test_a_large_answer_is_streamed(client, project):
    async def large(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"y" * 10_000)
        return response

    project.handler = large
    assert (await client.get("/v1/projects/7/snapshot")).content == b"y" * 1_000_000


@pytest.mark.parametrize("size", [BUFFERED + 1, MAX_BODY])
async def test_a_large_body_is_streamed(client, project, size):
    assert (await client.post("/v1/projects", content=b"z" * size)).status_code == 200
    assert project.bodies == [b"z" * size]


async def test_a_body_of_unknown_length_is_streamed(client, project):
    async def pieces():
        for _ in range(10):
            yield b"p" * 1000

    assert (await client.post("/v1/projects", content=pieces())).status_code == 200
    assert project.bodies == [b"p" * 10_000]


async def test_a_body_that_is_announced_too_large_never_reaches_the_service(client, project):
    answer = await client.post("/v1/projects", content=b"z" * (MAX_BODY + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    assert project.requests == []


async def test_a_body_that_turns_out_too_large_is_cut_off(client, project):
    async def endless():
        for _ in range(MAX_BODY // 10_000 + 2):
            yield b"z" * 10_000

    answer = await client.post("/v1/projects", content=endless())
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
    assert project.bodies == []


async def test_a_service_that_is_too_slow_is_a_504(client, project):
    async def slow(_):
        await asyncio.Event().wait()

    project.handler = slow
    answer = await client.get("/v1/projects")
    assert (answer.status_code, answer.json()["type"]) == (504, "/problems/upstream-timeout")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(project.requests) == 1


async def test_more_requests_than_connections_are_turned_away_soon(client, project):
    release, full = asyncio.Event(), asyncio.Event()

    async def waits(_):
        if len(project.requests) == 4:
            full.set()
        await release.wait()
        return web.json_response({})

    project.handler = waits
    held = [asyncio.create_task(client.get("/v1/projects")) for _ in range(4)]
    await full.wait()
    answer = await client.get("/v1/projects")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/upstream-busy")
    assert answer.headers["Retry-After"] == "1"
    release.set()
    assert {answer.status_code for answer in await asyncio.gather(*held)} == {200}
    assert (await client.get("/v1/projects")).status_code == 200


async def test_one_service_that_is_away_leaves_the_other_alone(client, project, program, runtime):
    runtime.project._pool._port = 1
    for _ in range(10):
        answer = await client.get("/v1/projects")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/upstream-unavailable")
    assert runtime.project.breaker.is_open
    assert (await client.get("/v1/programs")).status_code == 200


async def test_a_client_that_goes_away_does_not_leak_its_connection(app, tokens, project, runtime):
    token = await tokens.create()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/v1/projects",
        "raw_path": b"/v1/projects",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"transfer-encoding", b"chunked")],
    }
    messages = iter([{"type": "http.request", "body": b"abc", "more_body": True}, {"type": "http.disconnect"}])
    sent = []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    assert sent == []
    assert runtime.project._pool._free._value == 4


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_after_a_lost_answer_only_what_services_keep_keys_for_is_sent_again(client, project, method):
    """A PATCH or a DELETE that had succeeded was sent again, and answered 412 or 404."""

    async def breaks_off(request):
        request.transport.abort()
        return web.Response()

    project.handler = breaks_off
    answer = await client.request(method, "/v1/projects/7", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["type"]) == (502, "/problems/upstream-failed")
    assert len(project.requests) == (2 if method == "POST" else 1)
