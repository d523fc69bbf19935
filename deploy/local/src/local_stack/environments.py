"""What each process of a stack, and each command of a service, is told: by environment variables."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from local_stack import nats_users
from local_stack.nats_users import User
from local_stack.ports import HOST
from local_stack.secret_files import SecretFiles

# What an operator may set for all processes at once; everything else about them is the stack's own affair.
_PASSED_ON: Final = frozenset(
    f"INTERLOCK_{name}"
    for name in ("LOG_LEVEL", "OTLP_ENDPOINT", "DATABASE_POOL", "WEBHOOK_NETWORKS", "TOKEN_RATE", "TOKEN_BURST")
)

_OTHER: Final = {"project": "program", "program": "project"}
"""Whose snapshots each service asks for, and whom it answers."""


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


PROJECT: Final = Service("project_svc", "project")
PROGRAM: Final = Service("program_svc", "program")
GATEWAY: Final = Service("gateway", "gateway")
SERVICES: Final = (PROJECT, PROGRAM, GATEWAY)


@dataclass(frozen=True, slots=True)
class Environments:
    """Where the servers are, and who is to say what to get in; `ports` by the names of the processes."""

    owner_url: Callable[[str], str]
    """A database, as its owner."""
    database_url: Callable[[str, str, str], str]
    """A database, as a role with its password."""
    nats_url: Callable[[User], str]
    secrets: SecretFiles
    ports: Mapping[str, int]

    def migration(self, service: Service) -> dict[str, str]:
        """Of the command that brings the service's schema to its version, as the databases' owner."""
        return {
            "INTERLOCK_MIGRATION_DATABASE_URL": self.owner_url(service.database),
            "INTERLOCK_APP_ROLE": service.app_role,
            "INTERLOCK_RELAY_ROLE": service.relay_role,
            "INTERLOCK_OPERATOR_ROLE": service.operator_role,
        }

    def gateway(self) -> dict[str, str]:
        """Of the gateway's HTTP process."""
        private, _ = self.secrets.key_pair()
        return self._both_gateways() | {
            "INTERLOCK_AUTH_PRIVATE_KEY_FILE": str(private),
            "INTERLOCK_PROJECT_URL": self._answers_at(PROJECT.database),
            "INTERLOCK_PROGRAM_URL": self._answers_at(PROGRAM.database),
            "INTERLOCK_HOST": HOST,
            "INTERLOCK_PORT": str(self.ports["gateway"]),
        }

    def gateway_worker(self) -> dict[str, str]:
        """Of the process that sends webhooks; it signs nothing for the services, so it has no key for that."""
        return self._both_gateways() | self._worker(GATEWAY)

    def server(self, service: Service) -> dict[str, str]:
        """Of a service's HTTP process."""
        return self._both_processes(service) | {
            "INTERLOCK_HOST": HOST,
            "INTERLOCK_PORT": str(self.ports[f"{service.database}-serve"]),
        }

    def worker(self, service: Service) -> dict[str, str]:
        """Of a service's worker."""
        other = _OTHER[service.database]
        return (
            self._both_processes(service)
            | self._worker(service)
            | {
                "INTERLOCK_AUTH_PRIVATE_KEY_FILE": str(self.secrets.key_pair(service.database)[0]),
                f"INTERLOCK_{other.upper()}_URL": self._answers_at(other),
            }
        )

    def command(self, service: Service) -> dict[str, str]:
        """Of whatever an operator has a service do: all that one of its commands asks for."""
        process = self.gateway() | self.gateway_worker() if service == GATEWAY else self.worker(service)
        role = service.operator_role
        return process | self.migration(service) | {"INTERLOCK_OPERATOR_DATABASE_URL": self._database(service, role)}

    def _both_gateways(self) -> dict[str, str]:
        return {
            "INTERLOCK_DATABASE_URL": self._database(GATEWAY, GATEWAY.app_role),
            "INTERLOCK_NATS_URL": self.nats_url(nats_users.gateway_user(self.secrets.password("nats-gateway"))),
            "INTERLOCK_WEBHOOK_KEY_FILE": str(self.secrets.sealing_keys()),
        }

    def _both_processes(self, service: Service) -> dict[str, str]:
        user_of = {"project": nats_users.project_user, "program": nats_users.program_user}[service.database]
        return {
            "INTERLOCK_DATABASE_URL": self._database(service, service.app_role),
            "INTERLOCK_NATS_URL": self.nats_url(user_of(self.secrets.password(f"nats-{service.database}"))),
            "INTERLOCK_AUTH_PUBLIC_KEY_FILE": str(self.secrets.key_pair()[1]),
            "INTERLOCK_AUTH_READER_KEYS_FILE": str(self.secrets.key_pair(_OTHER[service.database])[1]),
        }

    def _worker(self, service: Service) -> dict[str, str]:
        return {
            "INTERLOCK_HOST": HOST,
            "INTERLOCK_HEALTH_PORT": str(self.ports[f"{service.database}-worker"]),
            "INTERLOCK_RELAY_DATABASE_URL": self._database(service, service.relay_role),
        }

    def _database(self, service: Service, role: str) -> str:
        return self.database_url(service.database, role, self.secrets.password(role))

    def _answers_at(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[f'{name}-serve']}"


def inherited() -> dict[str, str]:
    """Of our own environment, what all of them may have."""
    return {key: value for key, value in os.environ.items() if not key.startswith("INTERLOCK_") or key in _PASSED_ON}
