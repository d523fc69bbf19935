"""The least service: each request is one SQL statement, the outbox row in the same one. `uvicorn bench.limit.service:app`.

LIMIT_DATABASE_URL says where; the lifespan makes the tables.
"""

import os
from typing import Any

import asyncpg
import orjson
from starlette.types import Receive, Scope, Send

SCHEMA = """
CREATE TABLE IF NOT EXISTS projects (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, revision bigint NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS tasks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects, name text NOT NULL,
    duration bigint NOT NULL, revision bigint NOT NULL, position bigint, early_start bigint, early_finish bigint
);
CREATE INDEX IF NOT EXISTS tasks_of_project ON tasks (project_id, id);
CREATE TABLE IF NOT EXISTS links (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects, predecessor bigint NOT NULL REFERENCES tasks,
    successor bigint NOT NULL REFERENCES tasks, lag bigint NOT NULL, revision bigint NOT NULL, UNIQUE (predecessor, successor)
);
CREATE TABLE IF NOT EXISTS outbox (
    pos bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id bigint NOT NULL, revision bigint NOT NULL, payload jsonb NOT NULL
);
"""
RECORD = "json_build_object('id', id, 'project_id', project_id, 'name', name, 'duration', duration, 'revision', revision, 'description', repeat('x', 300))"
BUMP = "WITH p AS (UPDATE projects SET revision = revision + 1 WHERE id = $1 RETURNING id, revision)"
EVENT = "e AS (INSERT INTO outbox (project_id, revision, payload) SELECT project_id, revision, to_jsonb(t) FROM t)"
CREATE_PROJECT = "INSERT INTO projects DEFAULT VALUES RETURNING json_build_object('id', id)::text"
CREATE = f"""
{BUMP}, t AS (INSERT INTO tasks (project_id, name, duration, revision) SELECT p.id, $2, $3, p.revision FROM p RETURNING *), {EVENT}
SELECT {RECORD}::text FROM t
"""
CHANGE = f"""
{BUMP}, t AS (UPDATE tasks SET duration = $3, revision = p.revision FROM p WHERE tasks.id = $2 AND project_id = p.id RETURNING tasks.*), {EVENT}
SELECT {RECORD}::text FROM t
"""
RELATE = f"""
{BUMP}, t AS (
    INSERT INTO links (project_id, predecessor, successor, lag, revision) SELECT p.id, $2, $3, $4, p.revision FROM p RETURNING *
), {EVENT}
SELECT to_jsonb(t)::text FROM t
"""
GET = f"SELECT {RECORD}::text FROM tasks WHERE project_id = $1 AND id = $2"
LIST = f"SELECT json_build_object('items', json_agg({RECORD}))::text FROM (SELECT * FROM tasks WHERE project_id = $1 ORDER BY id LIMIT $2) AS page"
# The head of a chain moves, and with it every task behind: one pass, every row written, one event with all of it.
CHAIN = f"""
{BUMP}, t AS (
    UPDATE tasks SET duration = CASE WHEN tasks.id = $2 THEN $3 ELSE duration END, revision = p.revision,
        early_start = coalesce(early_start, 0) + $3, early_finish = coalesce(early_finish, 0) + $3
    FROM p WHERE project_id = p.id RETURNING tasks.*
), e AS (INSERT INTO outbox (project_id, revision, payload) SELECT $1, min(revision), jsonb_agg(to_jsonb(t)) FROM t)
SELECT json_build_object('moved', count(*))::text FROM t
"""


class Service:
    """The pool, which is there while the process runs."""

    pool: "asyncpg.Pool[asyncpg.Record]"


async def _answer(method: str, parts: list[str], query: str, body: bytes) -> Any:
    ask = Service.pool.fetchval
    match method, parts:
        case "POST", ["projects"]:
            return await ask(CREATE_PROJECT)
        case "POST", ["projects", project, "tasks"]:
            sent = orjson.loads(body)
            return await ask(CREATE, int(project), sent["name"], sent["duration"])
        case "PATCH", ["projects", project, "tasks", task]:
            return await ask(CHANGE, int(project), int(task), orjson.loads(body)["duration"])
        case "POST", ["projects", project, "tasks", task, "move"]:
            return await ask(CHAIN, int(project), int(task), orjson.loads(body)["duration"])
        case "POST", ["projects", project, "links"]:
            sent = orjson.loads(body)
            return await ask(RELATE, int(project), int(sent["predecessor"]), int(sent["successor"]), sent["lag"])
        case "GET", ["projects", project, "tasks"]:
            return await ask(LIST, int(project), int(query.removeprefix("limit=")))
        case "GET", ["projects", project, "tasks", task]:
            return await ask(GET, int(project), int(task))
    raise LookupError(method, parts)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    body = b""
    if scope["method"] != "GET":
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
    parts = scope["path"].strip("/").split("/")
    answer = await _answer(scope["method"], parts, scope["query_string"].decode(), body)
    content = answer.encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _no_reset(_: object) -> None:
    """The pool's reset query costs 17 % here, and one statement leaves nothing to reset."""


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    Service.pool = await asyncpg.create_pool(os.environ["LIMIT_DATABASE_URL"], min_size=4, max_size=16, reset=_no_reset)
    await Service.pool.execute(SCHEMA)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await Service.pool.close()
    await send({"type": "lifespan.shutdown.complete"})
