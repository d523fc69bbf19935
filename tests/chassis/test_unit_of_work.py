"""The transaction of a request, on a service of three routes and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text, update
from tests.chassis.notes import DEFERRED, KEYS, METADATA, NOTES, ORGANIZATION, router

from chassis import failures
from chassis.app import create_app
from chassis.database import Database
from chassis.health import Health
from chassis.identity import Identity, Signer, Verifier
from chassis.problem import AlreadyExists, NotFound
from chassis.unit_of_work import Runtime
from contracts.permissions import Permission, Who
from contracts.vocabulary import OrganizationRole

KEY = Ed25519PrivateKey.generate()
HOME, ABROAD = uuid4(), uuid4()


@pytest.fixture
async def database(postgres, new_database: Callable[..., str]) -> AsyncIterator[Database]:
    name = new_database()
    owner = Database(postgres.url(name))
    async with owner.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(
            text("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE check_violation; END'")
        )
        await connection.execute(text(DEFERRED))
        for table in ("notes", "idempotency_keys"):
            await connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
            await connection.execute(text(f"CREATE POLICY own ON {table} USING (organization_id = {ORGANIZATION})"))
            await connection.execute(text(f"GRANT ALL ON {table} TO notes_app"))
    await owner.close()
    app_role = Database(postgres.url(name, "notes_app"))
    yield app_role
    await app_role.close()


@pytest.fixture(scope="session", autouse=True)
async def _role(postgres):
    owner = Database(postgres.url())
    async with owner.engine.begin() as connection:
        await connection.execute(text("CREATE ROLE notes_app LOGIN"))
    await owner.close()


@pytest.fixture
async def app(database):
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def lifespan(app):
        app.state.runtime = Runtime(
            database,
            Verifier(KEY.public_key(), "notes"),
            own_boundaries=frozenset({"notebook"}),
            permissions=lambda method, _: Permission("note", method, Who(any_member=True), changes=method != "GET"),
        )
        yield

    app = create_app(
        title="Notes",
        description="",
        routers=[router],
        lifespan=lifespan,
        health=Health(),
        conflicts={"uq_notes_title": lambda: AlreadyExists("There is a note of this title.")},
    )
    async with app.router.lifespan_context(app):
        yield app


def client_of(app, organization: UUID) -> httpx.AsyncClient:
    caller = Identity("member:1", organization, frozenset({OrganizationRole.ADMIN}))
    headers = {"Authorization": f"Bearer {Signer(KEY).issue(caller, 'notes', lifetime=60)}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers)


@pytest.fixture
async def client(app):
    async with client_of(app, HOME) as client:
        yield client


async def titles(client) -> list[str]:
    return [note["title"] for note in (await client.get("/notes")).json()["items"]]


async def test_a_write_is_there_when_its_answer_is(client):
    assert (await client.post("/notes", json={"title": "one"})).status_code == 201
    assert await titles(client) == ["one"]


async def test_a_service_does_not_wait_for_what_it_wrote_itself(client):
    # It once did, and a client that sent back the position of its own write had a 504 for every read.
    after = {"Interlock-After": f"notebook/{uuid4()}@7", "Prefer": "wait=9"}
    assert (await client.get("/notes", headers=after)).status_code == 200
    assert (await client.get("/notes", headers={"Interlock-After": "notebook@7"})).status_code == 422


async def test_a_commit_that_fails_is_never_answered_with_success(client):
    answer = await client.post("/notes", json={"title": "doomed"})
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal-error"
    assert await titles(client) == []


async def test_a_dry_run_answers_the_same_and_writes_nothing(client):
    headers = {"Idempotency-Key": "dry"}
    answer = await client.post("/notes?dry_run=true", json={"title": "one"}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (201, "one")
    assert await titles(client) == []
    assert (await client.post("/notes", json={"title": "one"})).status_code == 201


async def test_no_token_no_answer_whatever_the_request(client):
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer forged"}):
        answer = await client.post("/notes", content=b"{", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_an_organisation_sees_only_its_own(app, client):
    note = (await client.post("/notes", json={"title": "one"})).json()
    async with client_of(app, ABROAD) as stranger:
        assert await titles(stranger) == []
        assert (await stranger.get(f"/notes/{note['id']}")).status_code == 404


async def test_a_transaction_without_an_organisation_sees_nothing(database, client):
    await client.post("/notes", json={"title": "one"})
    async with database.transaction() as session:
        assert (await session.execute(select(NOTES))).all() == []


async def test_the_same_key_gives_the_first_answer_again(client):
    headers = {"Idempotency-Key": "a"}
    first = await client.post("/notes", json={"title": "one"}, headers=headers)
    again = await client.post("/notes", json={"title": "one"}, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await titles(client) == ["one"]


async def test_a_key_belongs_to_its_request_and_to_its_organisation(app, client):
    headers = {"Idempotency-Key": "a"}
    await client.post("/notes", json={"title": "one"}, headers=headers)
    other = await client.post("/notes", json={"title": "two"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    async with client_of(app, ABROAD) as stranger:
        assert (await stranger.post("/notes", json={"title": "three"}, headers=headers)).status_code == 201


async def test_a_failed_request_leaves_its_key_free(client):
    headers = {"Idempotency-Key": "a"}
    assert (await client.post("/notes", json={"title": "x" * 30}, headers=headers)).status_code == 422
    assert (await client.post("/notes", json={"title": "one"}, headers=headers)).status_code == 201


async def test_one_key_sent_many_times_at_once_writes_once(client):
    headers = {"Idempotency-Key": "a"}
    answers = await asyncio.gather(*(client.post("/notes", json={"title": "one"}, headers=headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await titles(client) == ["one"]


async def test_an_old_key_may_be_used_again(client, database):
    headers = {"Idempotency-Key": "a"}
    await client.post("/notes", json={"title": "one"}, headers=headers)
    async with database.transaction(HOME) as session:
        await session.execute(update(KEYS).values(created_at=text("now() - interval '25 hours'")))
    assert (await client.post("/notes", json={"title": "two"}, headers=headers)).status_code == 201
    assert await titles(client) == ["one", "two"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_malformed_key_is_refused(client, key):
    answer = await client.post("/notes", json={"title": "one"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == "idempotency_key"


async def test_a_stale_change_is_refused_with_the_current_tag(client):
    note = (await client.post("/notes", json={"title": "one"})).json()
    url = f"/notes/{note['id']}"
    tag = (await client.get(url)).headers["etag"]
    assert (await client.patch(url, json={"title": "two"}, headers={"If-Match": tag})).status_code == 200
    stale = await client.patch(url, json={"title": "three"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"2"')
    assert (await client.patch(url, json={"title": "four"}, headers={"If-Match": '"9", "2"'})).status_code == 200
    assert (await client.get(url, headers={"If-None-Match": '"3"'})).status_code == 304


async def test_pages_are_stable_while_rows_are_written(client):
    for title in ("b", "d", "f", "h"):
        await client.post("/notes", json={"title": title})
    seen, cursor = [], None
    while True:
        answer = (
            await client.get("/notes", params={"limit": 2, "sort": "-title"} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [note["title"] for note in answer["items"]]
        await client.post("/notes", json={"title": f"z{len(seen)}"})  # before the cursor: must not shift the next page
        cursor = answer["next"]
        if cursor is None:
            break
    assert seen == ["h", "f", "d", "b"]


@pytest.mark.parametrize(
    "parameters",
    [{"cursor": "%%%"}, {"cursor": "WyJpZCJd"}, {"sort": "secret"}, {"limit": 0}, {"limit": 1001}, {"colour": "red"}],
)
async def test_a_bad_page_is_refused(client, parameters):
    answer = await client.get("/notes", params=parameters)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["in"] == "query"


async def test_a_cursor_belongs_to_its_order(client):
    for title in "abc":
        await client.post("/notes", json={"title": title})
    cursor = (await client.get("/notes", params={"limit": 1})).json()["next"]
    answer = await client.get("/notes", params={"limit": 1, "sort": "-title", "cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-cursor")


async def test_a_named_constraint_is_a_named_problem(client):
    await client.post("/notes", json={"title": "one"})
    answer = await client.post("/notes", json={"title": "one"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "There is a note of this title.")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 422),
        (b'{"title": "\xff"}', 400),
        (b'{"title": 7}', 422),
        (b'{"title": "a", "colour": "red"}', 422),
        (b'{"title": "a\\u0000b"}', 422),
        (b'{"title": "\\ud800"}', 422),
        (b"null", 422),
        (b"", 422),
        (b'{"title": "' + b"x" * 1024 * 1024 + b'"}', 413),
    ],
)
async def test_every_bad_body_is_one_problem(client, content, status):
    answer = await client.post("/notes", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert await titles(client) == []


async def test_unknown_paths_and_methods_are_problems(client):
    assert (await client.get("/nothing")).json()["type"] == "/problems/not-found"
    answer = await client.put("/notes")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_an_unexpected_error_tells_its_trace_and_nothing_else(client, caplog):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await client.get("/broken", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert (answer.status_code, answer.json()["trace_id"]) == (500, trace)
    assert "secret" not in answer.text
    assert trace in answer.headers["traceresponse"]


async def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(app, client):
    app.state.runtime.database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    answer = await client.get("/notes")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    await app.state.runtime.database.close()


async def test_the_document_has_every_problem_and_none_of_fastapis(app):
    document = app.openapi()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    post = document["paths"]["/notes"]["post"]["responses"]
    assert {"201", "400", "401", "413", "422", "503"} <= post.keys()
    assert post["422"]["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert document["x-problems"]["stale-revision"]["status"] == 412
    assert failures.BY_STATUS[404] is NotFound


async def test_what_nobody_waits_for_any_more_is_given_up(client, database):
    note = (await client.post("/notes", json={"title": "one"})).json()
    late = {"Interlock-Deadline": "100"}
    async with database.transaction(HOME) as session:
        await session.execute(update(NOTES).values(title="held"))
        answer = await client.patch(f"/notes/{note['id']}", json={"title": "late"}, headers=late)
    assert (answer.status_code, answer.json()["type"]) == (504, "/problems/deadline-passed")
    assert await titles(client) == ["held"]
    in_time = {"Interlock-Deadline": "5000"}
    assert (await client.patch(f"/notes/{note['id']}", json={"title": "two"}, headers=in_time)).status_code == 200


async def test_a_body_that_is_nested_beyond_measure_is_refused(client):
    body = b'{"title": ' + b"[" * 500 + b"]" * 500 + b"}"
    answer = await client.post("/notes", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "too_deep")
