"""What every writing route of project-svc does, read from the audit log of a running stack, by the trace of its request.

`tests/project_svc/test_write_routes.py` looks at each answer and each event, and takes every write back; here the way of the event ends, it is
in the log, and writes stay: a route that is about a record which another one has moved on finds a world of its own.
"""

from collections import Counter
from itertools import count
from typing import Any

import httpx
import pytest
from tests.project_svc.member import ProjectMember
from tests.project_svc.write_routes import WRITES, P, filled, one_of_everything
from waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.long]

WITHOUT = {f"POST {P}/schedule/level/take", f"DELETE {P}/outside-links/{{outside_link_id}}"}
"""They take what a job has left, which `tests/project_svc/test_write_routes.py` puts there."""
LAST = (f"POST {P}/batch", f"DELETE {P}")
"""After all others: the first changes what change requests were assessed on, the second removes what the others write to."""


class Outside(ProjectMember):
    """The administrator, through the gateway; each request in a trace of its own, the last one in `trace`."""

    trace = ""
    numbers = count(1)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        self.trace = f"{next(self.numbers):032x}"
        headers = {"traceparent": f"00-{self.trace}-00f067aa0ba902b7-01", **(options.pop("headers", None) or {})}
        return await self.client.request(method, path, headers=headers, **options)


class Worlds:
    """Projects with one record of everything. A record that a route is about is used up by it."""

    def __init__(self, member: Outside) -> None:
        self._member = member
        self._used: set[str] = set()
        self._number = 0
        self._made: dict[str, str] = {}

    async def for_records(self, records: set[str]) -> dict[str, str]:
        """A world in which nothing has happened to these yet."""
        if not self._made or records & self._used:
            self._number += 1
            self._used = set()
            _, self._made = await one_of_everything(self._member, f"WORLD-{self._number}")
        self._used |= records
        return self._made


async def carry_out(member: Outside, made: dict[str, str], route: str) -> None:
    """Take the route, and be answered as its row says."""
    write = WRITES[route]
    method, path = route.split(" ")
    path = path.format_map(made | {name: made[record] for name, record in write.named.items()})
    options: dict[str, Any] = {"json": filled(write.body, made)} if write.body is not None else {}
    if write.content is not None:
        options = {"content": write.content.encode(), "headers": {"Content-Type": "text/calendar"}}
    answer = await member.request(method, path, **options)
    assert answer.status_code == write.status, f"{route}: {answer.text}"


async def logged(api: httpx.AsyncClient) -> dict[str, Counter[str]]:
    """By trace, what the log says happened."""
    found: dict[str, Counter[str]] = {}
    params: dict[str, Any] = {"limit": 1000}
    while True:
        page = (await api.get("/audit-log", params=params)).json()
        for entry in page["items"]:
            found.setdefault(entry["trace_id"], Counter())[f"{entry['record']}.{entry['action']}"] += 1
        if page["next"] is None:
            return found
        params["cursor"] = page["next"]


async def test_every_write_of_a_project_is_in_the_audit_log(api: httpx.AsyncClient):
    member = Outside(api)
    worlds = Worlds(member)
    expected: dict[str, tuple[str, Counter[str]]] = {}
    for route in [*(route for route in WRITES if route not in {*WITHOUT, *LAST}), *LAST]:
        await carry_out(member, await worlds.for_records(set(WRITES[route].named.values())), route)
        # What is said in two versions is one entry.
        told = Counter(dict.fromkeys(WRITES[route].events, 1))
        expected[member.trace] = route, told
    found: dict[str, Counter[str]] = {}

    async def all_is_there() -> bool:
        found.update(await logged(api))
        return expected.keys() <= found.keys()

    await eventually(all_is_there)
    moved = "schedule.recalculated"
    wrong = {
        route: (dict(told), dict(found[trace]))
        for trace, (route, told) in expected.items()
        if told != Counter({name: times for name, times in found[trace].items() if name != moved})
    }
    assert not wrong
