"""No log of a run says a secret: what this process logs, what it and the processes that it starts print, and the log files that servers leave.

Used by `tests/conftest.py` for every test, and by `tests/system/test_secrets.py` for a run that says one. `stack_kit` looks through the logs
of each stack that it starts, for that stack's own secrets as well.
"""

import logging
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import structlog
from secrets_kit import said, said_in

_LOG = TemporaryDirectory(prefix="interlock-suite-")
_KEPT = Path(_LOG.name) / "suite.log"
"""Everything that services within this process log."""
_PRINTED: list[str] = []
"""What was found in what tests and their processes printed."""


def _keep(_logger: object, _method: str, line: str) -> str:
    with _KEPT.open("a") as log:
        log.write(line + "\n")
    return line


# Plain lines: the default renders every traceback with its locals in colours, which takes seconds.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer(), _keep])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look through what was printed; the captured text is that of every process that writes where this one does."""
    report = yield
    for name, text in report.sections:
        if name.endswith(report.when or ""):  # each section once: a report repeats those of the phases before
            _PRINTED.extend(f"{item.nodeid}: {found}" for found in said_in(name, text.encode()))
    return report


@pytest.fixture(scope="session", autouse=True)
def logs_say_no_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fails the run, at its end, if anything that was logged in it holds a token, a password, a key or an `Authorization` header."""
    handler = logging.FileHandler(_KEPT)
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    handler.close()
    assert [*said([_KEPT, *logs_below(tmp_path_factory.getbasetemp())]), *_PRINTED] == []


def logs_below(folder: Path) -> list[Path]:
    """The log files that servers left in a folder, however deep."""
    return [path for path in folder.rglob("*.log") if path.is_file()]


__all__: list[Any] = ["logs_below", "logs_say_no_secret", "pytest_runtest_makereport"]
