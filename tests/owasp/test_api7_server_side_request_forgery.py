"""API7: making the server ask where the caller may not: webhooks, files that refer to files, and the request's own address."""

import socket

import pytest
from stack_kit import made
from waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.long]

INSIDE = [
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fe80::1]/",
    "https://0.0.0.0/",
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "https://user:secret@127.0.0.1/",
    "javascript:alert(1)",
]
NAMES = ["https://localhost/", "https://2130706433/", "https://0x7f000001/", "https://127.1/"]
"""No addresses to look at, but names: they are resolved when something is sent, once, and what they resolve to is judged."""
ENTITY = """<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "{}">]>
<Project xmlns="http://schemas.microsoft.com/project"><Name>&x;</Name></Project>"""
BILLION = """<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>
<Project xmlns="http://schemas.microsoft.com/project"><Name>&c;</Name></Project>"""


@pytest.fixture
def listening():
    """A port that nobody should connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def assert_nobody_came(server: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        server.accept()


@pytest.mark.parametrize("url", INSIDE)
def test_a_webhook_does_not_lead_inside(admin, url):
    answer = admin.post("/webhooks", json={"url": url})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/url"


async def test_a_name_that_leads_inside_is_seen_when_it_is_looked_up(admin):
    for url in NAMES:
        hook = made(admin, "/webhooks", {"url": url})
        at = f"/webhooks/{hook['id']}"
        assert admin.post(f"{at}/test").status_code == 202

        def tried(at: str = at) -> list[dict]:
            return admin.get(f"{at}/deliveries").json()["items"][0]["attempts"]

        await eventually(lambda: len(tried()) > 0)
        assert tried()[0]["status"] is None
        assert "address" in tried()[0]["error"]


def test_a_webhook_is_not_turned_inside_later(admin):
    hook = admin.post("/webhooks", json={"url": "https://example.org/hook"}).json()
    assert admin.patch(f"/webhooks/{hook['id']}", json={"url": "https://127.0.0.1/"}).status_code == 422


async def test_a_file_that_refers_to_another_is_refused(admin, listening):
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
    for text in (ENTITY.format(url), ENTITY.format("file:///etc/passwd"), BILLION):
        answer = admin.post(
            "/imports", files={"file": ("plan.xml", text.encode(), "application/xml")}, data={"key": "XXE"}
        )
        assert answer.status_code == 202, answer.text
        at = f"/jobs/{answer.json()['id']}"
        await eventually(lambda at=at: admin.get(at).json()["state"] not in {"queued", "running"})
        job = admin.get(at)
        assert job.json()["state"] == "failed"
        assert "root:" not in job.text
        assert "aaaa" not in job.text
    assert_nobody_came(listening)


def test_the_address_of_a_request_sends_it_nowhere_else(stack, listening):
    port = listening.getsockname()[1]
    for head in (
        f"GET http://127.0.0.1:{port}/v1/projects HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n",
        f"GET /v1/projects HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Forwarded-Host: 127.0.0.1:{port}\r\n",
    ):
        with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as client:
            client.sendall(f"{head}Authorization: Bearer {stack.token}\r\nConnection: close\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 ")
    assert_nobody_came(listening)
