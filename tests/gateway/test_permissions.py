"""Every route of the one API has a row in the table of permissions."""

import pytest

from contracts.permissions import required
from gateway.__main__ import merged_document
from gateway.openapi import METHODS

DOCUMENT = merged_document()
ROUTES = [(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in METHODS if method in item]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_says_what_it_takes_to_use_it(method, path):
    assert required(method, path.removeprefix("/v1"))
