"""`python -m local_stack up | reset | load FILE | backup FOLDER | restore FOLDER | operate SERVICE COMMAND`: Interlock on one machine."""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from local_stack import stack
from local_stack.errors import StackError
from local_stack.home import Home, Part
from local_stack.ports import HOST

_DEFAULT_PORT = "8080"

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.command()
def up() -> None:
    """Start everything on 127.0.0.1:$INTERLOCK_PORT with its data in $INTERLOCK_HOME, and stay in the foreground."""
    stack.run(Home.from_environment(), _port())


@app.command()
def reset() -> None:
    """Remove the data in $INTERLOCK_HOME. Refuses while a stack runs on it."""
    home = Home.from_environment()
    removed = home.remove()
    typer.echo(
        f"Removed the data in {home.path}" if removed else f"Nothing to remove: {home.path} holds no data of Interlock"
    )


@app.command()
def load(file: Annotated[Path, typer.Argument(help="a program file, see docs/program-file.md")]) -> None:
    """Load a program file through the public API of the running stack."""
    from local_stack.loader import load_file

    home = Home.from_environment()
    try:
        token = home.token.read_text().strip()
    except OSError as error:
        raise StackError(f"no API token in {home.token}: start Interlock first (make run)") from error
    load_file(file, url=f"http://{HOST}:{_port()}", token=token, console=Console())


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="a new folder, for the owner's eyes: it holds the secrets")],
) -> None:
    """Save the databases, the streams and the secrets of the running stack."""
    from local_stack.backups import back_up

    back_up(Home.from_environment(), folder)
    typer.echo(f"Saved as {folder}. To go back to it, end Interlock and restore this folder")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="what `backup` made")],
    only: Annotated[Part | None, typer.Option(help="leave the other half as it is")] = None,
) -> None:
    """Put a backup in place of the data in $INTERLOCK_HOME. Refuses while a stack runs on it."""
    from local_stack import backups

    home = Home.from_environment()
    backups.restore(home, folder, only)
    typer.echo(
        f"Restored {only or 'everything'} to {home.path}. docs/operations.md says what to do once Interlock runs"
    )


@app.command(context_settings={"allow_interspersed_args": False})
def operate(
    service: Annotated[str, typer.Argument(help="project, program or gateway")],
    command: Annotated[list[str], typer.Argument(help="see docs/operations.md, Commands")],
) -> None:
    """Run a service's command for operators on the running stack: `operate program dead-letter list`."""
    from local_stack import operating

    raise typer.Exit(operating.operate(Home.from_environment(), service, command))


def _port() -> int:
    text = os.environ.get("INTERLOCK_PORT") or _DEFAULT_PORT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StackError(f"INTERLOCK_PORT must be a number from 1 to 65535, not '{text}'")
    return int(text)


def main() -> NoReturn:
    """Run the command line; a StackError is one line on standard error and exit code 1."""
    try:
        app()
    except StackError as error:
        sys.exit(f"Interlock: {error}")
    sys.exit(0)


if __name__ == "__main__":
    main()
