"""Fault 25: receivers that are somewhere else than they say, or answer with what is no answer."""

import asyncio
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from webhook_kit import guard, receiving

from gateway.webhooks.address import AddressGuard
from gateway.webhooks.sender import Sender


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "http://93.184.216.34/",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "ftp://example.org/",
        "https:///",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example..org/",
        "https://.example.org/",
        f"https://{'a' * 64}.example/",
        "https://example.org/\r\nX: y",
    ],
)
async def test_addresses_that_are_refused_at_once(url):
    from gateway.webhooks.address import AddressRefused

    with pytest.raises(AddressRefused):
        AddressGuard().check(url)


@pytest.mark.parametrize("name", ["example..org", f"{'a' * 64}.example"])
async def test_a_name_that_is_none_is_an_attempt_that_failed(name, monkeypatch):
    """Of a webhook from before such names were refused: what is no attempt would be tried for ever, and nobody would see why."""
    monkeypatch.setattr(AddressGuard, "check", lambda _, url: urlsplit(url))
    outcome = await Sender(guard()).post(f"https://{name}/", {}, b"{}")
    assert outcome.status is None
    assert "label empty or too long" in outcome.error


async def test_a_name_that_leads_to_a_private_address_is_not_called(monkeypatch):
    looked_up = []

    async def lookup(host, port, **_):
        looked_up.append(host)
        # One public address does not make up for a private one.
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
    outcome = await Sender(guard()).post("https://receiver.example/hook", {}, b"{}")
    assert (outcome.status, outcome.error) == (None, "10.0.0.1 is not a public address.")
    assert looked_up == ["receiver.example"]


async def test_the_address_that_was_checked_is_the_one_that_is_called_under_its_name(monkeypatch, tmp_path):
    certificate, trust = _certificate("receiver.example", tmp_path)
    asked = []

    async def lookup(host, port, **_):
        asked.append(host)
        # The second answer would lead elsewhere: a name that changes between the check and the call.
        where = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]

    async with receiving(ssl_context=certificate) as receiver:
        port = receiver.url.rpartition(":")[2].partition("/")[0]
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "getaddrinfo", _only_for("receiver.example", lookup, loop.getaddrinfo))
        sender = Sender(guard(), trust=trust)
        outcome = await sender.post(f"https://receiver.example:{port}/in?a=b", {"webhook-id": "1"}, b"{}")
        assert (outcome.status, outcome.error) == (204, None)
        assert asked == ["receiver.example"]
        assert receiver.received[0].headers["host"] == f"receiver.example:{port}"
        assert receiver.received[0].path == "/in?a=b"
        asked.clear()
        monkeypatch.setattr(loop, "getaddrinfo", _only_for("other.example", lookup, loop.getaddrinfo))
        wrong = await sender.post(f"https://other.example:{port}/", {}, b"{}")
        assert wrong.status is None
        assert "certificate" in (wrong.error or "")


def _only_for(name, ours, theirs):
    async def lookup(host, port, **more):
        return await (ours if host == name else theirs)(host, port, **more)

    return lookup


def _certificate(name: str, folder) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for the name, and a context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    at = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        signed.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=signed.public_bytes(Encoding.PEM).decode())


@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, b""])
async def test_an_answer_that_is_none(answer):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outcome = await Sender(guard(), timeout=2).post(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert outcome.status is None
    assert outcome.error
    server.close()
    await server.wait_closed()


async def test_an_address_that_takes_no_connection_is_passed_over_for_the_next(monkeypatch, receiver):
    async def lookup(host, port, **_):
        # Nothing listens on the first one.
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("127.9.9.9", "127.0.0.1")]

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "getaddrinfo", _only_for("receiver.example", lookup, loop.getaddrinfo))
    url = receiver.url.replace("127.0.0.1", "receiver.example")
    assert (await Sender(guard()).post(url, {}, b"{}")).status == 204


async def test_an_endless_answer_is_cut_short():
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outcome = await Sender(guard(), timeout=2).post(f"http://127.0.0.1:{port}/", {}, b"{}")
    assert (outcome.status, outcome.answer) == (200, "x" * 1024)
    assert outcome.latency_ms < 1500
    server.close()
    await server.wait_closed()


async def test_only_allowed_networks_may_be_private():
    AddressGuard([ipaddress.ip_network("10.0.0.0/8")]).check("http://10.0.0.1/")
    AddressGuard().check("https://93.184.216.34/")
