"""API9: routes that nobody wrote down, versions that nobody looks after, and doors of the services themselves."""

import pytest

from gateway.document.parts import METHODS

pytestmark = [pytest.mark.slow, pytest.mark.long]


def test_what_is_served_is_what_is_documented(admin):
    document = admin.get("/openapi.json").json()
    paths = document["paths"]
    assert len(paths) > 150
    for path, item in paths.items():
        told = {method.upper() for method in METHODS if method in item}
        answer = admin.request(
            "PUT", f"{str(admin.base_url).removesuffix('/v1/')}{path.replace('{', '').replace('}', '')}"
        )
        assert answer.status_code == 405, path
        assert set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == told, path


@pytest.mark.parametrize(
    "path",
    [
        *("/v0/projects", "/v2/projects", "/projects", "/api/projects", "/v1", "/v1/internal/projects", "/v1/admin"),
        *("/openapi.json", "/redoc", "/graphql", "/.git/config", "/.env", "/debug", "/v1/projects/metrics/prometheus"),
        *("/v1/health/ready", "/v1/metrics", "/v1/projects/../metrics", "/v1/projects/..%2fmetrics"),
    ],
)
def test_there_is_nothing_else(stack, admin, path):
    answer = admin.get(f"{stack.url}{path}")
    assert answer.status_code in {404, 422}, path


def test_the_services_own_documents_and_probes_are_not_forwarded(stack, admin):
    for path in ("/v1/projects/openapi.json", "/v1/programs/openapi.json", "/v1/goals/health", "/v1/projects/docs"):
        assert admin.get(f"{stack.url}{path}").status_code in {404, 422}, path


def test_the_document_says_which_version_it_is_and_who_may_do_what(anybody):
    document = anybody.get("/openapi.json").json()
    assert document["info"]["version"] == "1"
    operations = [item[method] for item in document["paths"].values() for method in METHODS if method in item]
    assert all("x-permission" in operation for operation in operations)
    assert [operation["operationId"] for operation in operations if operation.get("deprecated")] == []
