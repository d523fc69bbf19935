"""How a load talks to the API: what it sends, in which order, and what it says when it is refused.

The answers come from a stand-in; tests/system loads into the real stack.
"""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import orjson
import pytest

from local_stack import program_api, program_operations
from local_stack.errors import StackError
from local_stack.program_api import Api
from local_stack.program_document import Document, read_document
from local_stack.program_load import Loaded, ProgramLoad, steps_of
from local_stack.stack import SAMPLE

Handler = Callable[[httpx.Request], httpx.Response | None]


class Counting:
    """A meter that remembers."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def advance(self, doing: str) -> None:
        self.done.append(doing)


class Recorded:
    """An API that says yes to everything (unless `handler` answers first), by key as the real one does."""

    def __init__(self, handler: Handler = lambda _: None) -> None:
        self.handler = handler
        self.requests: list[httpx.Request] = []
        self.created: set[str] = set()
        self.bodies: dict[str, dict[str, Any]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        refusal = self.handler(request)
        if refusal is not None:
            return refusal
        key = request.headers.get("idempotency-key", request.url.path)
        record = str(uuid5(NAMESPACE_URL, key))
        if request.method == "POST":
            self.created.add(key)
            self.bodies[record] = orjson.loads(request.content)
        if request.url.path.endswith("/batch"):
            return self._carried_out(record, self.bodies.pop(record)["operations"])
        return httpx.Response(201, json={"id": record}, headers={"Interlock-Position": f"project/{record}@1"})

    def _carried_out(self, batch: str, operations: list[dict[str, Any]]) -> httpx.Response:
        named: dict[str, str] = {}
        results = []
        for place, operation in enumerate(operations):
            record = str(uuid5(NAMESPACE_URL, f"{batch}/{place}"))
            body = {
                field: named[value["ref"]] if isinstance(value, dict) and value.keys() == {"ref"} else value
                for field, value in operation["body"].items()
            }
            self.bodies[record] = body
            named |= {operation["ref"]: record} if "ref" in operation else {}
            results.append({"id": record})
        return httpx.Response(200, json={"results": results})

    @property
    def posted(self) -> list[str]:
        return [request.url.path for request in self.requests if request.method == "POST"]


@pytest.fixture
def document() -> Document:
    return read_document(SAMPLE)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_api, "FIRST_PAUSE", 0)


async def load(document: Document, api: Recorded, meter: Counting | None = None) -> Loaded:
    async with httpx.AsyncClient(transport=httpx.MockTransport(api), base_url="http://interlock") as http:
        return await ProgramLoad(document, Api(http), meter or Counting()).run()


async def test_everything_in_the_file_is_created_and_counted(document: Document) -> None:
    api, meter = Recorded(), Counting()
    loaded = await load(document, api, meter)

    assert loaded["project"] == 5
    assert loaded["task"] + loaded["milestone"] + loaded["summary"] == 46
    assert loaded["dependency"] == 10
    assert len(meter.done) == steps_of(document.program)
    assert sum(path.endswith("/batch") for path in api.posted) == 5


async def test_a_second_load_repeats_the_keys_of_the_first(document: Document) -> None:
    api = Recorded()
    await load(document, api)
    created = set(api.created)
    await load(document, api)

    assert api.created == created
    assert len(api.posted) == 2 * len(created)


async def test_a_proposed_dependency_is_committed_by_neither_end(document: Document) -> None:
    api = Recorded()
    await load(document, api)
    committed = sum(dependency.state == "committed" for dependency in document.program.dependencies)

    assert sum(path.endswith("/commit") for path in api.posted) == 2 * committed == 18


async def test_dependencies_wait_for_the_picture_of_every_project(document: Document) -> None:
    api = Recorded()
    await load(document, api)
    paths = [(request.method, request.url.path) for request in api.requests]
    waits = [index for index, request in enumerate(api.requests) if "interlock-after" in request.headers]
    first_dependency = next(index for index, (_, path) in enumerate(paths) if path.endswith("/dependencies"))
    last_component = max(index for index, (_, path) in enumerate(paths) if path.endswith("/components"))

    assert last_component < min(waits) <= max(waits) < first_dependency


async def test_bodies_carry_ids_for_refs_and_money_with_its_currency(document: Document) -> None:
    api = Recorded()
    await load(document, api)
    bodies = list(api.bodies.values())
    rails = next(body for body in bodies if body.get("name") == "Lay and weld the rails")
    line = next(body for body in bodies if body.get("name") == "Rails and switches")

    assert api.bodies[rails["parent_id"]]["name"] == "Construction"
    assert api.bodies[line["task_id"]] == rails
    assert line["amount"] == {"amount": "6800000.00", "currency": "EUR"}
    assert rails["external_ref"] == {"source": "line-7", "id": "track/rails"}
    assert "constraint" not in rails


async def test_batches_go_on_where_the_one_before_them_ended(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = Recorded(), Recorded()
    await load(document, whole)
    monkeypatch.setattr(program_operations, "MOST_OPERATIONS", 7)
    await load(document, cut)

    assert sum(path.endswith("/batch") for path in cut.posted) > 10
    assert [body.get("name") for body in cut.bodies.values()] == [body.get("name") for body in whole.bodies.values()]
    rails = next(body for body in cut.bodies.values() if body.get("name") == "Lay and weld the rails")
    assert cut.bodies[rails["parent_id"]]["name"] == "Construction"


async def test_a_batch_is_never_too_large_to_be_taken(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def weigh(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("/batch"):
            sizes.append(len(request.content))
        return None

    monkeypatch.setattr(program_operations, "MOST_BYTES", 2_000)
    loaded = await load(document, Recorded(weigh))

    assert loaded["task"] + loaded["milestone"] + loaded["summary"] == 46
    assert max(sizes) < 2_200


async def test_a_refused_operation_of_a_batch_is_named_by_its_line(document: Document) -> None:
    def refuse(request: httpx.Request) -> httpx.Response | None:
        if b"Lay and weld the rails" not in request.content:
            return None
        names = [each["body"].get("name") for each in orjson.loads(request.content)["operations"]]
        pointer = f"/operations/{names.index('Lay and weld the rails')}/body/duration"
        errors = [{"pointer": pointer, "rule": "duration", "message": "is too long"}]
        return httpx.Response(422, json={"title": "Invalid", "errors": errors})

    with pytest.raises(StackError) as refused:
        await load(document, Recorded(refuse))
    line = SAMPLE.read_text(encoding="utf-8").split('"Lay and weld the rails"')[0].count("\n") + 1

    assert str(refused.value) == f"sample_program.json, line {line}: the API refused it with 422: /duration is too long"


async def test_a_refusal_names_the_line_of_the_record(document: Document) -> None:
    problem = {"title": "Invalid", "errors": [{"pointer": "/name", "rule": "taken", "message": "is taken"}]}

    def refuse(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(422, json=problem) if b"Wheel lathe" in request.content else None

    with pytest.raises(StackError) as refused:
        await load(document, Recorded(refuse))
    line = 1 + SAMPLE.read_text(encoding="utf-8").split("workshop-for-trial")[0].count("\n")

    assert str(refused.value) == f"sample_program.json, line {line}: the API refused it with 422: /name is taken"


async def test_a_passing_fault_is_tried_again_with_the_same_key(document: Document) -> None:
    failed: set[str] = set()

    def fail_once(request: httpx.Request) -> httpx.Response | None:
        key = request.headers.get("idempotency-key", request.url.path)
        if key in failed:
            return None
        failed.add(key)
        if len(failed) % 2:
            raise httpx.ReadError("connection lost")
        return httpx.Response(503, json={"title": "Unavailable"})

    api = Recorded(fail_once)
    loaded = await load(document, api)

    assert sum(loaded.values()) == steps_of(document.program) - 18


async def test_an_api_that_is_not_there_is_told_at_once(document: Document) -> None:
    def refuse_connection(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    api = Recorded(refuse_connection)
    with pytest.raises(StackError, match="No answer from http://interlock/v1/programs: Connection refused"):
        await load(document, api)

    assert len(api.requests) == 1


async def test_a_record_deleted_since_an_earlier_load_is_created_again(document: Document) -> None:
    forgotten: list[str] = []

    def forget_the_first_goal(request: httpx.Request) -> httpx.Response | None:
        if request.method == "GET" and request.url.path.startswith("/v1/goals/") and not forgotten:
            forgotten.append(request.url.path)
            return httpx.Response(404, json={"title": "Not found"})
        return None

    api = Recorded(forget_the_first_goal)
    loaded = await load(document, api)

    assert loaded["goal"] == 5
    assert api.posted.count("/v1/goals") == 6
