"""Where the machine code of kernels is kept, and when it is fresh.

It is kept where numba keeps it: below NUMBA_CACHE_DIR if that is set, else beside the source, else in the user's own cache. Two things
are different. Code is fresh as long as every source that it may be made of is the same, not only that of the outermost function. And
code that was compiled before is used where nothing may be written, as in a read-only image.
"""

import re
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba.core import config
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)

PACKAGE = Path(__file__).parent
IMPORTED = re.compile(r"^(?:from|import) planning\.([\w.]+)", re.MULTILINE)


@cache
def stamp(source: str) -> bytes:
    """A hash of a source file and of all in the package that it is made of."""
    known: dict[Path, bytes] = {}
    waiting = [Path(source)]
    while waiting:
        path = waiting.pop()
        if path not in known:
            known[path] = path.read_bytes()
            waiting += _imported(known[path].decode())
    digest = sha256()
    for path in sorted(known):
        digest.update(path.name.encode() + b"\0" + known[path] + b"\0")
    return digest.digest()


def _imported(text: str) -> list[Path]:
    """The modules of the package that a source imports at its top; of a package imported as a whole, all there are in it."""
    found: list[Path] = []
    for name in IMPORTED.findall(text):
        path = PACKAGE.joinpath(*name.split("."))
        found += path.glob("*.py") if path.is_dir() else [path.with_suffix(".py")]
    return found


class _Fresh:
    """Part of a locator: the stamp above, and a folder that may not be written to will do if there is something in it."""

    _py_file: str

    def get_source_stamp(self) -> bytes:
        return stamp(self._py_file)

    @classmethod
    def from_function(cls, function: Any, source: str) -> Any:
        there: Any = cls(function, source)  # type: ignore[call-arg]
        try:
            there.ensure_cache_path()
        except OSError:
            return there if any(Path(there.get_cache_path()).glob("*.nbi")) else None
        return there


class _Given(_Fresh, UserProvidedCacheLocator):
    """Below NUMBA_CACHE_DIR."""

    @classmethod
    def from_function(cls, function: Any, source: str) -> Any:
        return super().from_function(function, source) if getattr(config, "CACHE_DIR", "") else None


class _Beside(_Fresh, InTreeCacheLocator):
    """In __pycache__, beside the source."""


class _OfTheUser(_Fresh, UserWideCacheLocator):
    """In the user's cache."""


class _Nowhere(_Beside):
    """Nothing is found and nothing is kept."""

    @classmethod
    def from_function(cls, function: Any, source: str) -> Any:
        return cls(function, source)


class _Kept(CompileResultCacheImpl):
    _locator_classes = [_Given, _Beside, _OfTheUser, _Nowhere]  # noqa: RUF012 - numba's own name and form


class KernelCache(FunctionCache):
    """The machine code of one kernel. What cannot be written is compiled again by the next process."""

    _impl_class = _Kept

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep what was compiled for a signature, if that may be."""
        with suppress(OSError):
            super().save_overload(signature, compiled)  # type: ignore[no-untyped-call]
