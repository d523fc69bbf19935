"""The combined view: everything at once, and what is missing by name."""

import asyncio
from uuid import uuid4

import pytest
from aiohttp import web

ID = str(uuid4())
P1, P2 = uuid4(), uuid4()


def ok(request: web.Request, positions: str = f"project/{P1}@3") -> web.Response:
    return web.json_response({"at": request.path}, headers={"Interlock-Position": positions})


def problem(status: int, slug: str) -> web.Response:
    body = {"type": f"/problems/{slug}", "status": status, "title": slug, "detail": f"It is {slug}.", "errors": []}
    return web.json_response(body, status=status, content_type="application/problem+json", headers={"Retry-After": "7"})


async def test_all_parts_are_there(client, program):
    async def answer(request):
        return ok(request)

    program.handler = answer
    overview = await client.get(
        f"/v1/programs/{ID}/overview", headers={"Interlock-After": f"project/{P1}@3", "Prefer": "wait=4"}
    )
    assert overview.status_code == 200
    body = overview.json()
    assert body["missing"] == []
    assert body["program"] == {"at": f"/programs/{ID}"}
    for part in ("schedule", "dependencies", "budget", "risks", "goals"):
        assert body[part] == {"at": f"/programs/{ID}/{part}"}
    assert {request.headers["Interlock-After"] for request in program.requests} == {f"project/{P1}@3"}
    assert {request.headers["Prefer"] for request in program.requests} == {"wait=4"}


async def test_the_parts_are_asked_for_at_once(client, program, runtime):
    runtime.program._pool._free = asyncio.Semaphore(6)
    together = asyncio.Barrier(6)

    async def answer(request):
        await together.wait()
        return ok(request)

    program.handler = answer
    assert (await client.get(f"/v1/programs/{ID}/overview")).status_code == 200


async def test_it_reflects_the_earliest_that_a_part_reflects(client, program):
    async def answer(request):
        return ok(request, f"project/{P1}@{3 if request.path.endswith('risks') else 5}, project/{P2}@1")

    program.handler = answer
    positions = (await client.get(f"/v1/programs/{ID}/overview")).headers["Interlock-Position"]
    assert set(positions.split(", ")) == {f"project/{P1}@3", f"project/{P2}@1"}


async def test_a_part_that_fails_is_named_and_the_others_stay(client, program):
    async def answer(request):
        match request.path.rsplit("/", 1)[1]:
            case "risks":
                return problem(503, "unavailable")
            case "goals":
                await asyncio.Event().wait()
            case "budget":
                return web.Response(text="<html>", content_type="text/html")
        return ok(request)

    program.handler = answer
    body = (await client.get(f"/v1/programs/{ID}/overview")).json()
    assert body["schedule"] is not None
    assert body["risks"] is body["goals"] is body["budget"] is None
    missing = {each["part"]: (each["status"], each["type"]) for each in body["missing"]}
    assert missing == {
        "risks": (503, "/problems/unavailable"),
        "goals": (504, "/problems/upstream-timeout"),
        "budget": (502, "/problems/upstream-failed"),
    }


@pytest.mark.parametrize(("status", "slug"), [(404, "not-found"), (504, "position-not-reached")])
async def test_without_the_program_its_problem_is_the_answer(client, program, status, slug):
    async def answer(_):
        return problem(status, slug)

    program.handler = answer
    overview = await client.get(f"/v1/programs/{ID}/overview")
    assert (overview.status_code, overview.json()["type"]) == (status, f"/problems/{slug}")
    assert overview.headers["Content-Type"].startswith("application/problem+json")
    assert overview.headers["Retry-After"] == "7"


async def test_a_malformed_id_is_refused_here(client, program):
    answer = await client.get("/v1/programs/seven/overview")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/program_id")
    assert program.requests == []


async def test_a_service_that_is_away_takes_with_it_what_needs_it_alone(client, runtime):
    """program-svc knows its projects by their events, so an overview needs project-svc for nothing."""
    overview, of_project = f"/v1/programs/{ID}/overview", f"/v1/projects/{P1}"
    runtime.project._pool._port = 1  # where nobody listens
    answer = await client.get(overview)
    assert (answer.status_code, answer.json()["missing"]) == (200, [])
    away = await client.get(of_project)
    assert (away.status_code, away.headers["Retry-After"]) == (503, "1")
    runtime.program._pool._port = 1
    runtime.program._pool.close()
    away = await client.get(overview)
    assert (away.status_code, away.json()["type"]) == (503, "/problems/upstream-unavailable")
    assert away.headers["Retry-After"] == "1"
    assert (await client.get("/v1/members")).status_code == 200
