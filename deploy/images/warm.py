"""Run in the build of an image: compiles the planning engine's kernels, the same bytes each time.

Numba keeps things with the code that are of the moment: a `uuid1` of every dispatcher and an address in the name of every array expression, for
which a count does as well within one process, and an annotated listing with the addresses of functions, which nobody asks for.
"""

import itertools
import uuid
from unittest.mock import patch

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
    with (
        patch.object(uuid, "uuid1", _counted),
        patch.object(array_exprs, "hash", _numbered, create=True),  # what an expression's name is made of
        patch.object(TypeAnnotation, "__str__", _unlisted),
    ):
        from planning.warm import warm

        warm()
