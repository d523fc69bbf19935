"""The six processes of Interlock: how to start each, and how to ask whether it is ready."""

import http.client
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from local_stack import nats_users
from local_stack.databases import create_database, create_role, execute, has_database
from local_stack.environments import GATEWAY, PROGRAM, PROJECT, SERVICES, Environments, Service, inherited
from local_stack.errors import StackError
from local_stack.home import Home
from local_stack.nats import Nats
from local_stack.ports import HOST, free_port
from local_stack.postgres import Postgres
from local_stack.processes import Child, describe_exit
from local_stack.secret_files import SecretFiles, write_private

BEHIND: Final = 5
"""The niceness of workers: on a machine that all processes share, whoever waits for an answer goes before what is done behind it."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process and the port on which it says how it is."""

    child: Child
    health_port: int
    is_worker: bool = False

    def is_ready(self) -> bool:
        """Whether it runs and says so on `/health/ready`."""
        if not self.child.is_running:
            return False
        connection = http.client.HTTPConnection(HOST, self.health_port, timeout=1)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@dataclass(slots=True)
class Plan:
    """How the processes of one run are to be started. Ports stay the same over restarts."""

    home: Home
    postgres: Postgres
    nats: Nats
    secrets: SecretFiles
    gateway_port: int
    ports: Mapping[str, int] = field(init=False)
    environments: Environments = field(init=False)

    def __post_init__(self) -> None:
        names = ("project-serve", "project-worker", "program-serve", "program-worker", "gateway-worker")
        self.ports = {"gateway": self.gateway_port, **{name: free_port() for name in names}}
        self.environments = Environments(
            self.postgres.url, self.postgres.url, self.nats.url_for, self.secrets, self.ports
        )

    def tell_ports(self) -> None:
        """Write down where the processes listen, for the commands of operators."""
        write_private(self.home.ports, json.dumps(self.ports))

    def create_databases(self) -> None:
        """Create databases and roles where they are missing; a role may enter its own database only."""
        for service in SERVICES:
            if not has_database(self.postgres, service.database):
                create_database(self.postgres, service.database)
            own = service.database
            execute(self.postgres, 'REVOKE CONNECT ON DATABASE :"own" FROM PUBLIC', own=own)
            for role in service.roles:
                create_role(self.postgres, role, self.secrets.password(role))
                execute(self.postgres, 'GRANT CONNECT ON DATABASE :"own" TO :"role"', own=own, role=role)

    def migration(self, service: Service) -> Child:
        """The command that brings the service's schema to its version, as the databases' owner."""
        told = self.environments.migration(service)
        return self._child(f"{service.database}-migrate", [service.package, "migrate"], told)

    def processes(self) -> list[Process]:
        """The six."""
        told = self.environments
        return [
            self._process("gateway", [GATEWAY.package, "serve"], told.gateway()),
            *(
                self._process(f"{service.database}-serve", [service.package, "serve"], told.server(service))
                for service in (PROJECT, PROGRAM)
            ),
            *(
                self._process(f"{service.database}-worker", [service.package, "worker"], told.worker(service))
                for service in (PROJECT, PROGRAM)
            ),
            self._process("gateway-worker", [GATEWAY.package, "worker"], told.gateway_worker()),
        ]

    def ask_gateway(self, *arguments: str) -> str:
        """Run one of the gateway's commands for operators and return what it prints. Raises StackError."""
        log = self.home.log("gateway-commands")
        with log.open("ab") as errors:
            done = subprocess.run(
                [sys.executable, "-m", GATEWAY.package, *arguments],
                env={**inherited(), **self.environments.gateway()},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for us; this one is soon over
                check=False,
            )
        if done.returncode != 0:
            raise StackError(f"the gateway's command {arguments[0]} {describe_exit(done.returncode)}; its log is {log}")
        return done.stdout.decode().strip()

    def _process(self, name: str, module: list[str], told: Mapping[str, str]) -> Process:
        is_worker = module[-1] == "worker"
        child = self._child(name, module, told, niceness=BEHIND if is_worker else 0)
        return Process(child, self.ports[name], is_worker=is_worker)

    def _child(self, name: str, module: list[str], told: Mapping[str, str], *, niceness: int = 0) -> Child:
        return Child(
            name=name,
            command=[sys.executable, "-m", *module],
            folder=self.home.path,
            log=self.home.log(name),
            environment={**inherited(), **told},
            niceness=niceness,
        )


def users(secrets: SecretFiles) -> list[nats_users.User]:
    """Return the users of the message bus: one a service, `operator` for people, and a reader."""
    return [
        nats_users.project_user(secrets.password("nats-project")),
        nats_users.program_user(secrets.password("nats-program")),
        nats_users.gateway_user(secrets.password("nats-gateway")),
        nats_users.operator_user(secrets.password("nats-operator")),
        reader(secrets),
    ]


def reader(secrets: SecretFiles) -> nats_users.User:
    """The user that follows the events of the local stack's organisation."""
    return nats_users.reader_user("demo", secrets.password("nats-reader"))
