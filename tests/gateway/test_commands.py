"""What an operator types."""

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app as commands


@pytest.fixture
def run(database_url, monkeypatch):
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", database_url)
    return lambda *arguments: CliRunner().invoke(commands, arguments)


def test_an_organisation_and_its_first_token(run):
    made = run("create-organization", "acme", "--name", "Acme Ltd")
    assert made.exit_code == 0
    token = run(
        "create-token", "--organization", "acme", "--member", "ada@example.org", "--role", "admin", "--days", "1"
    )
    assert token.exit_code == 0
    assert token.stdout.startswith("ilk_")
    assert len(token.stdout.strip()) == 47


def test_an_organisation_is_made_once(run):
    first = run("create-organization", "acme", "--if-missing")
    assert run("create-organization", "acme", "--if-missing").stdout == first.stdout
    again = run("create-organization", "acme")
    assert again.exit_code == 1
    assert again.stderr == "There is an organisation 'acme'.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create-organization", "A B"), "KEY"),
        (("create-token", "--organization", "nobody", "--member", "a@b"), "nobody"),
        (("create-token", "--organization", "acme", "--member", "ada"), "--member"),
        (("create-token", "--organization", "acme", "--member", "a@b", "--role", "king"), "--role"),
        (("create-token", "--organization", "acme", "--member", "a@b", "--days", "0"), "--days"),
    ],
)
def test_a_bad_argument_is_named(run, arguments, said):
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
