"""How a loop over arrays becomes machine code, where numba is there to do it.

A kernel is plain Python over numpy arrays; compiled or not, it gives the same bits. Importing numba takes half a second, so
modules with kernels are imported inside the functions that need them, and `import planning` stays fast. Compiled code takes no lock of
the interpreter, and is found again by the next process (planning.cache).
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

try:
    import numba
except ImportError:  # pragma: no cover - the lock brings it; without it everything works, slowly
    COMPILES = False
else:
    COMPILES = True
    from planning.cache import KernelCache


# Without numba's run time, arrays cannot be made, and no reference to one is counted: counting costs more than most loops here.
# The option has no name without an underscore; the lock pins the numba that knows it.
LEAN: dict[str, Any] = {"_nrt": False}


def kernel(function: Kernel) -> Kernel:
    """Compile at the first call; where numba is missing or NUMBA_DISABLE_JIT is set, the function itself."""
    if not COMPILES:
        return function
    return _compiled(function, {})


def lean(function: Kernel) -> Kernel:
    """A kernel that makes no arrays."""
    if not COMPILES:
        return function
    return _compiled(function, LEAN)


def step(function: Kernel) -> Kernel:
    """A lean kernel that others are made of: it becomes a part of each."""
    if not COMPILES:
        return function
    return _compiled(function, LEAN | {"forceinline": True})


def _compiled(function: Kernel, options: dict[str, Any]) -> Kernel:
    compiled = numba.njit(nogil=True, **options)(function)
    if compiled is not function:
        # numba's own way to ask for a cache knows no other kind of it than its own.
        compiled._cache = KernelCache(function)  # type: ignore[no-untyped-call]  # noqa: SLF001
    return cast("Kernel", compiled)


def plain(function: Kernel) -> Kernel:
    """The function as it was written: the reference that the compiled one is tested against."""
    return cast("Kernel", getattr(function, "py_func", function))
