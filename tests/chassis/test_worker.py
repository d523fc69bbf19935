"""The worker as a process: it says how it is, and ends in order and in time."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from textwrap import dedent
from uuid import uuid4

import httpx
import pytest

from chassis import worker
from chassis.declared import Declared
from chassis.health import Health
from chassis.relay import Relay
from chassis.settings import ServiceSettings
from chassis.work_queue import WorkQueue
from contracts.subjects import Stream
from local_stack.ports import free_port

pytestmark = pytest.mark.slow

HOME = uuid4()


class Loop:
    """A part that does nothing, and says when it does what."""

    def __init__(self, name, diary, *, dies=False, hangs=False):
        self.name = name
        self.diary = diary
        self.dies = dies
        self.hangs = hangs
        self.began = asyncio.Event()
        self.stopping = asyncio.Event()

    async def run(self, health):
        health.beat(self.name)
        self.began.set()
        if self.dies:
            raise ValueError("a fault of ours")
        await self.stopping.wait()
        if self.hangs:
            await asyncio.Event().wait()
        self.diary.append(f"{self.name} ended")

    def stop(self):
        self.diary.append(f"{self.name} told to stop")
        self.stopping.set()


class Resource:
    def __init__(self, diary, *, fails=False):
        self.diary = diary
        self.fails = fails

    async def close(self):
        self.diary.append("closed")
        if self.fails:
            raise OSError("will not close")


async def ended(parts, diary, *, fails=False):
    closing = [Resource(diary, fails=fails), Resource(diary)]
    return await asyncio.wait_for(worker.run(parts, health=Health(), closing=closing), 10)


async def test_on_a_signal_parts_end_one_after_the_other_then_resources_close():
    diary = []
    parts = [Loop("consumer", diary), Loop("relay", diary)]
    running = asyncio.create_task(ended(parts, diary))
    await parts[-1].began.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running
    assert diary == [
        "consumer told to stop", "consumer ended", "relay told to stop", "relay ended", "closed", "closed",
    ]  # fmt: skip


async def test_a_part_that_dies_ends_the_worker_and_is_no_success():
    diary = []
    assert not await ended([Loop("consumer", diary, dies=True), Loop("relay", diary)], diary)
    assert "relay ended" in diary


async def test_a_part_that_hangs_is_cancelled_and_the_rest_still_closes(monkeypatch):
    monkeypatch.setattr(worker, "PARTS_GRACE", 0.1)
    diary = []
    parts = [Loop("consumer", diary, hangs=True), Loop("relay", diary)]
    running = asyncio.create_task(ended(parts, diary, fails=True))
    await parts[-1].began.wait()
    os.kill(os.getpid(), signal.SIGINT)
    assert not await running
    assert diary == ["consumer told to stop", "relay told to stop", "relay ended", "closed", "closed"]


def test_a_worker_without_a_relay_database_says_which_variable_is_missing(tmp_path, capsys, monkeypatch):
    settings = ServiceSettings(
        database_url="postgresql://x", nats_url="nats://x", auth_public_key_file=tmp_path / "key"
    )
    with pytest.raises(SystemExit) as exit_:
        worker.run_service("messaging_svc", settings, writes=Stream.PROJECT, follows={})
    assert exit_.value.code == 2
    assert "INTERLOCK_RELAY_DATABASE_URL" in capsys.readouterr().err


async def test_every_stream_that_a_worker_declares_has_as_many_copies_as_it_is_told(tmp_path, monkeypatch):
    """Its events, its dead letters, and the work that it gives itself: with one copy of these, jobs waited for the one server that had it."""
    parts = []
    monkeypatch.setattr(worker, "run_parts", lambda made, **_: parts.extend(made))
    url = "postgresql://nobody@127.0.0.1:1/none"
    settings = ServiceSettings(
        database_url=url, relay_database_url=url, nats_url="nats://x", auth_public_key_file=tmp_path, stream_replicas=3
    )
    worker.run_service("some_svc", settings, writes=Stream.PROJECT, follows={}, work=lambda _: None)
    [declared] = [part._configs for part in parts if isinstance(part, Declared)]
    made = [part._config for part in parts if isinstance(part, Relay | WorkQueue)]
    names = {"PROJECT", "DEAD_LETTER_SOME_SVC", "WORK_SOME_SVC"}
    assert {config.name for config in declared} == {config.name for config in made} == names
    assert {config.num_replicas for config in [*declared, *made]} == {3}


def test_a_worker_refuses_a_pooler_of_transactions(tmp_path, capsys):
    told = {"database_url": "postgresql://x", "relay_database_url": "postgresql://x", "nats_url": "nats://x"}
    settings = ServiceSettings(**told, auth_public_key_file=tmp_path / "key", database_pooling="transaction")
    with pytest.raises(SystemExit) as exit_:
        worker.run_service("messaging_svc", settings, writes=Stream.PROJECT, follows={})
    assert exit_.value.code == 2
    assert "INTERLOCK_DATABASE_POOLING" in capsys.readouterr().err


SCRIPT = """
    from chassis import worker
    from chassis.projection import Projection
    from chassis.settings import ServiceSettings, load
    from contracts.subjects import Stream

    async def look(session, event):
        pass

    follows = {Stream.PROJECT: Projection({"io.interlock.project.counter.counted.v1": look})}
    worker.run_service("messaging_svc", load(ServiceSettings), writes=Stream.PROJECT, follows=follows)
"""


def start(service, kit, postgres, tmp_path, *, nats_url):
    """The made-up service's worker, and the port of its probes."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "INTERLOCK_DATABASE_URL": postgres.url(service.name, kit.APP),
        "INTERLOCK_RELAY_DATABASE_URL": service.relay_url,
        "INTERLOCK_NATS_URL": nats_url,
        "INTERLOCK_HEALTH_PORT": str(port),
        "INTERLOCK_AUTH_PUBLIC_KEY_FILE": str(tmp_path / "unused"),
    }
    return subprocess.Popen([sys.executable, "-c", dedent(SCRIPT)], env=environment), port


async def test_a_worker_that_never_saw_nats_ends_in_order_and_at_once(service, kit, postgres, tmp_path):
    """It waited for the connection whatever it was told, was cancelled after its grace, and said that it had failed."""
    process, port = start(service, kit, postgres, tmp_path, nats_url=f"nats://127.0.0.1:{free_port()}")
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await kit.eventually(lambda: waits_for_nats(client))
        started = time.monotonic()
        process.terminate()
        assert await asyncio.to_thread(process.wait, 10) == 0
        assert time.monotonic() - started < 2
    finally:
        process.kill()
        process.wait()


async def waits_for_nats(client):
    try:
        reasons = (await client.get("/health/ready")).json()["reasons"]
    except httpx.TransportError:
        return False
    return {"relay", "dead-letter relay", "messaging-svc-project"} <= set(reasons)


async def test_a_real_worker_with_messages_in_flight_ends_within_five_seconds(
    service, bus, kit, postgres, nats_server, tmp_path
):
    process, port = start(service, kit, postgres, tmp_path, nats_url=nats_server.url)
    try:
        for _ in range(3):
            await service.count(uuid4(), HOME, 400)
        await kit.eventually(lambda: has_begun(service))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/health/live")).status_code == 200
            # The made-up package has no migrations to be at the head of.
            await kit.eventually(lambda: has_no_reasons_but(client, {"database"}))
            metrics = (await client.get("/metrics")).text
            assert "interlock_outbox_published_total" in metrics
            assert "interlock_consumer_lag" in metrics
        started = time.monotonic()
        process.terminate()
        assert await asyncio.to_thread(process.wait, 10) == 0
        assert time.monotonic() - started < 5
    finally:
        process.kill()
        process.wait()


async def has_no_reasons_but(client, known):
    return set((await client.get("/health/ready")).json()["reasons"]) <= known


async def has_begun(service):
    return await service.rows("SELECT count(*) > 0 FROM boundary_positions") == [(True,)]
