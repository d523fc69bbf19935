"""Databases and roles of a `Postgres`, made and removed with its own `psql`."""

import os
import subprocess

from local_stack.errors import StackError
from local_stack.postgres import BIN, SUPERUSER, Postgres


def execute(postgres: Postgres, sql: str, *, database: str = "postgres", **variables: str) -> str:
    """Run statements as the superuser, each in its own transaction; return what they answer, a row a line.

    A variable stands in the statement as a value, `:'name'`, or as an identifier, `:"name"`. Raises StackError with
    PostgreSQL's message at the first statement that fails.
    """
    command: list[str] = [
        str(BIN / "psql"),
        *("--host", str(postgres.socket_folder), "--username", SUPERUSER, "--dbname", database),
        *("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"),
    ]
    # Over standard input, because everybody on the machine can read the arguments, and a variable may be a password.
    settings = "".join(f"\\set {name} {_quoted(value)}\n" for name, value in variables.items())
    done = subprocess.run(
        command, input=settings + sql, env={"PATH": os.defpath}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise StackError(f"PostgreSQL refused: {done.stderr.partition(chr(10))[0]}")
    return done.stdout.strip()


def create_database(postgres: Postgres, name: str, template: str = "template1") -> None:
    """Create a database as a copy of `template`, to which nobody may be connected. Raises StackError when it exists."""
    execute(postgres, 'CREATE DATABASE :"name" TEMPLATE :"template"', name=name, template=template)


def has_database(postgres: Postgres, name: str) -> bool:
    """Say whether the database exists."""
    return execute(postgres, "SELECT 1 FROM pg_database WHERE datname = :'name'", name=name) == "1"


def drop_database(postgres: Postgres, name: str) -> None:
    """Remove a database, if it exists, and end the sessions in it."""
    execute(postgres, 'DROP DATABASE IF EXISTS :"name" WITH (FORCE)', name=name)


def create_role(postgres: Postgres, name: str, password: str) -> None:
    """Create a role that may log in and nothing else, or give an existing one this password."""
    if execute(postgres, "SELECT 1 FROM pg_roles WHERE rolname = :'name'", name=name) != "1":
        execute(postgres, 'CREATE ROLE :"name"', name=name)
    rights = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
    execute(postgres, f"ALTER ROLE :\"name\" {rights} PASSWORD :'password'", name=name, password=password)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
