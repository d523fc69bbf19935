"""API8: what an answer says besides its content, and what is open that should not be."""

import re
from uuid import uuid4

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]

TELLING = re.compile(r"Traceback|File \"|sqlalchemy|asyncpg|SELECT |psycopg|site-packages", re.IGNORECASE)


def test_every_answer_keeps_browsers_from_misusing_it(admin, anybody):
    for answer in (
        admin.get("/projects"),
        anybody.get("/projects"),
        admin.get("/nothing"),
        admin.post("/projects", content=b"{"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Strict-Transport-Security"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "no-cache" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]
        assert not {"server", "x-powered-by", "set-cookie"} & set(answer.headers)


def test_pages_of_others_may_not_call(admin):
    for origin in ("https://evil.example", "null"):
        answer = admin.get("/projects", headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers
        told = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
        assert "access-control-allow-origin" not in admin.options("/projects", headers=told).headers


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/projects", b"{"),
        ("POST", "/projects", b"\xff\xfe"),
        ("POST", "/projects", b'{"key": "\\u0000", "name": "x"}'),
        ("GET", "/projects/'%20OR%201=1--", b""),
        ("GET", "/projects?sort=';DROP%20TABLE%20projects", b""),
        ("GET", "/projects?cursor=%00", b""),
        ("GET", "/goals/../../../../etc/passwd", b""),
        ("GET", "/programs/%2e%2e%2f%2e%2e%2fmetrics", b""),
    ],
)
def test_no_answer_tells_how_it_is_made(admin, method, path, content):
    answer = admin.request(method, path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 404, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not TELLING.search(answer.text)


def test_another_type_of_content_is_refused(admin):
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
        answer = admin.post("/projects", content=b'{"key": "A"}', headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type")


def test_where_a_client_is_it_does_not_say_itself(admin):
    """The server believed `X-Forwarded-For` of whoever came from this machine: a way round limits by address, and into the audit log."""
    email = f"{uuid4().hex}@example.org"
    told = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    person = admin.post("/members", json={"email": email, "name": "Somebody"}, headers=told).json()
    entry = admin.get("/audit-log", params={"record": "member", "record_id": person["id"]}).json()["items"][0]
    assert entry["origin"]["address"] == "127.0.0.1"


def test_everything_listens_on_this_machine_alone(stack):
    for process in stack.processes():
        for each in process.net_connections():
            if each.status == "LISTEN":
                assert each.laddr.ip in {"127.0.0.1", "::1"}


def test_secrets_are_for_their_owner_alone(stack):
    secrets = [stack.home / "token", *(path for path in (stack.home / "secrets").rglob("*") if path.is_file())]
    assert len(secrets) > 3
    assert [str(path) for path in secrets if path.stat().st_mode & 0o077] == []
