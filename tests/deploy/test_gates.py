"""What `make deploy-check` says of its gates, and what it ends with."""

import subprocess

import pytest

from deploy.checks import __main__ as command
from deploy.checks.gates import LivedWith
from deploy.checks.toolbox import NotToBeHad, system_tool


def well():
    yield from ()


def lived_with():
    yield LivedWith("a named exception: because")


def wrong():
    yield "local: a pod runs as root"


def without_its_program():
    system_tool("a-program-of-nobodys")
    yield "this is not reached"


def broken_off():
    yield "gateway: a known flaw"
    raise NotToBeHad("the other database does not answer")


def failing():
    yield from ()
    raise subprocess.CalledProcessError(1, ["kubectl"], stderr="no such component")


@pytest.fixture
def ended(monkeypatch, capsys):
    """The exit code and the lines of a run of some gates."""

    def run(*gates, asked=()):
        monkeypatch.setattr(command, "GATES", gates)
        monkeypatch.setattr("sys.argv", ["deploy.checks", *asked])
        return command.main(), [line.strip() for line in capsys.readouterr().out.splitlines()]

    return run


def test_named_exceptions_are_told_and_fail_nothing(ended):
    code, said = ended(well, lived_with)
    assert code == 0
    assert said[:3] == ["ok       well", "ok       lived_with", "lived with: a named exception: because"]


@pytest.mark.parametrize(
    ("gate", "line"),
    [(wrong, "local: a pod runs as root"), (failing, "no such component"), (broken_off, "gateway: a known flaw")],
)
def test_any_other_finding_fails_and_the_gates_behind_it_still_run(ended, gate, line):
    code, said = ended(gate, well)
    assert code == 1
    assert {f"FAILED   {gate.__name__}", line, "ok       well"} <= set(said)


def test_a_gate_that_cannot_run_says_why(ended):
    code, said = ended(without_its_program, well)
    assert code == 0
    assert said[0].startswith("not run  without_its_program: a-program-of-nobodys is not installed")
    assert said[-1] == "1 of 2 gates could not run, or not wholly: without_its_program"


def test_a_gate_that_ran_in_part_says_so(ended):
    assert "in part  broken_off: the other database does not answer" in ended(broken_off)[1]


def test_only_the_gates_that_are_asked_for_run(ended):
    assert ended(well, wrong, asked=["well"]) == (0, ["ok       well"])
