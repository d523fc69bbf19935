"""`make operate`: each command that docs/operations.md gives to operators runs on the stack, told all that it asks for."""

import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]

OPERATIONS = Path(__file__).parents[2] / "docs/operations.md"
RUN = [
    ("project outbox status", r"events: \d+ waiting.*\ndead letters: 0 waiting"),
    ("program outbox status", r"events: \d+ waiting.*\ndead letters: 0 waiting"),
    ("project parked", "$"),
    ("program parked", "$"),
    ("project dead-letter list", "$"),
    ("program dead-letter list", "$"),
    ("gateway create-organization tram", "[0-9a-f-]{36}$"),
    ("gateway create-token --organization demo --member operator@demo.example --role auditor", r"\w+"),
    ("gateway verify-audit-log --organization demo", "[1-9][0-9]*:[0-9a-f]{64}$"),
    ("project migrate", "project_svc: schema at"),
    ("program migrate", "program_svc: schema at"),
    ("gateway migrate", "gateway: schema at"),
    ("project openapi", r'{\s*"openapi"'),
    ("program rebuild", ""),
    ("program rebuild --from stream", ""),
    ("project rebuild", r"(?s).*of [1-9][0-9]* restored$"),
]


def documented() -> list[str]:
    """`<service> <command>` for each command of the table, a group's commands one by one."""
    table = OPERATIONS.read_text().partition("## Commands")[2].partition("\n\n")[2].partition("\n\n")[0]
    found = []
    for line in table.splitlines()[2:]:
        package, *first = re.findall(r"[\w-]+", line.partition("python -m ")[2].partition("`")[0])
        also = re.findall(r"`(\w+_svc|gateway)`", line.split("|")[1])
        more = re.findall(r"`([a-z]+) N`", line.split("|")[1])
        words = [word for word in first if word == word.lower()][:2]
        is_group = words[0] in {"outbox", "dead-letter"}
        commands = [" ".join(words if is_group else words[:1]), *(f"{words[0]} {each}" for each in more)]
        found += [f"{service.removesuffix('_svc')} {each}" for service in (package, *also) for each in commands]
    return found


def test_every_command_explains_itself_on_the_stack(stack):
    commands = documented()
    assert {"project migrate", "gateway openapi", "program dead-letter drop", "project rebuild"} <= {*commands}
    for command in commands:
        done = stack.command("operate", *command.split(), "--help")
        assert done.returncode == 0, (command, done.stderr)
        assert f"{command.split(' ', 1)[1]}" in done.stdout, command


def test_what_needs_no_dead_letter_is_done(stack):
    not_run = {command for command in documented() if not any(run.startswith(command) for run, _ in RUN)}
    assert {command.split()[-1] for command in not_run} == {"openapi", "show", "replay", "drop"}
    for command, says in RUN:
        done = stack.command("operate", *command.split())
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert re.match(says, done.stdout.strip()), (command, done.stdout)
