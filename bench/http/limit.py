"""The reference, started for the run: `bench.limit` behind uvicorn, on a PostgreSQL as durable as the stack's."""

import os
import socket
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

import psutil

from bench.http.side import Side
from bench.stack import Stack
from local_stack.databases import create_database
from local_stack.ports import HOST, free_port

STARTS_WITHIN = 20.0


class Limit(Side):
    """A context: its two processes live as long as it does."""

    def __init__(self, stack: Stack) -> None:
        self._ports = {"service": free_port(), "gateway": free_port()}
        super().__init__(HOST, self._ports["gateway"], b"")
        self._postgres = stack.postgres
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        create_database(self._postgres, "limit")
        environment = {
            **os.environ,
            "LIMIT_DATABASE_URL": self._postgres.url("limit"),
            "LIMIT_SERVICE_PORT": str(self._ports["service"]),
        }
        for name, port in self._ports.items():
            command = [sys.executable, "-m", "uvicorn", f"bench.limit.{name}:app", "--host", HOST, "--port", str(port)]
            quiet = ["--no-access-log", "--log-level", "warning", "--timeout-keep-alive", "600"]
            self._processes[name] = subprocess.Popen([*command, *quiet], env=environment)
            _wait_for(port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        for process in reversed(self._processes.values()):
            process.terminate()
            process.wait()

    async def create_project(self) -> str:
        return str((await self.request("POST", "/projects", {}))["id"])

    async def create_task(self, project: str, number: int) -> str:
        body = {"name": f"Task {number}", "duration": 1920}
        return str((await self.request("POST", f"/projects/{project}/tasks", body))["id"])

    async def create_chain(self, length: int) -> tuple[str, str]:
        project = await self.create_project()
        tasks = [await self.create_task(project, number) for number in range(length)]
        return project, tasks[0]

    async def link(self, project: str, before: str, after: str) -> None:
        body = {"predecessor": before, "successor": after, "lag": 0}
        await self.send("POST", f"/projects/{project}/links", self.encoded(body))

    async def set_duration(self, task: str, days: int) -> None:
        body = self.encoded({"duration": 480 * days})
        await self.send("PATCH", f"/projects/{self.project}/tasks/{task}", body)

    async def move_chain(self, number: int) -> None:
        body = self.encoded({"duration": 480 * (1 + (number + 1) % 3)})
        await self.send("POST", f"/projects/{self.chain}/tasks/{self.head}/move", body)

    def gateway_process(self) -> psutil.Process:
        return psutil.Process(self._processes["gateway"].pid)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
