"""Every route of the one API has a row in the table of permissions."""

import orjson
import pytest

from contracts.permissions import required
from gateway.document.parts import routes
from gateway.reference import openapi_document

ROUTES = [(method.upper(), path) for path, method, _ in routes(orjson.loads(openapi_document()))]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_says_what_it_takes_to_use_it(method, path):
    assert required(method, path.removeprefix("/v1"))
