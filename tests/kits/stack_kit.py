"""The whole of Interlock, started as a person starts it: `python -m local_stack up`, in a folder and on a port of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
from secrets_kit import said, secrets_of

from local_stack.ports import free_port
from local_stack.processes import marked_with

READY_WITHIN = 120.0  # seconds


class RunningStack:
    """One stack and what it says. `start` and `stop` may alternate; its data stays."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.move(home)
        self.lines: list[str] = []
        self._said = threading.Condition()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def supervisor(self) -> subprocess.Popen[str]:
        assert self._process is not None
        return self._process

    @property
    def token(self) -> str:
        return (self.home / "token").read_text()

    def move(self, home: Path) -> None:
        """From its next start on, work on this folder."""
        self.home = home
        self.environment = {**os.environ, "INTERLOCK_HOME": str(home), "INTERLOCK_PORT": str(self.port)}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another `python -m local_stack …` on the same folder and port, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "local_stack", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def operator(self, *arguments: str) -> str:
        """Run one of the gateway's commands for operators (`python -m gateway …`); return what it prints."""
        database = self.find("gateway").environ()["INTERLOCK_DATABASE_URL"]
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *arguments],
            env={**self.environment, "INTERLOCK_DATABASE_URL": database},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    def start(self) -> None:
        self.lines.clear()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local_stack", "up"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=[self._process])
        self._reader.start()
        self.wait_for("Interlock is ready at", READY_WITHIN)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal to the supervisor and return its exit code."""
        self.supervisor.send_signal(how)
        code = self.supervisor.wait(timeout=30)
        self.close()
        return code

    def close(self) -> None:
        """Let go of a supervisor that has ended. AssertionError if its logs say a secret."""
        if self._reader is not None:
            self._reader.join(timeout=30)
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        assert list(said((self.home / "logs").glob("*"), secrets_of(self.home))) == []

    def wait_for(self, part: str, timeout: float, after: int = 0) -> str:
        """Wait until the stack says a line with `part` (from its line number `after` on); return the line."""

        def found() -> str | None:
            ended = self.supervisor.poll() is not None and self._reader is not None and not self._reader.is_alive()
            assert not ended, f"the stack ended: {self.lines}"
            return next((line for line in self.lines[after:] if part in line), None)

        with self._said:
            line = self._said.wait_for(found, timeout)
        assert line, f"'{part}' was not said within {timeout} s: {self.lines}"
        return line

    def processes(self) -> list[psutil.Process]:
        """Every process of the stack but the supervisor: the six, NATS, PostgreSQL and its sessions."""
        return [*marked_with(self.home), *marked_with(self.home / "nats"), *self._postgres_processes()]

    def find(self, name: str) -> psutil.Process:
        """The process called `postgres`, `nats`, `gateway`, `gateway-worker`, `project-serve`, `project-worker`, …"""
        if name == "postgres":
            return self._postgres_processes()[0]
        if name == "nats":
            return marked_with(self.home / "nats")[0]
        package, _, command = name.partition("-")
        wanted = [package if package == "gateway" else f"{package}_svc", command or "serve"]
        return next(process for process in marked_with(self.home) if process.cmdline()[-2:] == wanted)

    def nats_url(self) -> str:
        """The message bus as its operator."""
        listen = re.search(r'listen: "([^"]+)"', (self.home / "nats" / "nats.conf").read_text())
        assert listen
        return f"nats://operator:{(self.home / 'secrets' / 'nats-operator-password').read_text()}@{listen[1]}"

    def _postgres_processes(self) -> list[psutil.Process]:
        """The server first: it is the parent of the others."""
        folder = str(self.home / "postgres")

        parents: dict[psutil.Process, int] = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):  # a session that is just ending
                if process.name() == "postgres" and process.cwd() == folder:
                    parents[process] = process.ppid()
        ours = {process.pid for process in parents}
        return sorted(parents, key=lambda process: (parents[process] in ours, process.pid))

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._said:
                self.lines.append(line.rstrip("\n"))
                self._said.notify_all()
        with self._said:
            self._said.notify_all()


def made(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """POST, and what was made."""
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()
