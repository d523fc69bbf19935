"""What the tests of manifests share: an overlay, rendered once a session, to be changed by whoever asks."""

import pickle
from functools import cache
from typing import Any

import pytest

from deploy.checks.render import KUBERNETES, kubectl, name_of, objects, render

needs_kubectl = pytest.mark.skipif(kubectl() is None, reason="kubectl is not installed: nothing renders manifests")


@cache
def _rendered(name: str) -> bytes:
    return pickle.dumps(objects(render(KUBERNETES / name)))


def manifests_of(name: str) -> list[dict[str, Any]]:
    """The objects of `overlays/local`, `tests/…`; the caller's own to change."""
    found: list[dict[str, Any]] = pickle.loads(_rendered(name))
    return found


def find(manifests: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """The object called `Kind/name`; the hash behind a generated name may be left out."""
    return next(each for each in manifests if name_of(each) == wanted or name_of(each).rpartition("-")[0] == wanted)
