"""What the gateway tells about itself, to anyone."""

import re

import pytest
from gateway_kit import client_of


@pytest.fixture
async def anyone(app):
    async with client_of(app) as client:
        yield client


async def test_the_documentation_needs_nothing_from_elsewhere(anyone):
    page = await anyone.get("/docs")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href|url:)\s*=?\s*["\']([^"\']+)', page.text)
    assert "/v1/openapi.json" in links
    for link in links:
        assert link.startswith("/"), link
        assert (await anyone.get(link)).status_code == 200, link
    assert "http" not in re.sub(r"<!--.*?-->", "", page.text).replace("http-equiv", "")


async def test_swagger_ui_knows_openapi_3_1(anyone):
    bundle = (await anyone.get("/docs/swagger-ui-bundle.js")).text
    version = re.search(r'PACKAGE_VERSION:"(\d+)\.', bundle)
    assert version is not None
    assert int(version[1]) >= 5


async def test_both_documents_are_there(anyone):
    assert (await anyone.get("/v1/openapi.json")).json()["openapi"] == "3.1.0"
    assert (await anyone.get("/v1/asyncapi.json")).json()["asyncapi"].startswith("3.")


async def test_every_problem_type_leads_to_its_page(anyone):
    listed = (await anyone.get("/problems")).json()
    assert {"/problems/stale-revision", "/problems/upstream-timeout", "/problems/unauthenticated"} <= {
        each["type"] for each in listed
    }
    for each in listed:
        assert (await anyone.get(each["type"])).json() == each
    page = await anyone.get("/problems/stale-revision", headers={"Accept": "text/html,*/*"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert "412" in page.text


@pytest.mark.parametrize("path", ["/problems/no-such-thing", "/problems/../etc", "/nothing"])
async def test_an_unknown_page_is_a_problem(anyone, path):
    answer = await anyone.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


async def test_a_wrong_method_is_a_problem(anyone):
    answer = await anyone.post("/v1/openapi.json")
    assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")


async def test_probes_and_metrics_answer(anyone):
    assert (await anyone.get("/health/live")).status_code == 200
    assert "interlock_http_requests_total" in (await anyone.get("/metrics")).text


async def test_forwarded_requests_are_counted_by_their_prefix(client):
    await client.get("/v1/projects/0197a3c2-8f0e-7b1c-9d52-3f6f2b1c4d5e")
    metrics = (await client.get("/metrics")).text
    assert 'route="/v1/projects/…"' in metrics
    assert "0197a3c2" not in metrics


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/v1/asyncapi.json", "/docs/swagger-ui-bundle.js"])
async def test_what_is_large_and_for_everybody_is_packed_once_and_sent_to_who_does_not_have_it(
    anyone, path, monkeypatch
):
    """A stranger could keep a process busy with packing the same two megabytes again and again."""
    packed = await anyone.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    monkeypatch.setattr("gzip.compress", None)
    monkeypatch.setattr("zlib.compressobj", None)
    again = await anyone.get(path, headers={"Accept-Encoding": "gzip"})
    plain = await anyone.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.content == again.content == plain.content
    assert "content-encoding" not in plain.headers
    for etag in (plain.headers["etag"], again.headers["etag"]):
        known = await anyone.get(path, headers={"If-None-Match": etag})
        assert (known.status_code, known.content) == (304, b"")
