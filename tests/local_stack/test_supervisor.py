import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local_stack.errors import StackError
from local_stack.processes import Child
from local_stack.supervisor import Supervised, Supervisor

pytestmark = pytest.mark.slow


@pytest.fixture
def child(tmp_path: Path):
    child = Child("it", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, tmp_path / "it.log")
    child.start()
    yield child
    child.kill()


def look_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        supervisor.look()
        time.sleep(0.01)


def test_a_child_that_dies_is_started_again_and_reported(child):
    said: list[str] = []
    supervisor = Supervisor([Supervised(child, child.start, lambda: True)], said.append)
    supervisor.look()
    assert said == []
    first = child.pid
    child.kill()
    look_until(supervisor, lambda: len(said) == 2)
    assert child.is_running
    assert child.pid != first
    assert said[0].startswith("it was ended by SIGKILL; starting it again")
    assert said[1] == "it is back"


def test_a_child_is_back_only_once_it_is_ready(child):
    said: list[str] = []
    ready = False
    supervisor = Supervisor([Supervised(child, child.start, lambda: ready)], said.append)
    child.kill()
    look_until(supervisor, lambda: child.is_running)
    supervisor.look()
    assert len(said) == 1
    ready = True
    supervisor.look()
    assert said[1] == "it is back"


def test_the_pause_grows_while_a_child_keeps_dying(child):
    supervised = Supervised(child, child.start, lambda: True)
    said: list[str] = []
    supervisor = Supervisor([supervised], said.append)
    pauses = []
    for deaths in (1, 2, 3):
        child.kill()
        look_until(
            supervisor, lambda deaths=deaths: len([line for line in said if "starting it again" in line]) == deaths
        )
        pauses.append(supervised.backoff)
        look_until(supervisor, lambda: child.is_running)
    assert pauses == [0.2, 0.4, 0.8]


def test_a_start_that_fails_is_tried_again(child):
    attempts = 0

    def start() -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise StackError("no room")
        child.start()

    said: list[str] = []
    supervisor = Supervisor([Supervised(child, start, lambda: True)], said.append)
    child.kill()
    look_until(supervisor, lambda: "it is back" in said)
    assert attempts == 2
    assert "it did not start (no room)" in said[1]
