"""Interlock as it is, asked through its gateway."""

from itertools import pairwise
from urllib.parse import urlsplit
from uuid import uuid4

import psutil

from bench.http.side import Side
from bench.stack import Stack


class Interlock(Side):
    """The running stack: tokens, outbox, row-level security, tracing, and the schedule recomputed with every write."""

    def __init__(self, stack: Stack) -> None:
        address = urlsplit(stack.url)
        super().__init__(
            address.hostname or "", address.port or 80, f"Authorization: Bearer {stack.token}\r\n".encode()
        )
        self._stack = stack

    async def create_project(self) -> str:
        body = {"key": f"B{uuid4().hex[:12].upper()}", "name": "Bench", "start": "2026-03-02", "currency": "EUR"}
        return str((await self.request("POST", "/projects", body))["id"])

    async def create_task(self, project: str, number: int) -> str:
        body = {"name": f"Task {number}", "kind": "task", "duration": "P4D"}
        return str((await self.request("POST", f"/projects/{project}/tasks", body))["id"])

    async def create_chain(self, length: int) -> tuple[str, str]:
        project = await self.create_project()
        tasks = [await self.create_task(project, number) for number in range(length)]
        for before, after in pairwise(tasks):
            await self.link(project, before, after)
        return project, tasks[0]

    async def link(self, project: str, before: str, after: str) -> None:
        body = {"predecessor_id": before, "successor_id": after, "type": "FS", "lag": "P0D"}
        await self.send("POST", f"/projects/{project}/links", self.encoded(body))

    async def set_duration(self, task: str, days: int) -> None:
        await self._change(self.project, task, days)

    async def move_chain(self, number: int) -> None:
        await self._change(self.chain, self.head, 1 + (number + 1) % 3)

    async def _change(self, project: str, task: str, days: int) -> None:
        await self.send("PATCH", f"/projects/{project}/tasks/{task}", self.encoded({"duration": f"P{days}D"}))

    def gateway_process(self) -> psutil.Process:
        return self._stack.process("gateway")
