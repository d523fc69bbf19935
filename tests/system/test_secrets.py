"""The look through the logs sees what it is for; that nothing is there is asked at the end of every run and of every stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from secrets_kit import said, secrets_of

TOKEN = "ilk_" + "a1B2" * 11


@pytest.mark.parametrize(
    "line",
    [
        f"event='request' path='/v1/projects?access_token={TOKEN}'",
        '{"headers": {"authorization": "Bearer abcdefghijkl"}}',
        "Authorization: Basic YWRtaW46c2VjcmV0",
        "cannot connect to postgresql://gateway_app:correct-horse@localhost/gateway",
        "token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJtZW1iZXJzLzEifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg",
        "secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "-----BEGIN PRIVATE KEY-----",
        "invited with ili_" + "x" * 43,
    ],
)
def test_a_secret_in_a_log_is_found(tmp_path, line):
    log = tmp_path / "gateway.txt"
    log.write_text(f"ready\n{line}\n")
    (found,) = said([log])
    assert found.startswith("gateway.txt:2 says ")
    assert line not in found


def test_a_secret_without_a_shape_is_found_by_what_it_is(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "gateway_app").write_text("correct-horse-battery\n")
    (tmp_path / "gateway.txt").write_text("password=correct-horse-battery\n")
    assert list(said([tmp_path / "gateway.txt"], secrets_of(tmp_path))) == ["gateway.txt:1 says a secret of the stack"]


def test_what_is_no_secret_is_not(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text(
        "401 for Authorization: Bearer\nissued api-tokens/0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77\nnats://127.0.0.1:4222\n"
    )
    assert list(said([log])) == []


KITS = Path(__file__).parents[1] / "kits"
LEAKS = {
    "logged": "import structlog\n    structlog.get_logger().info('hello', token={token!r})",
    "logged by a library": "import logging\n    logging.getLogger('uvicorn').error('hello ' + {token!r})",
    "printed by a process": "import subprocess, sys\n    subprocess.run([sys.executable, '-c', 'print(' + repr({token!r}) + ')'])",
    "left in a file": "(tmp_path / 'server.log').write_text({token!r})",
}


@pytest.mark.slow
def test_a_run_in_which_a_secret_is_said_fails_however_it_is_said(tmp_path):
    says = [f"def test_{number}(tmp_path):\n    {leak}\n" for number, leak in enumerate(LEAKS.values())]
    for name, text in zip(LEAKS, says, strict=True):
        assert run(tmp_path, text.format(token=TOKEN)) == 1, name
    assert run(tmp_path, "def test_it():\n    print('nothing')\n") == 0


def run(folder: Path, text: str) -> int:
    """A run of this one test, looked at as this suite is."""
    (folder / "test_it.py").write_text(text)
    told = {**os.environ, "PYTHONPATH": str(KITS), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    asked = ("-q", "-p", "no:cacheprovider", "-p", "logs_kit", f"--basetemp={folder / 'base'}", f"--rootdir={folder}")
    command = [sys.executable, "-m", "pytest", *asked, folder / "test_it.py"]
    return subprocess.run(command, cwd=folder, env=told, capture_output=True, check=False).returncode
