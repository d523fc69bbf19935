"""Settings come from the environment (or from files in a secrets folder), and a process that lacks one says which and stops."""

import os
import sys
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "INTERLOCK_"


class ProcessSettings(BaseSettings):
    """What every process of Interlock is told. Each field is the environment variable `INTERLOCK_<FIELD>`.

    A secret may instead be a file named after its variable in lower case, in the folder `INTERLOCK_SECRETS_DIR`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    otlp_endpoint: str | None = None
    """Where traces go (OTLP over HTTP); without it they are propagated and logged, but not exported."""

    database_url: str
    """`postgresql://role:password@host/database`, as the application's role, which owns nothing and may not bypass row-level security."""
    database_pool: int = Field(default=10, ge=1, le=200)
    nats_ca_file: Path | None = None
    """PEM of the authority that signed the certificate of NATS, where it is none that the system knows."""


class ServiceSettings(ProcessSettings):
    """What a service with an outbox and consumers is told besides."""

    relay_database_url: str | None = None
    """The same database as the relay's role, which sees the outbox alone. Workers need it."""
    database_pooling: Literal["session", "transaction"] = "session"
    """`transaction` where `database_url` leads to a pooler that gives every transaction another connection; not for workers."""
    nats_url: str
    stream_replicas: int = Field(default=1, ge=1, le=5)
    """Copies of each stream that a worker declares, on as many servers of NATS."""
    health_port: int = Field(default=0, ge=0, le=65535)
    """Where a worker answers probes and metrics; 0 for nowhere."""
    auth_public_key_file: Path
    """PEM of the Ed25519 key that signs internal tokens."""
    auth_reader_keys_file: Path | None = None
    """PEM of the other services' Ed25519 public keys, any number of them: they may read here."""
    auth_private_key_file: Path | None = None
    """PEM of this service's own Ed25519 key, with which a worker asks another service for snapshots."""
    project_url: str | None = None
    """Where project-svc answers, for snapshots of projects."""
    program_url: str | None = None
    """Where program-svc answers, for snapshots of programs."""


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def load(kind: type[SettingsT]) -> SettingsT:
    """The settings of this process; on a missing or malformed one, a single line that names the variable, and exit code 2."""
    try:
        return kind(_secrets_dir=os.environ.get(f"{PREFIX}SECRETS_DIR"))
    except ValidationError as error:
        complaints = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        sys.stderr.write(f"settings: {complaints}\n")
        raise SystemExit(2) from None
