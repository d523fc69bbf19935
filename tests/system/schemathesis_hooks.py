"""What schemathesis loads (`SCHEMATHESIS_HOOKS`): ids that exist, and what counts as an internal error.

Generated ids would mostly miss, so most of them are replaced by ids of the sample program; what remains of the requests is as bad as
schemathesis can make it. The stack is named by INTERLOCK_URL and INTERLOCK_TOKEN.
"""

import os
import random
import re
from collections import defaultdict
from typing import Any

import httpx
import schemathesis

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
KNOWN_SHARE = 0.85
TASK_NAMES = ("parent_id", "predecessor_id", "successor_id", "milestone_task_id")


class KnownIds:
    """Ids of the sample program by the name under which a path or a body asks for them."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._ids: dict[str, list[str]] = defaultdict(list)
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

    def put_into(self, node: Any, chance: random.Random) -> Any:
        """A copy of a path's parameters or a body with most of its ids replaced."""
        if isinstance(node, dict):
            return {name: self._known(name, value, chance) for name, value in node.items()}
        if isinstance(node, list):
            return [self.put_into(each, chance) for each in node]
        return node

    def _known(self, name: str, value: Any, chance: random.Random) -> Any:
        is_id = isinstance(value, str) and UUID.match(value) is not None
        if is_id and self._ids.get(name) and chance.random() < KNOWN_SHARE:
            return chance.choice(self._ids[name])
        return self.put_into(value, chance)


with httpx.Client(
    base_url=f"{os.environ['INTERLOCK_URL']}/v1",
    headers={"Authorization": f"Bearer {os.environ['INTERLOCK_TOKEN']}"},
) as _client:
    KNOWN = KnownIds(_client)


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case, **_: Any) -> None:
    chance = random.Random(case.id)
    if case.path_parameters:
        case.path_parameters = KNOWN.put_into(dict(case.path_parameters), chance)
    if isinstance(case.body, dict | list):
        case.body = KNOWN.put_into(case.body, chance)
    if case.headers and "Interlock-After" in case.headers:
        case.headers["Prefer"] = "wait=0"  # invented positions never come


@schemathesis.check
def not_an_internal_error(
    _context: schemathesis.CheckContext, response: schemathesis.Response, _case: schemathesis.Case
) -> None:
    """502 to 504 are documented answers; 500 never is one that a request may cause."""
    assert response.status_code != 500, response.text
