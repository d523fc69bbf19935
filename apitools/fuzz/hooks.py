"""What schemathesis loads (`SCHEMATHESIS_HOOKS`): ids that exist, headers that fit, and records that get made.

Generated ids would mostly miss, so most of them are replaced by ids of the sample program; what remains of the requests is as bad as
schemathesis can make it. In sequences most records are made as the document shows it: from what was never made, nothing leads on. The
stack is named by INTERLOCK_URL and INTERLOCK_TOKEN.
"""

import os
import random
import re
from collections import defaultdict
from typing import Any

import httpx
import schemathesis
from schemathesis.generation.meta import TestPhase

from apitools.fuzz.chains import Chains

__all__ = ["Chains", "after_call", "before_call"]

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
ORGANIZATION, KEY = "Interlock-Organization", re.compile(r"[a-z][a-z0-9-]{0,39}")
KNOWN_SHARE = 0.85
LONGEST_PREFERENCE = 8192
MADE_SHARE = 0.85
"""Of the creations in sequences, those with the document's example as their body."""
EXAMPLES = frozenset(
    {
        "project/0197a3c2-8f0e-7b1c-9d52-3f6f2b1c4d5e@7",
        "project/0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77@7",
        "0197a3c2-8f0e-7b1c-9d52-3f6f2b1c4d5e",
        '"7"',
    }
)
"""The document's own values of headers that are good for one request alone."""
SINGULAR = {"dependencies": "dependency", "lines": "line"}
TASK_NAMES = ("parent_id", "predecessor_id", "successor_id", "milestone_task_id")


class KnownIds:
    """Ids of the sample program by the name under which a path or a body asks for them."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._ids: dict[str, list[str]] = defaultdict(list)
        self._live: set[str] = set()
        self._collect("goal_id", "/goals")
        self._collect("alignment_id", "/alignments")
        for goal in self._ids["goal_id"]:
            self._collect("key_result_id", f"/goals/{goal}/key-results")
        self._collect("program_id", "/programs")
        for program in self._ids["program_id"]:
            self._collect("dependency_id", f"/programs/{program}/dependencies")
        self._collect("project_id", "/projects")
        for project in self._ids["project_id"]:
            self._collect("task_id", f"/projects/{project}/tasks")
            self._collect("link_id", f"/projects/{project}/links")
            self._collect("line_id", f"/projects/{project}/budget/lines")
            self._collect("actual_id", f"/projects/{project}/budget/actuals")
            self._collect("risk_id", f"/projects/{project}/risks")
        for name in TASK_NAMES:
            self._ids[name] = self._ids["task_id"]

    def _collect(self, name: str, path: str) -> None:
        answer = self._client.get(path, params={"limit": 1000})
        answer.raise_for_status()
        self._ids[name] += [item["id"] for item in answer.json()["items"]]

    def learn(self, name: str, known: str) -> None:
        """An id that has just been given out; it is used where it is, and is not replaced by another one."""
        self._live.add(known)
        self._ids[name].append(known)

    def put_into(self, node: Any, chance: random.Random) -> Any:
        """A copy of a path's parameters or a body with most of its ids replaced."""
        if isinstance(node, dict):
            return {name: self._known(name, value, chance) for name, value in node.items()}
        if isinstance(node, list):
            return [self.put_into(each, chance) for each in node]
        return node

    def _known(self, name: str, value: Any, chance: random.Random) -> Any:
        is_id = isinstance(value, str) and UUID.match(value) is not None and value not in self._live
        if is_id and self._ids.get(name) and chance.random() < KNOWN_SHARE:
            return chance.choice(self._ids[name])
        return self.put_into(value, chance)


def is_left_out(name: str, schema: Any) -> bool:
    """Whether a field of a creation names another record and may be left out."""
    return name.endswith(("_id", "_ids")) and name not in schema.get("required", ())


def example_bodies(document: Any) -> dict[tuple[str, str], Any]:
    """Method and path of each creation → the example of its body, without other records that it may name."""
    found = {}
    for path, item in document["paths"].items():
        operation = item.get("post", {})
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None or "201" not in operation["responses"]:
            continue
        example = next(iter(content["examples"].values())) if "examples" in content else {"value": content["example"]}
        if "$ref" in example:
            example = document["components"]["examples"][example["$ref"].rpartition("/")[2]]
        schema = document["components"]["schemas"].get(content["schema"].get("$ref", "").rpartition("/")[2], {})
        value = example["value"]
        found["POST", path] = {name: told for name, told in value.items() if not is_left_out(name, schema)}
    return found


def as_shown(body: Any, chance: random.Random) -> Any:
    """The example of a body, with names of its own where there can be no two of them."""
    own = f"F{chance.getrandbits(40):010X}"
    fields = {name: value for name, value in body.items() if name != "external_ref" and value is not None}
    return fields | {
        name: told for name, told in (("key", own), ("email", f"{own}@example.org".lower())) if name in fields
    }


with httpx.Client(
    base_url=f"{os.environ['INTERLOCK_URL']}/v1",
    headers={"Authorization": f"Bearer {os.environ['INTERLOCK_TOKEN']}"},
) as _client:
    KNOWN = KnownIds(_client)
    BODIES = example_bodies(_client.get("/openapi.json").json())


@schemathesis.hook
def before_load_schema(_context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Sequences begin with creations: schemathesis begins with none that may name a record that nothing there makes."""
    if "INTERLOCK_SEQUENCES" not in os.environ:
        return
    schemas = raw_schema["components"]["schemas"]
    for item in raw_schema["paths"].values():
        for content in item.get("post", {}).get("requestBody", {}).get("content", {}).values():
            schema = schemas.get(content["schema"].get("$ref", "").rpartition("/")[2], {})
            for name in [name for name in schema.get("properties", {}) if is_left_out(name, schema)]:
                del schema["properties"][name]


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], **_: Any) -> None:
    """What a client knows from earlier answers, and a generator cannot."""
    chance = random.Random(f"{case.method} {case.path} {case.path_parameters} {case.body!r}")  # the same in every run
    told = case.meta
    is_in_sequence = told is not None and told.phase.name is TestPhase.STATEFUL
    example = BODIES.get((case.method.upper(), case.path))
    if is_in_sequence and example is not None and chance.random() < MADE_SHARE:
        case.body = as_shown(example, random.Random())
        case.query = {}
    if is_in_sequence and case.method.upper() == "DELETE" and case.query:
        case.query = {
            name: value for name, value in case.query.items() if name != "dry_run"
        }  # a preview deletes nothing
    if case.path_parameters:
        case.path_parameters = KNOWN.put_into(dict(case.path_parameters), chance)
    if isinstance(case.body, dict | list):
        case.body = KNOWN.put_into(case.body, chance)
    if case.headers and len(case.headers.get("Prefer") or "") > LONGEST_PREFERENCE:
        del case.headers["Prefer"]  # what is not understood of it is ignored, as RFC 7240 says, however long it is
    if case.headers and KEY.fullmatch(case.headers.get(ORGANIZATION) or ""):
        del case.headers[ORGANIZATION]  # the token is of one organisation, and refused for any other
    for name in ("Interlock-After", "If-Match", "Idempotency-Key"):
        # A position that never comes, a revision that never was and a key that another request has are refused, which other tests look at.
        if case.headers and case.headers.get(name) in EXAMPLES:
            del case.headers[name]


@schemathesis.hook
def after_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], response: schemathesis.Response
) -> None:
    """Remember what has been made."""
    if response.status_code == 201 and isinstance(made := response.json(), dict) and "id" in made:
        collection = case.path.rsplit("/", 1)[1]
        KNOWN.learn(f"{SINGULAR.get(collection, collection.removesuffix('s').replace('-', '_'))}_id", made["id"])
