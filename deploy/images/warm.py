"""Run in the build of an image: compiles the planning engine's kernels, the same bytes each time.

Numba keeps things with the code that are of the moment: a `uuid1` of every dispatcher and an address in the name of every array expression, for
which a count does as well within one process, and an annotated listing with the addresses of functions, which nobody asks for.
"""

import itertools
import uuid

from numba.core.annotations.type_annotations import TypeAnnotation
from numba.np.ufunc import array_exprs

_numbers = itertools.count(1)


def _counted(*_: object) -> uuid.UUID:
    return uuid.UUID(int=next(_numbers))


def _numbered(_: object) -> int:
    return next(_numbers)


def _unlisted(_: TypeAnnotation) -> str:
    return ""


if __name__ == "__main__":
    setattr(uuid, "uuid1", _counted)  # noqa: B010
    setattr(array_exprs, "hash", _numbered)  # noqa: B010  (what an expression's name is made of)
    setattr(TypeAnnotation, "__str__", _unlisted)  # noqa: B010
    from planning.warm import warm

    warm()
