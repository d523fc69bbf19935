"""The passes as they are to be run here: compiled, or in numpy where numba is missing."""

from planning.kernel import COMPILES

if COMPILES:
    from planning.simulation.kernels import draw, forward, trace
else:  # pragma: no cover - the lock brings numba
    from planning.simulation.reference import draw, forward, trace

__all__ = ["draw", "forward", "trace"]
