"""Machine code is found again by other processes, wherever it lies, and only as long as all that it was made of is the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from planning import cache

MISSES = """
from planning.engine import order
import numpy as np
order.grouped(1, np.zeros(1, np.int32), np.zeros(2, np.int32), np.zeros(1, np.int32))
print(sum(order.grouped.stats.cache_misses.values()), order.grouped._cache.cache_path)
"""


def misses(folder, **environment):
    """How many kernels a process has to compile that calls one, and where it looks for it."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder), **environment}
    done = subprocess.run([sys.executable, "-c", MISSES], check=True, capture_output=True, text=True, env=environment)
    count, path = done.stdout.split()
    return int(count), Path(path)


@pytest.mark.slow
def test_code_is_found_where_it_was_put_even_if_nothing_may_be_written_there(tmp_path):
    count, path = misses(tmp_path)
    assert (count, path.parent) == (1, tmp_path)
    assert misses(tmp_path) == (0, path)
    assert misses(tmp_path, NUMBA_CPU_NAME="generic")[0] == 1, "for another processor"
    assert misses(tmp_path, NUMBA_CPU_NAME="generic")[0] == 0
    assert misses(tmp_path)[0] == 0, "both are kept"


def refuse(locator):
    raise PermissionError


@pytest.mark.parametrize("kept", [True, False])
def test_a_folder_that_may_not_be_written_to_will_do_if_there_is_code_in_it(kept, tmp_path, monkeypatch):
    """By a stand-in for the file system's refusal, for root may write everywhere."""
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path), raising=False)
    for locator in (cache._Given, cache._Beside, cache._OfTheUser):
        monkeypatch.setattr(locator, "ensure_cache_path", refuse)
        monkeypatch.setattr(locator, "get_cache_path", lambda locator: str(tmp_path))
    if kept:
        (tmp_path / "some.nbi").touch()
    found = cache._Kept(refuse).locator
    assert type(found) is (cache._Given if kept else cache._Nowhere)


def test_what_cannot_be_kept_is_no_error(monkeypatch):
    monkeypatch.setattr(cache.FunctionCache, "save_overload", lambda *_: refuse(None))
    cache.KernelCache(refuse).save_overload(None, None)


def test_code_is_as_fresh_as_all_that_it_is_made_of(tmp_path, monkeypatch):
    """A kernel that a constant of another file, two imports away, was compiled into would outlive a change of it."""
    monkeypatch.setattr(cache, "PACKAGE", tmp_path)
    (tmp_path / "engine").mkdir()
    sources = {
        "kernels.py": "from planning.engine.steps import step\n",
        "engine/steps.py": "from planning.engine.constants import ONE\n",
        "engine/constants.py": "ONE = 1\n",
        "engine/other.py": "from planning.kernels import all\n",
    }
    for name, text in sources.items():
        (tmp_path / name).write_text(text)

    def stamp():
        return cache.stamp.__wrapped__(str(tmp_path / "kernels.py"))

    before = stamp()
    (tmp_path / "engine" / "other.py").write_text("TWO = 2\n")
    assert stamp() == before
    (tmp_path / "engine" / "constants.py").write_text("ONE = 2\n")
    assert stamp() != before
