"""What every test may ask for: a PostgreSQL and a NATS of its own, and empty databases.

Both servers run on private sockets and ports, started by this run, and are gone after it.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from uuid import uuid4

import pytest
from logs_kit import logs_below, logs_say_no_secret, pytest_runtest_makereport
from secrets_kit import said

from local_stack.databases import create_database, drop_database
from local_stack.nats import Nats
from local_stack.postgres import Postgres

__all__ = ["logs_say_no_secret", "pytest_runtest_makereport"]

# The cluster is thrown away after the run, so nothing has to survive a power cut. Nothing looks at tables behind the tests' back, either:
# what a statement reads is the same in every run.
_THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "autovacuum": "off",
}


def pytest_collection() -> None:
    """What is collected stays to the end: looking for garbage among it is a fifth of the time that it takes."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole stacks first, then files with other slow tests: no worker begins with a long one when the others are done."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: ("system" not in item.path.parts, not slow[item.path]))


@pytest.fixture(scope="session")
def new_folder() -> Iterator[Callable[[], Path]]:
    """Make folders for servers, outside of pytest's own: under root PostgreSQL runs as another account, and every run of
    pytest takes from other accounts the right to pass through its folder, under the feet of a run that is under way.
    """
    with TemporaryDirectory(prefix="interlock-tests-") as folder:
        yield lambda: Path(mkdtemp(dir=folder))
        assert list(said(logs_below(Path(folder)))) == []


@pytest.fixture(scope="session")
def postgres(new_folder: Callable[[], Path]) -> Iterator[Postgres]:
    """A PostgreSQL whose roles need no password. `postgres.url(database, role)` says how to reach it."""
    server = Postgres(new_folder() / "cluster", authentication="trust", settings=_THROW_AWAY)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    """A NATS with JetStream, without users. `nats_server.url` says how to reach it."""
    server = Nats(tmp_path_factory.mktemp("nats") / "store")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def new_database(postgres: Postgres) -> Iterator[Callable[..., str]]:
    """Make databases for one test: `new_database()` or `new_database(template="…")` returns the name of a fresh one.

    For many tests on the same schema: create and migrate a template once a session (`create_database`), copy it here.
    """
    made: list[str] = []

    def make(template: str = "template1") -> str:
        name = f"test_{uuid4().hex}"
        create_database(postgres, name, template)
        made.append(name)
        return name

    yield make
    for name in made:
        drop_database(postgres, name)
