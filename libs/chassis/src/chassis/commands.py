"""`python -m <service> …`: the same commands for every service."""

import asyncio
import importlib
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, Literal

import orjson
import typer
import uvicorn
from fastapi import FastAPI

from chassis import settings, starting, telemetry
from chassis.settings import ProcessSettings

SHUTDOWN = 10
MOST_FILES = 65_536
"""Open files and connections; as many as the system allows, up to here."""
PROCESSES = ("serve", "worker")
"""Commands that say by `configure` that they have imported all they need."""


def serve(
    app: FastAPI, process: ProcessSettings, *, http: type[asyncio.Protocol] | Literal["httptools"] = "httptools"
) -> None:
    """Run an application until SIGTERM or SIGINT, one process, draining open requests first.

    `X-Forwarded-For` says who the client is only where `FORWARDED_ALLOW_IPS` names the proxies that may say so. uvicorn would otherwise
    believe whoever comes from this machine.
    """
    _allow_connections()
    uvicorn.run(
        app,
        host=process.host,
        port=process.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http=http,
        server_header=False,
        proxy_headers=bool(os.environ.get("FORWARDED_ALLOW_IPS")),
        timeout_graceful_shutdown=SHUTDOWN,
        timeout_keep_alive=75,
    )


def _allow_connections() -> None:
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def service_commands(package: str, *, document: Callable[[], dict[str, Any]]) -> typer.Typer:
    """`serve`, `worker`, `migrate`, `openapi`; a service adds its own. Modules are imported only by the command that needs them."""
    commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

    @commands.callback()
    def begin(context: typer.Context) -> None:
        if context.invoked_subcommand not in PROCESSES:
            starting.started()

    @commands.command("serve")
    def serve_http() -> None:
        """Answer HTTP requests."""
        importlib.import_module(f"{package}.main").run()

    @commands.command("worker")
    def work() -> None:
        """Follow the streams, and send what waits to be sent."""
        importlib.import_module(f"{package}.worker").run()

    @commands.command("migrate")
    def migrate() -> None:
        """Bring the database's schema to this version; grant the roles their rights."""
        from chassis import migrations

        told = settings.load(migrations.MigrationSettings)
        head = asyncio.run(migrations.migrate(package, told))
        typer.echo(f"{package}: schema at {head}")

    @commands.command("openapi")
    def openapi() -> None:
        """Print the service's OpenAPI document."""
        sys.stdout.buffer.write(orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))

    return commands


def configure(package: str, process: ProcessSettings) -> None:
    """Logs and traces of this process, all of which is imported now."""
    starting.started()
    telemetry.configure(package.replace("_", "-"), process.log_level, process.otlp_endpoint)
