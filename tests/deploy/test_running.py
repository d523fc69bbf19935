"""The overlay `local`, rendered and running: real images, real probes, real ends, no cluster.

It needs podman as root and, in INTERLOCK_TEST_BASE, the image to build on by its digest; in INTERLOCK_TEST_TAG may be the tag of images
that are built already.
"""

import asyncio
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest
from cluster_kit import Cluster
from deploy_kit import find, manifests_of, needs_kubectl
from podman_kit import PODMAN, Service, podman
from tour_kit import Shell, blocks

from chassis.commands import SHUTDOWN
from deploy.checks.render import of_kind
from deploy.images.__main__ import build
from deploy.images.context import SERVERS, SERVICES
from local_stack.ports import free_port

BASE, TAG = os.environ.get("INTERLOCK_TEST_BASE"), os.environ.get("INTERLOCK_TEST_TAG")
PER_SECOND = 14
"""Requests, half of them writes."""

pytestmark = [
    pytest.mark.slow,
    needs_kubectl,
    pytest.mark.skipif(shutil.which("podman") is None, reason="podman is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="podman needs root to give Services addresses"),
    pytest.mark.skipif(
        not (BASE or TAG), reason="INTERLOCK_TEST_BASE does not name an image to build on, NAME@sha256:…"
    ),
]


@pytest.fixture(scope="module")
def images():
    """Image in the manifests → the one that stands for it here."""
    tag = TAG or "test"
    if not TAG:
        for name in (*SERVICES, *SERVERS):
            build(name, str(BASE), tag, PODMAN)
    yield {f"interlock/{name}": f"localhost/interlock/{name}:{tag}" for name in (*SERVICES, *SERVERS)}
    if not TAG:
        podman("rmi", "--force", *(f"interlock/{name}:{tag}" for name in (*SERVICES, *SERVERS)))


class Running:
    """The cluster, its way in from here, and an organisation."""

    def __init__(self, cluster: Cluster, home: Path) -> None:
        self.cluster = cluster
        self.home = home
        self.port = free_port()
        self.environment = {**os.environ, "INTERLOCK_HOME": str(home), "INTERLOCK_PORT": str(self.port)}

    async def open(self) -> None:
        manifest = find(self.cluster.manifests, "Service/gateway")
        way_in = Service(manifest, "127.0.0.1")
        way_in.port, way_in.pods = self.port, self.cluster.services["gateway"].pods
        self.cluster.services["from here"] = way_in
        await way_in.open()
        await self.gateway("create-organization", "demo", "--name", "Demo")
        token = await self.gateway(
            "create-token", "--organization", "demo", "--member", "a@demo.example", "--role", "admin"
        )
        (self.home / "token").write_text(token)

    async def gateway(self, *arguments: str) -> str:
        pod = self.cluster.pods["gateway-http"][0]
        return await asyncio.to_thread(podman, "exec", pod.name, "python", "-m", "gateway", *arguments)

    def client(self, **options) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {(self.home / 'token').read_text()}"}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}/v1", headers=headers, timeout=30, **options)


@pytest.fixture(scope="module")
async def running(images, tmp_path_factory):
    cluster = Cluster(manifests_of("overlays/local"), images)
    try:
        await cluster.up()
        stack = Running(cluster, tmp_path_factory.mktemp("home"))
        await stack.open()
        yield stack
    finally:
        cluster.down()


async def test_images_run_as_nobody_and_hold_one_service(images):
    for service in SERVICES:
        image = images[f"interlock/{service}"]
        assert await asyncio.to_thread(podman, "image", "inspect", image, "--format", "{{.User}}") == "10001:10001"
    listing = await asyncio.to_thread(
        _in_image,
        images["interlock/gateway"],
        "-c",
        "import os; print(os.listdir('/opt/interlock/lib/python3.11/site-packages'))",
    )
    assert "'gateway'" in listing
    assert "'project_svc'" not in listing
    assert "'numba'" not in listing


async def test_kernels_are_compiled_already(images):
    """Loading them takes a second or so of CPU, compiling them half a minute or more; the image cannot be written to."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = "import time; from planning.engine.loading import load; load(); print(time.process_time())"
    took = float(await asyncio.to_thread(_in_image, images["interlock/project-svc"], "-c", code))
    assert took < 10, before


def _in_image(image: str, *arguments: str) -> str:
    limits = ["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"]
    return podman(
        "run", "--rm", "--network", "none", "--read-only", *limits, "--entrypoint", "python", image, *arguments
    )


async def test_the_readmes_tour_runs_against_it(running):
    command = [sys.executable, "-m", "local_stack", "load", "deploy/local/src/local_stack/sample_program.json"]
    loaded = await asyncio.to_thread(
        subprocess.run, command, env=running.environment, capture_output=True, text=True, check=False
    )
    assert loaded.returncode == 0, loaded.stderr
    shell = Shell(running.environment)
    for title, commands, answer in blocks():
        assert await asyncio.to_thread(shell.paste, commands) == (0, answer), title
    shell.close()


@pytest.mark.parametrize("server", ["postgres", "nats"])
async def test_a_frozen_server_takes_pods_out_of_service_and_restarts_none(running, server):
    pods = [pod for name, found in running.cluster.pods.items() for pod in found if name.endswith(("-http", "-worker"))]
    frozen = running.cluster.pods[server][0].name
    # Requests do not need NATS: they are complete with their row in the outbox.
    affected = [pod for pod in pods if server == "postgres" or "-worker-" in pod.name]
    await asyncio.to_thread(podman, "pause", frozen)
    try:
        await _until(lambda: not any(pod.probe("readinessProbe") for pod in affected), within=45)
        for _ in range(4):
            assert all(await asyncio.to_thread(lambda: [pod.probe("livenessProbe") for pod in pods]))
        assert [pod.name for pod in pods if pod not in affected and not pod.probe("readinessProbe")] == []
    finally:
        await asyncio.to_thread(podman, "unpause", frozen)
    await _until(lambda: all(pod.probe("readinessProbe") for pod in pods), within=60)
    restarts = [podman("inspect", pod.name, "--format", "{{.RestartCount}} {{.State.Status}}") for pod in pods]
    assert set(restarts) == {"0 running"}


async def _until(condition, within: float) -> None:
    deadline = time.monotonic() + within
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.5)


class Load:
    """Requests at a steady rate through the way in, half over kept connections, half over new ones, half of them writes."""

    def __init__(self, running: Running, project: str) -> None:
        self.running, self.project = running, project
        self.answers: Counter[str] = Counter()
        self.written: list[str] = []
        self.failures: list[str] = []
        self.began = time.monotonic()
        self._over = asyncio.Event()

    async def run(self) -> None:
        async with self.running.client() as kept, asyncio.TaskGroup() as requests:
            number = 0
            while not self._over.is_set():
                number += 1
                requests.create_task(self._one(kept if number % 2 else None, number))
                await asyncio.sleep(1 / PER_SECOND)

    def stop(self) -> None:
        self._over.set()

    async def _one(self, kept: httpx.AsyncClient | None, number: int) -> None:
        if kept is None:
            async with self.running.client() as fresh:
                await self._ask(fresh, number)
        else:
            await self._ask(kept, number)

    async def _ask(self, client: httpx.AsyncClient, number: int) -> None:
        try:
            if number % 4 < 2:
                body = {"title": f"Risk {number}", "kind": "threat", "probability": 0.1, "response": "mitigate"}
                body |= {"cost_impact": {"amount": "10.00", "currency": "EUR"}, "days_impact": "P1D"}
                answer = await client.post(f"/projects/{self.project}/risks", json=body)
                if answer.status_code == 201:
                    self.written.append(answer.json()["id"])
            elif number % 4 == 2:
                answer = await client.get(f"/projects/{self.project}/risks?limit=5")
            else:
                answer = await client.get("/programs?limit=5")
            self.answers[str(answer.status_code)] += 1
            if answer.status_code >= 400:
                self.failures.append(f"{time.monotonic() - self.began:.1f} s {answer.request.url.path} {answer.text}")
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            self.failures.append(f"{time.monotonic() - self.began:.1f} s request {number % 4}: {error!r}")


async def test_rolling_every_workload_under_load_fails_no_request_and_loses_nothing(running):
    async with running.client() as client:
        body = {"key": "ROLL", "name": "Rolled", "start": "2026-03-02", "currency": "EUR"}
        project = (await client.post("/projects", json=body)).json()["id"]
        program = (await client.post("/programs", json={"key": "ROLL", "name": "Rolled"})).json()["id"]
        await client.post(f"/programs/{program}/components", json={"project_id": project})
    load = Load(running, project)
    sending = asyncio.create_task(load.run())
    ends = {}
    try:
        for workload in of_kind(running.cluster.manifests, "Deployment"):
            name = workload["metadata"]["name"]
            ends[name] = await running.cluster.roll(name)
        await _until(lambda: load.answers.total() >= 2000, within=120)
    finally:
        load.stop()
        await sending
    print(dict(load.answers), ends)

    assert load.failures[:5] == [], load.answers
    assert load.answers.total() >= 2000
    # PID 1 has no default way to die of SIGTERM, so a process in order ends with 0.
    assert {code for code, _ in ends.values()} == {0}
    assert max(seconds for _, seconds in ends.values()) < 2 * SHUTDOWN, ends

    async with running.client() as client:
        assert await _all_risks(client, project) == set(load.written)
        record = (await client.get(f"/projects/{project}")).json()
        position = {"Interlock-After": f"project/{project}@{record['revision']}", "Prefer": "wait=10"}
        schedule = await client.get(f"/programs/{program}/schedule", headers=position)
    assert schedule.json()["positions"][project] >= record["revision"]


async def _all_risks(client: httpx.AsyncClient, project: str) -> set[str]:
    found: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 1000, **({"cursor": cursor} if cursor else {})}
        page = (await client.get(f"/projects/{project}/risks", params=query)).json()
        found |= {each["id"] for each in page["items"]}
        cursor = page["next"]
    return found
