"""API2: coming in without a token, with a broken, revoked or expired one, or with one that was made for somebody else. Forged ones: `test_oidc.py`."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from stack_kit import made

pytestmark = [pytest.mark.slow, pytest.mark.long]


def unsigned(claims: dict) -> str:
    head, body = ({"alg": "none", "typ": "JWT"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, body))
        + "."
    )


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ilk_",
        "Bearer null",
        "Basic YWRtaW46YWRtaW4=",
        "ilk_abc",
        f"Bearer {'x' * 5000}",
    ],
)
def test_what_is_no_token_lets_nobody_in(anybody, header):
    for path in ("/projects", "/members", "/programs", "/events"):
        answer = anybody.get(path, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_nobody_signed_lets_nobody_in(anybody):
    claims = {
        "iss": "interlock-gateway",
        "aud": "project-svc",
        "sub": "members/1",
        "roles": ["admin"],
        "exp": 4102444800,
    }
    assert anybody.get("/projects", headers={"Authorization": f"Bearer {unsigned(claims)}"}).status_code == 401


def test_a_token_in_the_address_or_a_cookie_does_not_count(anybody, stack):
    assert anybody.get(f"/projects?access_token={stack.token}").status_code == 401
    assert anybody.get("/projects", headers={"Cookie": f"token={stack.token}"}).status_code == 401


def test_a_revoked_token_ends_at_once(admin, knocking):
    token = made(admin, "/api-tokens", {"name": "soon gone"})
    client = knocking(token["token"])
    assert client.get("/projects").status_code == 200
    assert admin.delete(f"/api-tokens/{token['id']}").status_code == 204
    assert client.get("/projects").status_code == 401


def test_an_expired_token_is_none(admin, knocking):
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    answer = admin.post("/api-tokens", json={"name": "late", "expires_at": past})
    assert answer.status_code == 422 or knocking(answer.json()["token"]).get("/projects").status_code == 401


def test_the_services_trust_no_header_but_a_token_of_the_gateway(stack, anybody):
    ports = {
        each.laddr.port
        for name in ("project-serve", "program-serve")
        for each in stack.find(name).net_connections()
        if each.status == "LISTEN"
    }
    assert len(ports) == 2
    for port in ports:
        for header in (f"Bearer {stack.token}", f"Bearer {unsigned({'sub': 'x'})}", ""):
            told = {
                "Authorization": header,
                "X-Forwarded-User": "admin",
                "X-Organization-Id": "demo",
                "X-Roles": "admin",
            }
            assert anybody.get(f"http://127.0.0.1:{port}/projects", headers=told).status_code in {401, 404}
            assert anybody.get(f"http://127.0.0.1:{port}/programs", headers=told).status_code in {401, 404}
