"""How a loop over arrays becomes machine code, where numba is there to do it.

A kernel is plain Python over numpy arrays; compiled or not, it gives the same bits. Importing numba takes half a second, so
modules with kernels are imported inside the functions that need them, and `import planning` stays fast. Compiled code is
kept in __pycache__, takes no lock of the interpreter, and is found again by the next process.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

PACKAGE = Path(__file__).parent


def _forget_stale() -> None:
    """Remove machine code that is older than any source of the package.

    numba looks at the file of the outermost function alone: code into which a function of another file was compiled would outlive it.
    """
    newest = max(source.stat().st_mtime for source in PACKAGE.rglob("*.py"))
    for index in PACKAGE.rglob("__pycache__/*.nbi"):
        with suppress(OSError):  # another process was faster, or nothing may be written here, and then nothing is stale
            if index.stat().st_mtime < newest:
                index.unlink()


Kernel = TypeVar("Kernel", bound=Callable[..., Any])

try:
    import numba
except ImportError:  # pragma: no cover - the lock brings it; without it everything works, slowly
    COMPILES = False
else:
    COMPILES = True
    _forget_stale()


# Without numba's run time, arrays cannot be made, and no reference to one is counted: counting costs more than most loops here.
# The option has no name without an underscore; the lock pins the numba that knows it.
LEAN: dict[str, Any] = {"_nrt": False}


def kernel(function: Kernel) -> Kernel:
    """Compile at the first call; where numba is missing or NUMBA_DISABLE_JIT is set, the function itself."""
    if not COMPILES:
        return function
    return cast("Kernel", numba.njit(cache=True, nogil=True)(function))


def lean(function: Kernel) -> Kernel:
    """A kernel that makes no arrays."""
    if not COMPILES:
        return function
    return cast("Kernel", numba.njit(cache=True, nogil=True, **LEAN)(function))


def step(function: Kernel) -> Kernel:
    """A lean kernel that others are made of: it becomes a part of each."""
    if not COMPILES:
        return function
    return cast("Kernel", numba.njit(cache=True, nogil=True, forceinline=True, **LEAN)(function))


def plain(function: Kernel) -> Kernel:
    """The function as it was written: the reference that the compiled one is tested against."""
    return cast("Kernel", getattr(function, "py_func", function))
