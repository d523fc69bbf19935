"""Run in the build of an image: compiles the planning engine's kernels, the same bytes each time.

Numba keeps two things with the code that are of the moment: a `uuid1` of every dispatcher, for which a count does as well within one process,
and an annotated listing with the addresses of functions, which nobody asks for.
"""

import itertools
import uuid

from numba.core.annotations.type_annotations import TypeAnnotation

_numbers = itertools.count(1)


def _counted(*_: object) -> uuid.UUID:
    return uuid.UUID(int=next(_numbers))


def _unlisted(_: TypeAnnotation) -> str:
    return ""


if __name__ == "__main__":
    setattr(uuid, "uuid1", _counted)  # noqa: B010
    setattr(TypeAnnotation, "__str__", _unlisted)  # noqa: B010
    from planning.warm import warm

    warm()
