"""Fault 25: receivers that are slow, gone, busy, broken or somewhere else than they say; secrets that change; what is sent again."""

import asyncio
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from webhook_kit import guard, make_hook, receiving

from contracts.envelope import Envelope
from gateway.webhooks.address import AddressGuard
from gateway.webhooks.schedule import MOST_TRIES
from gateway.webhooks.sender import Sender


def states(found) -> list[str]:
    return [each["state"] for each in found]


async def test_every_event_arrives_once_signed_and_as_it_is(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    said = [await author.task(), await author.program(), *await author.tasks(20)]
    got = await receiver.got(22)
    assert sorted(each.id for each in got) == sorted(said)
    for each in got:
        document = each.verified(hook.secret)
        envelope, _ = Envelope.from_structured(each.body)
        assert (document["id"], str(envelope.id)) == (each.id, each.id)
        assert each.headers["content-type"] == "application/cloudevents+json"
    found = await hook.until(lambda all_: set(states(all_)) == {"delivered"})
    assert [(attempt["status"], attempt["error"]) for each in found for attempt in each["attempts"]] == [
        (204, None)
    ] * 22
    assert (await hook.get())["last_success_at"] is not None


async def test_filters_and_organisations(live, author, worker, receiver, tokens):
    await make_hook(live.client, receiver.url, filters={"types": ["io.interlock.program.program.created.v1"]})
    theirs = {"Authorization": f"Bearer {await tokens.create('other')}"}
    assert (await live.client.post("/v1/webhooks", json={"url": receiver.url}, headers=theirs)).status_code == 201
    await worker.start()
    await author.task()
    wanted = await author.program()
    assert [each.id for each in await receiver.got(1)] == [wanted]
    await worker.stop()
    assert [each.id for each in receiver.received] == [wanted]


@pytest.mark.slow
async def test_a_worker_killed_anywhere_loses_and_doubles_nothing(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start(*worker.fanouts)
    said = await author.tasks(10)
    await hook.until(lambda found: len(found) == 10)
    await worker.stop()
    # Killed after it had committed the events, before the cursor of its memory: it reads again what it has recorded.
    await worker.sql("UPDATE webhook_cursors SET sequence = 0")
    # Killed with deliveries in hand: their claims end by themselves.
    await worker.sql("UPDATE webhook_deliveries SET claimed_until = now() + interval '0.3 seconds'")
    said += await author.tasks(5)
    await worker.start()
    await receiver.got(15)
    await hook.until(lambda found: states(found) == ["delivered"] * 15)
    assert sorted(each.id for each in receiver.received) == sorted(said)


@pytest.mark.slow
async def test_two_workers_send_nothing_twice(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    others = [type(worker.dispatcher)(*_parts(worker.dispatcher)) for _ in range(2)]
    await worker.start(*others)
    said = await author.tasks(60)
    await hook.until(lambda found: states(found) == ["delivered"] * 60)
    assert sorted(each.id for each in receiver.received) == sorted(said)


def _parts(dispatcher):
    return dispatcher._database, dispatcher._overview, dispatcher._seal, dispatcher._sender


async def test_no_more_at_once_than_a_receiver_is_to_bear_and_a_slow_one_holds_up_no_other(
    live, author, worker, receiver
):
    released = asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    async with receiving() as quick:
        receiver.answer = wait
        slow, other = await make_hook(live.client, receiver.url), await make_hook(live.client, quick.url)
        await worker.start()
        await author.tasks(12)
        await quick.got(12)
        await other.until(lambda found: states(found) == ["delivered"] * 12)
        assert receiver.under_way == receiver.most_under_way == 4
        released.set()
        await slow.until(lambda found: states(found) == ["delivered"] * 12)
        assert receiver.most_under_way == 4


@pytest.mark.parametrize("attempt_timeout", [1.0])
async def test_an_answer_that_does_not_come_is_tried_again_later(live, author, worker, receiver):
    async def never(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    receiver.answer = never
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    said = await author.task()
    [delivery] = await hook.until(lambda found: len(found) == 1 and found[0]["tries"] == 1)
    [attempt] = delivery["attempts"]
    assert (delivery["state"], attempt["status"]) == ("pending", None)
    assert "within 1 s" in attempt["error"]
    assert attempt["latency_ms"] >= 900
    wait = datetime.fromisoformat(delivery["due_at"]) - datetime.fromisoformat(attempt["at"])
    assert timedelta(seconds=2.5) <= wait <= timedelta(seconds=5)
    receiver.answer = 204
    await worker.make_due()
    await hook.until(lambda found: states(found) == ["delivered"])
    assert [each.id for each in receiver.received] == [said, said]


@pytest.mark.parametrize("status", [301, 400, 404, 500])
async def test_anything_but_2xx_is_tried_again_with_the_same_id(live, author, worker, receiver, status):
    receiver.answer = status
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    await author.task()
    [delivery] = await hook.until(lambda found: len(found) == 1 and found[0]["tries"] == 1)
    assert delivery["attempts"][0]["answer"] == f"answer {status}"
    await worker.make_due()
    first, second = await receiver.got(2)
    assert (first.id, first.body) == (second.id, second.body)
    first.verified(hook.secret)
    second.verified(hook.secret)


async def test_nothing_is_redirected(live, author, worker, receiver):
    async with receiving() as elsewhere:

        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=307, headers={"Location": elsewhere.url})

        receiver.answer = redirect
        hook = await make_hook(live.client, receiver.url)
        await worker.start()
        await author.task()
        [delivery] = await hook.until(lambda found: len(found) == 1 and found[0]["tries"] == 1)
        assert (delivery["state"], delivery["attempts"][0]["status"]) == ("pending", 307)
        assert elsewhere.received == []


async def test_gone_disables_and_what_waits_is_held_until_it_is_enabled(live, author, worker, receiver):
    receiver.answer = 410
    hook = await make_hook(live.client, receiver.url)
    await worker.start(*worker.fanouts)
    said = await author.tasks(6)
    await hook.until(lambda found: len(found) == 6)
    await worker.start(worker.dispatcher)
    found = await hook.until(lambda all_: "pending" not in states(all_))
    await worker.stop()
    assert ((await hook.get())["state"], (await hook.get())["disabled_reason"]) == ("disabled", "gone")
    tried = len(receiver.received)
    assert 1 <= tried <= 4
    assert sorted(states(await hook.deliveries())) == ["failed"] * tried + ["held"] * (6 - tried)
    assert (await hook.post(f"deliveries/{found[0]['id']}/redeliver")).json()["type"] == "/problems/webhook-disabled"
    assert (await hook.post("test")).status_code == 409
    receiver.answer = 204
    receiver.received.clear()
    assert (await live.client.patch(hook.path, json={"state": "enabled"})).json()["disabled_reason"] is None
    await worker.start()
    await hook.until(lambda all_: states(all_).count("delivered") == 6 - tried)
    assert {each.id for each in receiver.received} < set(said)


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_too_many_requests_pauses_everything_for_that_receiver(live, author, worker, receiver, form):
    at = datetime.now(UTC) + timedelta(seconds=600)
    header = "600" if form == "seconds" else at.strftime("%a, %d %b %Y %H:%M:%S GMT")

    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": header})

    receiver.answer = busy
    hook = await make_hook(live.client, receiver.url)
    await worker.start(*worker.fanouts)
    await author.tasks(10)
    await hook.until(lambda found: len(found) == 10)
    await worker.start(worker.dispatcher)
    soonest = datetime.now(UTC) + timedelta(seconds=500)
    await hook.until(lambda found: all(datetime.fromisoformat(each["due_at"]) > soonest for each in found))
    assert len(receiver.received) <= 4
    assert (await hook.get())["state"] == "enabled"


@pytest.mark.slow
async def test_given_up_after_days_of_failure_and_then_disabled(live, author, worker, receiver):
    receiver.answer = 500
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    await author.task()
    for tries in range(1, MOST_TRIES + 1):
        await hook.until(lambda found, tries=tries: len(found) == 1 and found[0]["tries"] == tries)
        await worker.make_due()
    [delivery] = await hook.until(lambda found: states(found) == ["failed"])
    assert len(delivery["attempts"]) == MOST_TRIES
    assert ((await hook.get())["state"], (await hook.get())["disabled_reason"]) == ("disabled", "failing")


async def test_one_hopeless_event_does_not_disable_a_receiver_that_takes_others(live, author, worker, receiver):
    async def choosy(request: web.Request) -> web.Response:
        return web.Response(status=500 if "poison" in await request.text() else 204)

    receiver.answer = choosy
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    await author.task("poison")
    await hook.until(lambda found: len(found) == 1 and found[0]["tries"] == 1)
    await author.task()
    await hook.until(lambda found: "delivered" in states(found))
    await worker.sql("UPDATE webhook_deliveries SET tries = :tries WHERE state = 'pending'", tries=MOST_TRIES - 1)
    await worker.make_due()
    await hook.until(lambda found: sorted(states(found)) == ["delivered", "failed"])
    assert (await hook.get())["state"] == "enabled"


async def test_rotation_signs_with_both_until_the_overlap_is_over(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    rotated = (await hook.post("rotate-secret", {"overlap_hours": 1})).json()
    assert rotated["secret"] not in (None, hook.secret)
    await author.task()
    [first] = await receiver.got(1)
    assert first.verified(hook.secret) == first.verified(rotated["secret"])
    await worker.sql("UPDATE webhooks SET previous_secret_until = now() - interval '1 second'")
    await author.task()
    second = (await receiver.got(2))[1]
    second.verified(rotated["secret"])
    with pytest.raises(WebhookVerificationError):
        second.verified(hook.secret)


async def test_a_leaked_secret_is_out_at_once(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    assert (await hook.post("rotate-secret", {"overlap_hours": 0})).json()["previous_secret_until"] is None
    await author.task()
    [only] = await receiver.got(1)
    with pytest.raises(WebhookVerificationError):
        only.verified(hook.secret)


async def test_a_redelivery_has_the_same_id_and_a_fresh_signature_an_old_copy_does_not_pass(
    live, author, worker, receiver
):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    await author.task()
    [first] = await receiver.got(1)
    [delivery] = await hook.until(lambda found: states(found) == ["delivered"])
    assert (await hook.post(f"deliveries/{delivery['id']}/redeliver")).status_code == 202
    second = (await receiver.got(2))[1]
    assert (second.id, second.body) == (first.id, first.body)
    second.verified(hook.secret)
    old = datetime.now(UTC) - timedelta(minutes=6)
    replayed = first.headers | {
        "webhook-timestamp": str(int(old.timestamp())),
        "webhook-signature": Webhook(hook.secret).sign(first.id, old, first.body.decode()),
    }
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(hook.secret).verify(first.body, replayed)


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
        "https://example.org/\r\nX: y",
    ],
)
async def test_addresses_that_are_refused_at_once(url):
    from gateway.webhooks.address import AddressRefused

    with pytest.raises(AddressRefused):
        AddressGuard().check(url)


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
