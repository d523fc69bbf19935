"""What an operator types."""

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app as commands
from local_stack.databases import execute


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


def test_the_audit_log_is_verified_from_where_it_was_kept(run, postgres, database_url):
    assert run("create-organization", "acme").exit_code == 0
    verify = "verify-audit-log", "--organization", "acme"
    first = run(*verify).stdout.strip()
    assert first.startswith("1:")
    run("create-token", "--organization", "acme", "--member", "ada@example.org")
    then = run(*verify, "--since", first)
    assert (then.exit_code, then.stdout[:2]) == (0, "3:")
    database = database_url.rpartition("@")[2].partition("/")[2].partition("?")[0]
    execute(postgres, "DELETE FROM audit_entries WHERE sequence = 2", database=database)
    cut = run(*verify)
    assert (cut.exit_code, cut.stdout, cut.stderr) == (1, "", "entry 2: Entry 3 follows on 1. (missing)\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify-audit-log", "--organization", "nobody"), "nobody"),
        (("verify-audit-log", "--organization", "acme", "--since", "7"), "--since"),
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


def test_a_token_without_a_role_leaves_the_role_as_it_is(run, postgres, database_url):
    """It took an admin's role away, the last one's too."""
    assert run("create-organization", "acme").exit_code == 0
    token = "create-token", "--organization", "acme", "--member", "ada@example.org"
    assert run(*token, "--role", "admin").exit_code == 0
    assert run(*token).exit_code == 0
    demoted = run(*token, "--role", "auditor")
    assert (demoted.exit_code, demoted.stderr) == (1, "Make another member an admin first.\n")
    database = database_url.rpartition("@")[2].partition("/")[2].partition("?")[0]
    execute(postgres, "UPDATE members SET removed_at = now(), role = NULL", database=database)
    gone = run(*token)
    assert (gone.exit_code, gone.stderr) == (1, "ada@example.org has left: say with which role it comes back.\n")
    assert run(*token, "--role", "admin").exit_code == 0
