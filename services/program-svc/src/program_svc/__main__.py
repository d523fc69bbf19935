"""`python -m program_svc serve | worker | migrate | openapi | picture | rebuild | parked | dead-letter | outbox`."""

from chassis import starting

if __name__ == "__main__":
    starting.begin()

import asyncio
import sys
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.commands import service_commands
from chassis.operating import operators_commands
from chassis.problem import Problem
from chassis.sources import Source


def document() -> dict[str, Any]:
    """The service's OpenAPI document. Its routes are imported only when it is asked for."""
    from program_svc.application import document as describe

    return describe()


app = service_commands("program_svc", document=document)
operators_commands("program_svc", app)


class PictureSettings(BaseSettings):
    """What the command `picture` is told."""

    model_config = SettingsConfigDict(env_prefix="INTERLOCK_", extra="ignore")

    database_url: str


@app.command("picture")
def picture(
    program_id: UUID, organization: Annotated[UUID, typer.Option(help="the organisation that the program belongs to")]
) -> None:
    """Print a program's picture as canonical JSON: equal bytes, equal picture."""
    from chassis.database import Database
    from chassis.settings import load
    from program_svc.picture import canonical_picture

    async def read() -> bytes:
        database = Database(load(PictureSettings).database_url, pool=1, application="program-svc picture")
        try:
            async with database.transaction(organization) as session:
                return await canonical_picture(session, program_id)
        finally:
            await database.close()

    try:
        sys.stdout.buffer.write(asyncio.run(read()) + b"\n")
    except Problem as problem:
        typer.echo(problem.detail, err=True)
        raise typer.Exit(1) from None


@app.command("rebuild")
def rebuild(
    source: Annotated[Source, typer.Option("--from", help="what to make it of")] = Source.SNAPSHOTS,
    timeout: Annotated[float, typer.Option(help="seconds after which to give up")] = 3600.0,
) -> None:
    """Make all that is known of the projects, and what follows from it, anew beside the old picture, and switch. Everything goes on meanwhile."""
    from chassis.rebuilding import NotRebuilt
    from chassis.settings import ServiceSettings, load
    from program_svc.rebuild import command

    try:
        asyncio.run(command.rebuild(load(ServiceSettings), source, timeout, typer.echo))
    except NotRebuilt as error:
        typer.echo(f"nothing has changed: {error}", err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
