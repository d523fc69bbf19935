"""Every writing route of the services with values that JSON allows and nothing else does, in each member of its example: never an error of ours."""

import json
from collections.abc import Iterator

import pytest
from service_kit import OneSeat, RolledBack, client_of, migrated
from tests.authority.a_program import program
from tests.authority.test_walk_projects import place
from tests.program_svc.member import ProgramMember
from tests.project_svc.member import ProjectMember
from tests.project_svc.working import worker
from walk_kit import Forgetful, Route, routes

import program_svc.application as of_programs
import project_svc.application as of_projects
from program_svc.sight import redacted

pytestmark = [pytest.mark.slow, pytest.mark.long]

HOSTILE = {
    "half a character": b'"\\ud800"',
    "a zero": b'"a\\u0000b"',
    "not a number": b"NaN",
    "without end": b"-Infinity",
    "beyond a float": b"1e999",
    "beyond a number": b"9" * 5000,
    "beyond an integer": b"-" + b"9" * 30,
    "the smallest float": b"5e-324",
    "a large text": b'"' + b"x" * 50_000 + b'"',
    "lists": b"[[[]]]",
    "an object": b'{"": {"$ref": "#/"}}',
    "true": b"true",
    "a date beyond": b'"9999-12-31"',
    "a duration beyond": b'"P999999999999D"',
    "money beyond": b'{"amount": "99999999999999999999999999999999.99", "currency": "EUR"}',
    "money that is none": b'{"amount": "NaN", "currency": "EUR"}',
}
PLACE = b'"\\u0001here"'


def spoilt(node: object, at: str = "") -> Iterator[tuple[str, object]]:
    """The document with each of its members, however deep, marked in turn."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield f"{at}/{name}", node | {name: "\x01here"}
            yield from ((where, node | {name: inner}) for where, inner in spoilt(value, f"{at}/{name}"))
    elif isinstance(node, list):
        for number, value in enumerate(node[:1]):
            yield from ((where, [inner, *node[1:]]) for where, inner in spoilt(value, f"{at}/{number}"))


async def look(client, member, service: str, known: dict[str, str]) -> None:
    """Ask every route that takes JSON."""
    wrong, number = [], 0
    for route in routes()[service]:
        if route.method not in {"POST", "PATCH"} or (example := route.body(known)) is None:
            continue
        kind = "application/merge-patch+json" if route.method == "PATCH" else "application/json"
        for where, body in spoilt(example):
            whole = json.dumps(body).encode()
            for what, value in HOSTILE.items():
                number += 1
                status, text = await sent(client, member, route, known, whole.replace(PLACE, value), kind)
                wrong += [(route.method, route.path, where, what, status, text[:300])] if status >= 500 else []
    assert not wrong, f"{len(wrong)} of {number}: " + "\n".join(map(str, wrong[:40]))
    assert number > 1500


async def sent(client, member, route: Route, known: dict[str, str], body: bytes, kind: str) -> tuple[int, str]:
    headers = member.headers | {"content-type": kind}
    answer = await client.request(route.method, route.path.format_map(known), content=body, headers=headers)
    return answer.status_code, answer.text


@pytest.fixture(scope="module")
def urls(postgres) -> dict[str, str]:
    return {package: migrated(postgres, package, "hostile") for package in ("program_svc", "project_svc")}


async def test_program_svc_answers_for_every_value(urls):
    told = (of_programs.ROUTERS, of_programs.CONFLICTS, redacted)
    async with RolledBack.at(urls["program_svc"]) as database, client_of(database, "program-svc", *told) as client:
        ada = ProgramMember(client, database=database)
        known, _ = await program(ada)
        database.seats = OneSeat(Forgetful(database.seats.seat.connection, database.seats.seat.driver))
        await look(client, ada, "program-svc", known)


async def test_project_svc_answers_for_every_value(urls):
    told = (of_projects.ROUTERS, of_projects.CONFLICTS)
    async with RolledBack.at(urls["project_svc"]) as database, client_of(database, "project-svc", *told) as client:
        ada = ProjectMember(client)
        known = await place(ada, worker(database), 1)
        database.seats = OneSeat(Forgetful(database.seats.seat.connection, database.seats.seat.driver))
        await look(client, ada, "project-svc", known)
