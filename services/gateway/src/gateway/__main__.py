"""`python -m gateway …`: the process, and what an operator does about organisations and tokens."""

from chassis import starting

if __name__ == "__main__":
    starting.begin()

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any, TypeVar

import typer
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import commands, settings
from chassis.database import Database
from chassis.health import Health
from chassis.problem import Problem
from contracts.values import Name
from contracts.vocabulary import OrganizationRole
from gateway import application
from gateway.audit.origins import OPERATOR
from gateway.audit.requests import attribute
from gateway.audit.shapes import VerificationQuery
from gateway.audit.verification import START, Mark, Verdict, verify
from gateway.identity import actions
from gateway.identity.models import Scope
from gateway.identity.shapes import Email, OrganizationKey
from gateway.tables import now

ResultT = TypeVar("ResultT")


def merged_document() -> dict[str, Any]:
    """The public OpenAPI document; needs no settings and no database."""

    @asynccontextmanager
    async def nothing(_: FastAPI) -> AsyncIterator[None]:
        yield

    # Here, since what makes the document is needed by no process that answers requests.
    from gateway.document import merging

    return merging.published(application.build(nothing, Health()).openapi())


app = commands.service_commands("gateway", document=merged_document)


class OperatorSettings(BaseSettings):
    """What the commands about organisations and tokens are told."""

    model_config = SettingsConfigDict(env_prefix=settings.PREFIX, extra="ignore")

    database_url: str
    """The gateway's database as the application's role: an operator's command may do no more than the gateway."""


@app.command("create-organization")
def create_organization(
    key: Annotated[str, typer.Argument(help="a short name: a to z, 0 to 9, -")],
    name: Annotated[str | None, typer.Option(help="its name in full; the key, if not given")] = None,
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="an organisation that exists is left as it is")
    ] = False,
) -> None:
    """Create an organisation and print its id."""
    key = _checked("KEY", OrganizationKey, key)
    name = _checked("--name", Name, name or key)

    async def create(session: AsyncSession) -> str:
        if if_missing and (existing := await actions.enter_organization_by_key(session, key)) is not None:
            return str(existing.id)
        return str((await actions.create_organization(session, key, name)).id)

    typer.echo(_in_transaction(create))


@app.command("create-token")
def create_token(
    organization: Annotated[str, typer.Option(help="the organisation's key")],
    member: Annotated[str, typer.Option(help="the member's e-mail address; a new one becomes a member")],
    role: Annotated[
        OrganizationRole | None,
        typer.Option(help="the member's role in the organisation from now on; as it is, if not given"),
    ] = None,
    name: Annotated[str, typer.Option(help="what the token is for")] = "command line",
    scope: Annotated[Scope, typer.Option(help="what it may be used for")] = Scope.WRITE,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="how long it is good for; for ever, if not given")
    ] = None,
) -> None:
    """Create an API token for a member and print it, this once, alone on standard output."""
    email, label = _checked("--member", Email, member), _checked("--name", Name, name)
    expires_at = None if days is None else now() + timedelta(days=days)

    async def create(session: AsyncSession) -> str:
        found = await actions.enter_organization_by_key(session, organization)
        if found is None:
            raise typer.BadParameter(f"there is no organisation '{organization}'", param_hint="--organization")
        owner = await actions.member_with_email(session, found.id, email, role)
        _, secret = await actions.issue_api_token(session, found.id, owner.id, label, scope, expires_at)
        return secret

    typer.echo(_in_transaction(create))


@app.command("verify-audit-log")
def verify_audit_log(
    organization: Annotated[str, typer.Option(help="the organisation's key")],
    since: Annotated[
        str | None,
        typer.Option(
            help="SEQUENCE:HASH as printed by an earlier run: begin there, and prove that it is still the same log"
        ),
    ] = None,
) -> None:
    """Recompute the chain of an organisation's audit log. Prints its end, to be kept elsewhere; 1 names the first wrong entry."""
    mark = _mark(since)

    async def look(database: Database) -> Verdict:
        async with database.transaction() as session:
            found = await actions.enter_organization_by_key(session, organization)
        if found is None:
            raise typer.BadParameter(f"there is no organisation '{organization}'", param_hint="--organization")
        return await verify(database, found.id, mark)

    verdict = _with_database(look)
    if verdict.fault is not None:
        typer.echo(f"entry {verdict.fault.sequence}: {verdict.fault.message} ({verdict.fault.rule})", err=True)
        raise typer.Exit(1)
    typer.echo(f"{verdict.head.sequence}:{verdict.head.hash.hex()}")


def _mark(told: str | None) -> Mark:
    if told is None:
        return START
    sequence, _, digest = told.partition(":")
    try:
        return VerificationQuery(sequence=int(sequence), hash=digest).mark
    except ValueError:
        raise typer.BadParameter("SEQUENCE:HASH is a number and 64 hex digits", param_hint="--since") from None


def _checked(where: str, kind: Any, value: str) -> str:
    try:
        return str(TypeAdapter(kind).validate_python(value))
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"], param_hint=where) from None


def _in_transaction(work: Callable[[AsyncSession], Awaitable[ResultT]]) -> ResultT:
    async def attributed(database: Database) -> ResultT:
        async with database.transaction() as session:
            await attribute(session, OPERATOR)
            return await work(session)

    return _with_database(attributed)


def _with_database(work: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    told = settings.load(OperatorSettings)

    async def run() -> ResultT:
        database = Database(told.database_url, pool=1, application="gateway-operator")
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Problem as problem:
        typer.echo(problem.detail, err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
