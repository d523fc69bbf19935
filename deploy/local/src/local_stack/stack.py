"""From an empty folder to a running Interlock, and back to silence."""

import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NoReturn

from local_stack.environments import SERVICES
from local_stack.errors import StackError
from local_stack.holdings import describe_holdings
from local_stack.home import Home
from local_stack.interruption import Interruption, StopRequested
from local_stack.nats import Nats
from local_stack.nats_users import operator_user
from local_stack.ports import HOST, is_free
from local_stack.postgres import Postgres
from local_stack.processes import Child, end_processes, marked_with, stop_all
from local_stack.readers import make_consumers, shell_lines
from local_stack.screen import Screen
from local_stack.secret_files import SecretFiles, write_private
from local_stack.services import Plan, Process, reader, users
from local_stack.supervisor import Supervised, Supervisor

ORGANIZATION: Final = "demo"
ADMIN: Final = "admin@demo.example"
READER: Final = "reader@demo.example"
SAMPLE: Final = Path(__file__).parent / "sample_program.json"

_READY_WITHIN: Final = 60.0  # seconds, for a process that was just started
_COMMAND_WITHIN: Final = 120.0  # seconds, for a migration or a command of the gateway
_LOAD_WITHIN: Final = 600.0
_LOOK_EVERY: Final = 0.2
# Seconds to end in: less than the ten that a terminal or an init system grants. What one stage leaves, the next may use.
_END_WITHIN: Final = 9.0
_SERVERS_END_WITHIN: Final = 2.5
_WORKERS_END_WITHIN: Final = 6.0


def run(home: Home, port: int) -> None:
    """Bring the stack up, keep it up until an end is asked for, bring it down.

    Raises StackError when it cannot come up. Either way nothing runs any more when this is over.
    """
    with home.claimed():
        end_processes(marked_with(home.path), signal.SIGTERM, timeout=5)
        if not is_free(port):
            raise StackError(f"port {port} is busy: end what listens there, or name another one in INTERLOCK_PORT")
        screen = Screen()
        stack = Stack(home, port, screen, Interruption(on_tick=screen.tick))
        try:
            stack.start()
            stack.watch()
        except StopRequested:
            screen.say("Stopping")
        finally:
            stack.stop()


class Stack:
    """PostgreSQL, NATS and the six processes on one data folder."""

    def __init__(self, home: Home, port: int, screen: Screen, interruption: Interruption) -> None:
        secrets = self._secrets = SecretFiles(home.secrets)
        self._home: Final = home
        self._screen: Final = screen
        self._pause: Final = interruption.pause
        self._url: Final = f"http://{HOST}:{port}"
        self._postgres: Final = Postgres(home.postgres, home.log("postgres"))
        self._nats: Final = Nats(home.nats, home.log("nats"), users=users(secrets))
        self._plan: Final = Plan(home, self._postgres, self._nats, secrets, port)
        self._processes: list[Process] = []
        self._commands: list[Child] = []

    def start(self) -> None:
        """Start everything, in order; say that it is ready. Raises StackError or StopRequested."""
        self._screen.say(f"Interlock, with its data in {self._home.path}")
        with self._screen.step("PostgreSQL"):
            self._postgres.start(self._pause)
        with self._screen.step("NATS JetStream"):
            self._nats.start(self._pause)
        with self._screen.step("Databases and their schemas"):
            self._plan.create_databases()
            self._complete(self._plan.migration(service) for service in SERVICES)
        with self._screen.step("Services"):
            self._plan.tell_ports()
            self._processes = self._plan.processes()
            for process in self._processes:
                process.child.start()
            for process in self._processes:
                process.child.wait_until(process.is_ready, _READY_WITHIN, self._pause)
        self._issue_token()
        self._let_read()
        self._load_sample()
        for line in describe_holdings(self._url, self._home.token.read_text()):
            self._screen.say(line)
        self._screen.say(f"API token of the organisation '{ORGANIZATION}': {self._home.token}")
        self._screen.say(f"To follow its events as docs/events.md shows: . {self._home.reader}")
        self._screen.say(f"Interlock is ready at {self._url}", style="bold")

    def watch(self) -> NoReturn:
        """Start again what dies, until StopRequested."""
        foundation = (
            Supervised(self._postgres.child, lambda: self._postgres.start(self._pause), lambda: True),
            Supervised(self._nats.child, lambda: self._nats.start(self._pause), lambda: True),
        )
        services = (Supervised(process.child, process.child.start, process.is_ready) for process in self._processes)
        supervisor = Supervisor([*foundation, *services], lambda line: self._screen.say(line, style="yellow"))
        while True:
            supervisor.look()
            self._pause(_LOOK_EVERY)

    def stop(self) -> None:
        """End everything: who takes requests, then who works off what is left, then what all of them stand on."""
        asked = time.monotonic()
        for command in self._commands:
            command.kill()
        stop_all((process.child for process in self._processes if not process.is_worker), _SERVERS_END_WITHIN)
        stop_all((process.child for process in self._processes), asked + _WORKERS_END_WITHIN - time.monotonic())
        self._nats.child.ask_to_stop()
        self._postgres.stop(asked + _END_WITHIN - time.monotonic())
        self._nats.stop(timeout=0)

    def _issue_token(self) -> None:
        """Write an admin token of the organisation `demo` to the data folder, unless one is there already."""
        if self._home.token.exists():
            return
        self._organization_id()
        token = self._plan.ask_gateway(
            *(
                "create-token",
                "--organization",
                ORGANIZATION,
                "--member",
                ADMIN,
                "--role",
                "admin",
                "--name",
                "local stack",
            )
        )
        write_private(self._home.token, token)

    def _organization_id(self) -> str:
        """The organisation's id; it is made when first asked for."""
        if not self._home.organization.exists():
            made = self._plan.ask_gateway("create-organization", ORGANIZATION, "--name", "Demo", "--if-missing")
            write_private(self._home.organization, made)
        return self._home.organization.read_text()

    def _let_read(self) -> None:
        """Let a program follow the events of the organisation `demo`, and read over the API what it starts from; nothing else."""
        organization_id = self._organization_id()
        token = self._home.secrets / "reader-token"
        if not token.exists():
            asked = {
                "organization": ORGANIZATION,
                "member": READER,
                "role": "auditor",
                "name": "reader",
                "scope": "read",
            }
            options = [word for name, value in asked.items() for word in (f"--{name}", value)]
            write_private(token, self._plan.ask_gateway("create-token", *options))
        user = reader(self._secrets)
        operator = operator_user(self._secrets.password("nats-operator"))
        make_consumers(self._nats.url_for(operator), user.name, organization_id)
        told = {
            "INTERLOCK_URL": self._url,
            "INTERLOCK_TOKEN": token.read_text(),
            "INTERLOCK_NATS_SERVER": self._nats.url,
            "INTERLOCK_NATS_USER": user.name,
            "INTERLOCK_NATS_PASSWORD": user.password,
        }
        write_private(self._home.reader, shell_lines(told))

    def _load_sample(self) -> None:
        """Load the sample program through the public API, once. A load that was cut short goes on where it stopped."""
        if self._home.sample_loaded.exists():
            return
        self._screen.say("Loading the sample program")
        told = {**os.environ, "INTERLOCK_HOME": str(self._home.path), "INTERLOCK_PORT": self._url.rpartition(":")[2]}
        loading = Child(
            name="the sample program",
            command=[sys.executable, "-m", "local_stack", "load", SAMPLE],
            folder=self._home.path,
            log=None,
            environment=told,
        )
        self._complete([loading], _LOAD_WITHIN)
        self._home.sample_loaded.touch(mode=0o600)

    def _complete(self, commands: Iterable[Child], timeout: float = _COMMAND_WITHIN) -> None:
        """Run commands side by side to their end. Raises StackError when one fails."""
        self._commands = list(commands)
        for command in self._commands:
            command.start()
        for command in self._commands:
            command.wait_for_success(timeout, self._pause)
        self._commands = []
