import os
import socket
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m local_stack` to its end."""
    told = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-m", "local_stack", *arguments],
        env=told,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_one_line(done: subprocess.CompletedProcess[str], start: str) -> None:
    assert done.returncode == 1
    assert done.stderr.startswith(start)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_busy_port_is_one_clear_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("up", INTERLOCK_HOME=str(tmp_path / "home"), INTERLOCK_PORT=port)
    assert_one_line(done, f"Interlock: port {port} is busy")


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "٣"])
def test_a_port_that_is_none_is_one_clear_line(tmp_path, port):
    assert_one_line(run("up", INTERLOCK_HOME=str(tmp_path), INTERLOCK_PORT=port), "Interlock: INTERLOCK_PORT must be")


def test_an_unusable_data_folder_is_one_clear_line(tmp_path):
    (tmp_path / "file").touch()
    done = run("up", INTERLOCK_HOME=str(tmp_path / "file"))
    assert_one_line(done, f"Interlock: cannot use {tmp_path / 'file'} as data folder")


def test_loading_without_a_stack_is_one_clear_line(tmp_path):
    assert_one_line(run("load", "program.json", INTERLOCK_HOME=str(tmp_path)), "Interlock: no API token in")


def test_saving_without_a_stack_is_one_clear_line_and_leaves_nothing(tmp_path):
    refused = run("backup", str(tmp_path / "saved"), INTERLOCK_HOME=str(tmp_path / "home"))
    assert_one_line(refused, "Interlock: no NATS runs on")
    assert list(tmp_path.iterdir()) == []


def test_operating_nothing_and_nobody_is_one_clear_line(tmp_path):
    home = {"INTERLOCK_HOME": str(tmp_path / "home")}
    assert_one_line(run("operate", "program", "parked", **home), "Interlock: no PostgreSQL runs on")
    assert_one_line(run("operate", "weather", "parked", **home), "Interlock: 'weather' is none of project, program,")


def test_what_is_no_backup_is_not_restored(tmp_path):
    refused = run("restore", str(tmp_path), INTERLOCK_HOME=str(tmp_path / "home"))
    assert_one_line(refused, f"Interlock: {tmp_path} is no backup of Interlock")
    assert list(tmp_path.iterdir()) == []


def test_resetting_nothing_says_so(tmp_path):
    done = run("reset", INTERLOCK_HOME=str(tmp_path / "none"))
    assert done.returncode == 0
    assert done.stdout.startswith("Nothing to remove")
