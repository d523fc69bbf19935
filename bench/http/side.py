"""What is asked of either side, and the client that asks."""

import json
from abc import ABC, abstractmethod
from typing import Any

import psutil

from bench.limit.pool import Pool

LONGEST = 7
"""Days. A new task takes four, so that the first change is one as well."""


class Refused(Exception):
    """An answer that is no success: there is nothing to measure then."""


class Side(ABC):
    """One API under measurement: a project to list and read, a fresh one each round to create in, a chain to move."""

    def __init__(self, host: str, port: int, headers: bytes) -> None:
        self._pool = Pool(host, port)
        self._headers = headers + b"Content-Type: application/json\r\n"
        self.project = self.fresh = self.chain = ""
        self.tasks: list[str] = []
        self.head = ""
        self._changed = self._related = 0

    async def request(self, method: str, target: str, body: Any = None) -> Any:
        """The answer's JSON. Raises Refused."""
        return json.loads(await self.send(method, target, b"" if body is None else self.encoded(body)))

    @staticmethod
    def encoded(body: Any) -> bytes:
        """The JSON to send."""
        return json.dumps(body).encode()

    async def send(self, method: str, target: str, body: bytes = b"") -> bytes:
        """The answer's bytes. Raises Refused."""
        answer = await self._pool.request(method, f"/v1{target}", self._headers, body)
        if answer.status >= 300:
            raise Refused(f"{method} {target}: {answer.status} {answer.body.decode()}")
        return answer.body

    async def prepare(self, *, tasks: int, chain: int) -> None:
        """Make the projects that the rounds read, change and move."""
        self.project = await self.create_project()
        self.tasks = [await self.create_task(self.project, number) for number in range(tasks)]
        self.chain, self.head = await self.create_chain(chain)

    async def begin_round(self) -> None:
        """An empty project to create in, so that every round does the same."""
        self.fresh = await self.create_project()

    async def create(self, number: int) -> None:
        """Create a task."""
        await self.create_task(self.fresh, number)

    async def get(self, number: int) -> None:
        """Read a task."""
        await self.send("GET", f"/projects/{self.project}/tasks/{self.tasks[number % len(self.tasks)]}")

    async def list_100(self) -> None:
        """Read 100 tasks."""
        await self.send("GET", f"/projects/{self.project}/tasks?limit=100")

    async def change(self) -> None:
        """Change a task's duration to another one: each time that a task has its turn again, it takes a day more, or one after seven."""
        turn, task = divmod(self._changed, len(self.tasks))
        self._changed += 1
        await self.set_duration(self.tasks[task], 1 + turn % LONGEST)

    async def relate(self) -> None:
        """Let a task wait for an earlier one that it does not wait for yet."""
        pairs = len(self.tasks) * (len(self.tasks) - 1) // 2
        if self._related == pairs:
            raise Refused("every task waits for every earlier one")
        before, after = self._pair(self._related)
        self._related += 1
        await self.link(self.project, self.tasks[before], self.tasks[after])

    def _pair(self, number: int) -> tuple[int, int]:
        """The pairs of tasks, those that are close together first."""
        distance = 1
        while number >= len(self.tasks) - distance:
            number -= len(self.tasks) - distance
            distance += 1
        return number, number + distance

    @abstractmethod
    async def link(self, project: str, before: str, after: str) -> None:
        """Let one task wait for another."""

    @abstractmethod
    async def create_project(self) -> str:
        """A new project's id."""

    @abstractmethod
    async def create_task(self, project: str, number: int) -> str:
        """A new task's id."""

    @abstractmethod
    async def create_chain(self, length: int) -> tuple[str, str]:
        """A project whose tasks follow each other, and the first one."""

    @abstractmethod
    async def set_duration(self, task: str, days: int) -> None:
        """Let a task take so many days."""

    @abstractmethod
    async def move_chain(self, number: int) -> None:
        """Change the duration of the chain's head, so that everything behind it moves."""

    @abstractmethod
    def gateway_process(self) -> psutil.Process:
        """The process whose cost is the gateway's."""

    def gateway_seconds(self) -> float:
        """The processor time that the gateway has used."""
        times = self.gateway_process().cpu_times()
        return float(times.user + times.system)

    def close(self) -> None:
        """Close the client's connections."""
        self._pool.close()
