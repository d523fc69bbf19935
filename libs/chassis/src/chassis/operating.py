"""Commands for operators of a service with an outbox and consumers: `outbox`, `parked`, `dead-letter`; and `rebuild`, boundary by boundary."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import orjson
import typer
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis import dead_letters, parking
from chassis.database import Database
from chassis.housekeeping import Waiting, waiting
from chassis.parking import Reason
from chassis.quarantine import dead_letter_stream
from chassis.settings import PREFIX, load

LOOK_EVERY = 0.5
T = TypeVar("T")

Number = Annotated[int, typer.Argument(help="the number that `dead-letter list` shows")]


class _Told(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    database_url: str


class _ToldOperator(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    operator_database_url: str


class _ToldRelay(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    relay_database_url: str


def operators_commands(package: str, commands: typer.Typer) -> None:
    """Add the commands to the service's own."""
    name = package.replace("_", "-")
    outbox = typer.Typer(no_args_is_help=True, help="Events that wait for the message bus.")
    commands.add_typer(outbox, name="outbox")
    commands.add_typer(_dead_letters(), name="dead-letter")

    @outbox.command("status")
    def status() -> None:
        """How many events wait to be published, to each stream, and since when."""
        found = _on_database(waiting, load(_ToldRelay).relay_database_url)
        labels = {None: "events", dead_letter_stream(name): "dead letters"}
        for stream in [*labels, *sorted(other for other in found if other is not None and other not in labels)]:
            now, label = found.get(stream, Waiting()), labels.get(stream, stream)
            typer.echo(f"{label}: {now.depth} waiting, the oldest for {now.oldest:.0f} s")

    @commands.command("parked")
    def parked() -> None:
        """The boundaries whose events wait, and why."""

        async def found(database: Database) -> list[tuple[parking.Parked, str]]:
            async with database.transaction() as session:
                return await parking.listed(session)

        for each, since in _on_database(found):
            typer.echo(f"{each.reason:<9} {each.kind}/{each.id} of organisation {each.organization_id} since {since}")


def rebuild_command(commands: typer.Typer, kinds: Sequence[str]) -> None:
    """Add `rebuild`, for a service that restores these kinds of boundaries one by one, in place."""

    @commands.command("rebuild")
    def rebuild(timeout: Annotated[float, typer.Option(help="seconds to wait for the worker")] = 3600.0) -> None:
        """Restore everything that is known of others from their snapshots, while the service goes on; a worker must run."""
        total = _on_database(lambda database: dead_letters.trust_nothing(database, list(kinds)))
        deadline, said = time.monotonic() + timeout, total + 1
        while (left := _on_database(dead_letters.left)[Reason.STALE]) and time.monotonic() < deadline:
            if left < said:
                typer.echo(f"{total - left} of {total} restored")
                said = left
            time.sleep(LOOK_EVERY)
        typer.echo(f"{total - left} of {total} restored")
        raise typer.Exit(1 if left else 0)


def _dead_letters() -> typer.Typer:
    letters = typer.Typer(
        no_args_is_help=True, help="Events in quarantine: they cannot be applied, and their boundaries wait."
    )

    @letters.command("list")
    def list_letters() -> None:
        """One line an event."""
        for each in _looking(dead_letters.listed):
            boundary = "no boundary" if each.boundary_id is None else f"{each.kind}/{each.boundary_id}"
            typer.echo(f"{each.number} {each.since} {boundary} {each.reason.splitlines()[0]}")

    @letters.command("show")
    def show(number: Number) -> None:
        """The whole event, as JSON."""
        document = _found(number).document()
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())

    @letters.command("replay")
    def replay(number: Number) -> None:
        """Try the event again: the worker applies it, or puts it away anew."""
        quarantined = _found(number)
        _decided(lambda: _on_database(lambda database: dead_letters.replay(database, quarantined)))

    @letters.command("drop")
    def drop(number: Number) -> None:
        """Forget the event; a snapshot of its boundary stands in for what it said."""
        quarantined = _found(number)
        _decided(lambda: _on_database(lambda database: dead_letters.drop(database, quarantined)))

    return letters


def _found(number: int) -> dead_letters.Quarantined:
    return _decided(lambda: _looking(lambda overview: dead_letters.found(overview, number)))


def _looking(work: Callable[[Database], Awaitable[T]]) -> T:
    """Do it as the operators' role, which sees the quarantine of all organisations and changes nothing."""
    return _on_database(work, load(_ToldOperator).operator_database_url)


def _on_database(work: Callable[[Database], Awaitable[T]], url: str | None = None) -> T:
    async def run() -> T:
        database = Database(url or load(_Told).database_url, pool=1, application="operator")
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def _decided(work: Callable[[], T]) -> T:
    """What the work answers; what cannot be done is one line on standard error, and exit code 1."""
    try:
        return work()
    except (dead_letters.NotInQuarantine, dead_letters.NotReplayable) as error:
        typer.echo(str(error.args[0]), err=True)
        raise typer.Exit(1) from None
