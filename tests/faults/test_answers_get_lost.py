"""A client that got no answer asks again under the same key, perhaps many times at once: what it asked for happens once."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis import identity
from chassis.identity import Identity, Signer
from contracts.vocabulary import OrganizationRole
from local_stack.ports import free_port

pytestmark = pytest.mark.slow

SERVICE = Path(__file__).with_name("counter_service.py")
SIGNING = Ed25519PrivateKey.generate()


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(SIGNING.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


@pytest.fixture
def counters(service, kit, postgres, key_file):
    """Start the service, which dies `before` or `after` its first commit, or `never`; answers its address."""
    started = []

    async def start(moment):
        url = f"http://127.0.0.1:{(port := free_port())}"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(kit.__file__).parent),
            "INTERLOCK_DATABASE_URL": postgres.url(service.name, kit.APP),
            "INTERLOCK_NATS_URL": "nats://127.0.0.1:1",
            "INTERLOCK_AUTH_PUBLIC_KEY_FILE": str(key_file),
            "INTERLOCK_PORT": str(port),
        }
        process = subprocess.Popen([sys.executable, SERVICE, key_file, moment], env=environment)  # noqa: ASYNC220  (started at once)
        started.append(process)
        async with httpx.AsyncClient() as client:

            async def answers():
                try:
                    return (await client.get(f"{url}/health/live")).status_code == 200
                except httpx.TransportError:
                    return False

            await kit.eventually(answers, within=30)
        return process, url

    yield start
    for process in started:
        process.kill()
        process.wait()


async def ask(kit, url, counter_id, key):
    caller = Identity("member:1", kit.ORGANIZATION, frozenset({OrganizationRole.ADMIN}))
    headers = {
        "Authorization": f"Bearer {Signer(SIGNING).issue(caller, 'counters', lifetime=60)}",
        "Idempotency-Key": key,
    }
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        return await client.post(f"{url}/counters/{counter_id}")


async def test_a_service_that_dies_before_its_answer_has_written_once(world, kit, counters):
    world.relay()
    world.consumer()
    _, healthy = await counters("never")
    for number, moment in enumerate(("before", "after"), start=1):
        process, url = await counters(moment)
        with pytest.raises(httpx.TransportError):
            await ask(kit, url, world.one, f"lost {moment}")
        assert await asyncio.to_thread(process.wait, 10) == -signal.SIGKILL
        written = await world.service.rows("SELECT coalesce(max(revision), 0) FROM boundaries")
        assert written == [(number if moment == "after" else number - 1,)]
        again = await asyncio.gather(*(ask(kit, healthy, world.one, f"lost {moment}") for _ in range(8)))
        assert [(answer.status_code, answer.json()) for answer in again] == [(201, {"revision": number})] * 8
    await world.ends_well()
    assert await world.told() == [(str(world.one), 1, 1), (str(world.one), 2, 1)]


async def test_a_token_by_a_clock_that_is_ten_minutes_off_writes_nothing(world, kit, counters, monkeypatch):
    """Whether it is ahead or behind; under the same key the write is done once as soon as the clocks agree."""
    world.relay()
    world.consumer()
    _, url = await counters("never")
    for number, seconds in enumerate((-600, 600), start=1):
        with monkeypatch.context() as patched:
            patched.setattr(identity, "time", SimpleNamespace(time=lambda off=seconds: time.time() + off))
            refused = await ask(kit, url, world.one, f"off by {seconds}")
        assert (refused.status_code, refused.json()["type"]) == (401, "/problems/unauthenticated")
        assert len(await world.service.history()) == number - 1
        again = await ask(kit, url, world.one, f"off by {seconds}")
        assert (again.status_code, again.json()) == (201, {"revision": number})
    await world.ends_well()
    assert await world.is_told_in_order()
