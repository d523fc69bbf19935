"""The six processes of Interlock: what each is told, and how to ask whether it is ready."""

import http.client
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from local_stack import nats_users
from local_stack.databases import create_database, create_role, execute, has_database
from local_stack.errors import StackError
from local_stack.home import Home
from local_stack.nats import Nats
from local_stack.ports import HOST, free_port
from local_stack.postgres import Postgres
from local_stack.processes import Child, describe_exit
from local_stack.secret_files import SecretFiles

# What an operator may set for all processes at once; everything else about them is the stack's own affair.
_PASSED_ON: Final = frozenset(
    {"INTERLOCK_LOG_LEVEL", "INTERLOCK_OTLP_ENDPOINT", "INTERLOCK_DATABASE_POOL", "INTERLOCK_WEBHOOK_NETWORKS"}
)

_OTHER: Final = {"project": "program", "program": "project"}
"""Whose snapshots each service asks for, and whom it answers."""


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


@dataclass(frozen=True, slots=True)
class Service:
    """One of the services: its package, its database and the roles in it."""

    package: str
    database: str

    @property
    def app_role(self) -> str:
        """The role that serves requests and consumes events."""
        return f"{self.database}_app"

    @property
    def relay_role(self) -> str:
        """The role of its worker that sees what waits to be sent, in every organisation, and nothing else."""
        return f"{self.database}_relay"

    @property
    def operator_role(self) -> str:
        """The role of people who look after it: it sees what lies in quarantine, in every organisation. No process has it."""
        return f"{self.database}_operator"

    @property
    def roles(self) -> tuple[str, ...]:
        """All its roles."""
        return (self.app_role, self.relay_role, self.operator_role)


BEHIND: Final = 10
"""How far workers stand back on this one machine: whoever waits for an answer comes first. What they then find waiting, they do in larger pieces."""
PROJECT: Final = Service("project_svc", "project")
PROGRAM: Final = Service("program_svc", "program")
GATEWAY: Final = Service("gateway", "gateway")
SERVICES: Final = (PROJECT, PROGRAM, GATEWAY)


@dataclass(slots=True)
class Plan:
    """How the processes of one run are to be started. Ports stay the same over restarts."""

    home: Home
    postgres: Postgres
    nats: Nats
    secrets: SecretFiles
    gateway_port: int
    ports: Mapping[str, int] = field(
        default_factory=lambda: {
            name: free_port()
            for name in ("project-serve", "project-worker", "program-serve", "program-worker", "gateway-worker")
        }
    )

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
        told = {
            "INTERLOCK_MIGRATION_DATABASE_URL": self.postgres.url(service.database),
            "INTERLOCK_APP_ROLE": service.app_role,
            "INTERLOCK_RELAY_ROLE": service.relay_role,
            "INTERLOCK_OPERATOR_ROLE": service.operator_role,
        }
        return self._child(f"{service.database}-migrate", [service.package, "migrate"], told)

    def processes(self) -> list[Process]:
        """The six."""
        return [
            self.gateway(),
            *(self._server(service) for service in (PROJECT, PROGRAM)),
            *(self._worker(service) for service in (PROJECT, PROGRAM)),
            self._gateway_worker(),
        ]

    def ask_gateway(self, *arguments: str) -> str:
        """Run one of the gateway's commands for operators and return what it prints. Raises StackError."""
        log = self.home.log("gateway-commands")
        with log.open("ab") as errors:
            done = subprocess.run(
                [sys.executable, "-m", GATEWAY.package, *arguments],
                env={**_inherited(), **self._gateway_environment()},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for us; this one is soon over
                check=False,
            )
        if done.returncode != 0:
            raise StackError(f"the gateway's command {arguments[0]} {describe_exit(done.returncode)}; its log is {log}")
        return done.stdout.decode().strip()

    def gateway(self) -> Process:
        """The one way in."""
        child = self._child("gateway", [GATEWAY.package, "serve"], self._gateway_environment())
        return Process(child, self.gateway_port)

    def _gateway_worker(self) -> Process:
        """Sends webhooks; it signs nothing for the services, so it has no key for that."""
        name = "gateway-worker"
        told = {
            "INTERLOCK_HOST": HOST,
            "INTERLOCK_HEALTH_PORT": str(self.ports[name]),
            "INTERLOCK_RELAY_DATABASE_URL": self._database_url(GATEWAY, GATEWAY.relay_role),
        }
        child = self._child(
            name, [GATEWAY.package, "worker"], self._both_gateways_environment() | told, niceness=BEHIND
        )
        return Process(child, self.ports[name], is_worker=True)

    def _both_gateways_environment(self) -> dict[str, str]:
        return {
            "INTERLOCK_DATABASE_URL": self._database_url(GATEWAY, GATEWAY.app_role),
            "INTERLOCK_NATS_URL": self.nats.url_for(nats_users.gateway_user(self.secrets.password("nats-gateway"))),
            "INTERLOCK_WEBHOOK_KEY_FILE": str(self.secrets.sealing_keys()),
        }

    def _gateway_environment(self) -> dict[str, str]:
        private, _ = self.secrets.key_pair()
        return self._both_gateways_environment() | {
            "INTERLOCK_AUTH_PRIVATE_KEY_FILE": str(private),
            "INTERLOCK_PROJECT_URL": f"http://{HOST}:{self.ports['project-serve']}",
            "INTERLOCK_PROGRAM_URL": f"http://{HOST}:{self.ports['program-serve']}",
            "INTERLOCK_HOST": HOST,
            "INTERLOCK_PORT": str(self.gateway_port),
        }

    def _server(self, service: Service) -> Process:
        name = f"{service.database}-serve"
        told = {"INTERLOCK_HOST": HOST, "INTERLOCK_PORT": str(self.ports[name])}
        child = self._child(name, [service.package, "serve"], self._service_environment(service) | told)
        return Process(child, self.ports[name])

    def _worker(self, service: Service) -> Process:
        name = f"{service.database}-worker"
        told = {
            "INTERLOCK_HOST": HOST,
            "INTERLOCK_HEALTH_PORT": str(self.ports[name]),
            "INTERLOCK_RELAY_DATABASE_URL": self._database_url(service, service.relay_role),
            "INTERLOCK_AUTH_PRIVATE_KEY_FILE": str(self.secrets.key_pair(service.database)[0]),
            f"INTERLOCK_{_OTHER[service.database].upper()}_URL": f"http://{HOST}:{self.ports[f'{_OTHER[service.database]}-serve']}",
        }
        child = self._child(
            name, [service.package, "worker"], self._service_environment(service) | told, niceness=BEHIND
        )
        return Process(child, self.ports[name], is_worker=True)

    def _service_environment(self, service: Service) -> dict[str, str]:
        user_of = {"project": nats_users.project_user, "program": nats_users.program_user}[service.database]
        return {
            "INTERLOCK_DATABASE_URL": self._database_url(service, service.app_role),
            "INTERLOCK_NATS_URL": self.nats.url_for(user_of(self.secrets.password(f"nats-{service.database}"))),
            "INTERLOCK_AUTH_PUBLIC_KEY_FILE": str(self.secrets.key_pair()[1]),
            "INTERLOCK_AUTH_READER_KEYS_FILE": str(self.secrets.key_pair(_OTHER[service.database])[1]),
        }

    def _database_url(self, service: Service, role: str) -> str:
        return self.postgres.url(service.database, role, self.secrets.password(role))

    def _child(self, name: str, module: list[str], told: Mapping[str, str], *, niceness: int = 0) -> Child:
        return Child(
            name=name,
            command=[sys.executable, "-m", *module],
            folder=self.home.path,
            log=self.home.log(name),
            environment={**_inherited(), **told},
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


def _inherited() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("INTERLOCK_") or key in _PASSED_ON}
