"""What the measurements run on: a PostgreSQL and a NATS as durable as the stack's, and a whole stack. Each starts when first asked for."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path

import psutil

from local_stack.nats import Nats
from local_stack.ports import HOST, free_port
from local_stack.postgres import Postgres

STARTS_WITHIN = 180.0
ENDS_WITHIN = 15.0
READY = "Interlock is ready at"
PROCESSES = {
    "gateway": ("gateway", "serve"),
    "gateway-worker": ("gateway", "worker"),
    "project-serve": ("project_svc", "serve"),
    "project-worker": ("project_svc", "worker"),
    "program-serve": ("program_svc", "serve"),
    "program-worker": ("program_svc", "worker"),
}


class Stack:
    """`url` and `token` of a running Interlock with the sample program; `postgres` and `nats` are servers apart from it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="interlock-bench-"))
        self.folder.chmod(0o711)  # PostgreSQL may run as another account
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._servers: list[Postgres | Nats] = []

    @cached_property
    def postgres(self) -> Postgres:
        """A server without passwords, its commits as durable as the stack's."""
        server = Postgres(self.folder / "postgres", authentication="trust")
        server.start()
        self._servers.append(server)
        return server

    @cached_property
    def nats(self) -> Nats:
        """A server without users, its acknowledgements as durable as the stack's."""
        server = Nats(self.folder / "nats")
        server.start()
        self._servers.append(server)
        return server

    @cached_property
    def url(self) -> str:
        """Where the stack's gateway listens. Raises RuntimeError when the stack does not come up."""
        port = free_port()
        environment = {
            **os.environ,
            "INTERLOCK_HOME": str(self.home),
            "INTERLOCK_PORT": str(port),
            "INTERLOCK_LOG_LEVEL": "WARNING",
            "INTERLOCK_TOKEN_RATE": "10000",  # counted as ever, and more than one client can send
        }
        with (self.folder / "stack.log").open("wb") as output:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "local_stack", "up"], env=environment, stdout=output, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while READY not in self.log():
            if self._supervisor.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the stack did not come up:\n{self.log()}")
            time.sleep(0.1)
        return f"http://{HOST}:{port}"

    def ended(self) -> int | None:
        """The exit code of a stack that has ended though nobody asked it to; None while it runs."""
        return self._supervisor.poll() if self._supervisor is not None else None

    def log(self) -> str:
        """What the stack has said."""
        return (self.folder / "stack.log").read_text()

    @property
    def home(self) -> Path:
        """The stack's data folder."""
        return self.folder / "home"

    @property
    def token(self) -> str:
        """The admin token of the stack's organisation."""
        return (self.home / "token").read_text().strip() if self.url else ""

    @property
    def postmaster(self) -> int:
        """The process id of the stack's PostgreSQL."""
        return int((self.home / "postgres/postmaster.pid").read_text().splitlines()[0])

    @property
    def nats_process(self) -> psutil.Process:
        """The stack's NATS server."""
        if self._supervisor is None:
            raise LookupError("the stack has not been started")
        children = psutil.Process(self._supervisor.pid).children(recursive=True)
        return next(child for child in children if child.name() == "nats-server")

    def database_url(self, database: str) -> str:
        """One of the stack's own databases, as its superuser."""
        socket_folder = (self.home / "postgres/postmaster.pid").read_text().splitlines()[4]
        return f"postgresql://postgres@/{database}?host={socket_folder}"

    def process(self, name: str) -> psutil.Process:
        """One of the stack's six processes (a key of PROCESSES): `cpu_times()` and `memory_info()` are what it costs."""
        module, command = PROCESSES[name]
        if self._supervisor is None:
            raise LookupError("the stack has not been started")
        for child in psutil.Process(self._supervisor.pid).children(recursive=True):
            line = child.cmdline()
            if module in line and line[-1] == command:
                return child
        raise LookupError(f"{name} does not run")

    def stop(self) -> None:
        """End whatever was started, and remove its data."""
        if self._supervisor is not None:
            self._supervisor.send_signal(signal.SIGTERM)
            try:
                self._supervisor.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._supervisor.kill()
                self._supervisor.wait()
        for server in self._servers:
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
