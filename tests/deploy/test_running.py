"""The overlay `local`, rendered and running: real images, real probes, real ends, no cluster.

It needs podman as root, and an image to build on: the one that INTERLOCK_TEST_BASE names by its digest, or one of Debian's packages, made
with mmdebstrap. In INTERLOCK_TEST_TAG may be the tag of images that were built on it already.
"""

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter

import pytest
from deploy_kit import needs_kubectl
from kubectl_kit import Kubectl
from load_kit import HalfSent, Listener, Load, all_risks, new_project
from picture_kit import add_task, included, tasks_in_both
from podman_kit import PODMAN, logs, podman
from tour_kit import Shell, blocks

from chassis.commands import SHUTDOWN
from deploy.checks.render import of_kind
from deploy.images.__main__ import build
from deploy.images.closure import SERVICES

IS_THERE_A_BASE = os.environ.get("INTERLOCK_TEST_BASE") or shutil.which("mmdebstrap")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    needs_kubectl,
    pytest.mark.skipif(shutil.which("podman") is None, reason="podman is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="podman needs root to give Services addresses"),
    pytest.mark.skipif(
        not IS_THERE_A_BASE,
        reason="there is no image to build on: INTERLOCK_TEST_BASE names none (NAME@sha256:…) and mmdebstrap is not installed",
    ),
]


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


STREAMS = ["DEAD_LETTER_PROGRAM_SVC", "DEAD_LETTER_PROJECT_SVC", "PROGRAM", "PROJECT", "WORK_PROJECT_SVC"]
LARGEST = 500_000_000
"""Bytes of the gateway's image, with what it is built on."""


async def test_the_same_sources_make_the_same_image_and_a_small_one(base, images):
    image = images["interlock/gateway"]
    made = await asyncio.to_thread(podman, "image", "inspect", image, "--format", "{{.Id}}")
    assert await asyncio.to_thread(build, "gateway", base, "again", PODMAN) == made
    await asyncio.to_thread(podman, "rmi", "interlock/gateway:again")
    assert int(await asyncio.to_thread(podman, "image", "inspect", image, "--format", "{{.Size}}")) < LARGEST
    listed = await asyncio.to_thread(_in_image, image, "-c", "print(open('/opt/interlock/sbom.spdx.json').read())")
    assert json.loads(listed)["name"] == "interlock-gateway"


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


async def test_an_operator_gets_to_the_quarantine_as_the_runbook_says(running):
    for service in ("project", "program"):
        desk = await asyncio.to_thread(running.cluster.create_job, f"{service}-svc-operate")
        for command in ("outbox status", "parked", "dead-letter list"):
            await asyncio.to_thread(podman, "exec", desk.name, "python", "-m", f"{service}_svc", *command.split())
        serving = running.cluster.pods[f"{service}-svc-http"][0].name
        with pytest.raises(RuntimeError, match="OPERATOR_DATABASE_URL"):
            await asyncio.to_thread(podman, "exec", serving, "python", "-m", f"{service}_svc", "dead-letter", "list")


@pytest.mark.parametrize(("server", "seconds"), [("postgres", 100.0), ("nats", 20.0)])
async def test_a_frozen_server_takes_pods_out_of_service_and_restarts_none(running, server, seconds):
    """With requests in hand, and for longer than the kubelet has patience: liveness at every period, so many failures in a row are a restart."""
    pods = [pod for name, found in running.cluster.pods.items() for pod in found if name.endswith(("-http", "-worker"))]
    frozen = running.cluster.pods[server][0].name
    # Requests do not need NATS: they are complete with their row in the outbox.
    affected = [pod for pod in pods if server == "postgres" or "-worker-" in pod.name]
    load = Load(running, await new_project(running, f"FROZEN{server[:4]}".upper()), per_second=2)
    sending = asyncio.create_task(load.run())
    await _until(lambda: load.written, within=30)
    await asyncio.to_thread(podman, "pause", frozen)
    began = time.monotonic()
    try:
        await _until(lambda: not any(pod.probe("readinessProbe") for pod in affected), within=45)
        failures: Counter[str] = Counter()
        while time.monotonic() - began < seconds:
            for pod in pods:
                told = pod.container["livenessProbe"]
                alive = await asyncio.to_thread(pod.probe, "livenessProbe")
                failures[pod.name] = 0 if alive else failures[pod.name] + 1
                assert failures[pod.name] < told["failureThreshold"], f"the kubelet would end {pod.name}"
            await asyncio.sleep(told["periodSeconds"])
        assert [pod.name for pod in pods if pod not in affected and not pod.probe("readinessProbe")] == []
    finally:
        load.stop()
        await asyncio.to_thread(podman, "unpause", frozen)
    await sending
    await _until(lambda: all(pod.probe("readinessProbe") for pod in pods), within=60)
    restarts = [podman("inspect", pod.name, "--format", "{{.RestartCount}} {{.State.Status}}") for pod in pods]
    assert set(restarts) == {"0 running"}
    if server == "nats":
        assert load.failures == []
    async with running.client() as client:
        assert set(load.written) <= await all_risks(client, load.project)


async def _until(condition, within: float) -> None:
    deadline = time.monotonic() + within
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.5)


async def test_rolling_every_workload_under_load_fails_no_request_and_loses_nothing(running):
    project = await new_project(running, "ROLL")
    async with running.client() as client:
        program = (await client.post("/programs", json={"key": "ROLL", "name": "Rolled"})).json()["id"]
        await client.post(f"/programs/{program}/components", json={"project_id": project})
    load, listener = Load(running, project), Listener(running)
    listening = asyncio.create_task(listener.run())
    sending = asyncio.create_task(load.run())
    ends, during, rounds = {}, Counter(), 0
    try:
        while during.total() < 2000:
            rounds += 1
            for workload in of_kind(running.cluster.manifests, "Deployment"):
                name, before = workload["metadata"]["name"], load.answers.total()
                ends[name] = await running.cluster.roll(name)
                during[name] += load.answers.total() - before
    finally:
        load.stop()
        await sending
    print(dict(load.answers), dict(during), ends)

    assert load.failures[:5] == [], load.answers
    assert min(during.values()) >= 100, "each was rolled under load"
    # PID 1 has no default way to die of SIGTERM, so a process in order ends with 0.
    assert {code for code, _ in ends.values()} == {0}
    assert max(seconds for _, seconds in ends.values()) < 2 * SHUTDOWN, ends

    async with running.client() as client:
        assert await all_risks(client, project) == set(load.written)
        record = (await client.get(f"/projects/{project}")).json()
        position = {"Interlock-After": f"project/{project}@{record['revision']}", "Prefer": "wait=10"}
        schedule = await client.get(f"/programs/{program}/schedule", headers=position)
    assert schedule.json()["positions"][project] >= record["revision"]
    await _until(lambda: listening.done() or listener.created.keys() >= set(load.written), within=60)
    assert not listening.done(), listening
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert listener.times_cut >= rounds, "each roll of the gateway cuts it off"
    assert listener.said.keys() == {"close"}, "nothing was missing on the way"
    assert set(listener.created.values()) == {1}


@pytest.mark.parametrize("name", ["gateway-http", "project-svc-http"])
async def test_a_request_in_hand_is_answered_though_its_pod_gets_the_signal(running, name):
    """Without the pause before the signal: it comes in the middle of the request's body."""
    request = HalfSent(running, await new_project(running, f"HELD{name[:4]}".upper()))
    [old] = running.cluster.pods[name]
    new = await running.cluster.surge(old.workload)
    await request.begin()
    async with running.client() as client:  # who comes later is answered, so the first part has come, too
        assert (await client.get("/projects?limit=1")).status_code == 200
    running.cluster.withdraw(old)
    running.cluster.admit(new)
    ending = asyncio.create_task(running.cluster.end(old))
    await _until(lambda: not old.probe("livenessProbe"), within=10)
    assert not ending.done()

    assert (await request.finish()).startswith(b"HTTP/1.1 201 ")
    assert (await ending)[0] == 0


@pytest.mark.parametrize(("server", "gap"), [("nats", 0.0), ("postgres", 30.0)])
async def test_a_server_that_is_replaced_costs_no_write_or_a_stated_gap(running, server, gap):
    """NATS goes in its lame duck mode and nobody notices; PostgreSQL, alone as it is here, is away for at most half a minute."""
    load = Load(running, await new_project(running, f"GO{server[:4]}".upper()), per_second=5)
    sending = asyncio.create_task(load.run())
    try:
        await _until(lambda: load.written, within=30)
        began = time.monotonic() - load.began
        said = await running.cluster.replace(server)
        pods = [pod for found in running.cluster.pods.values() for pod in found if "readinessProbe" in pod.container]
        await _until(lambda: all(pod.probe("readinessProbe") for pod in pods), within=90)
        written = len(load.written)
        await _until(lambda: len(load.written) > written + 5, within=30)
    finally:
        load.stop()
        await sending
    assert [each for each in load.failures if not began <= float(each.split()[0]) <= began + gap] == []
    assert "lame duck" in said.lower() or server != "nats"
    async with running.client() as client:
        assert set(load.written) <= await all_risks(client, load.project)


@pytest.fixture
async def kubectl(running, tmp_path):
    """The commands of deploy/README.md, in a shell of their own."""
    shell = Kubectl(running.cluster, tmp_path, running.environment)
    yield shell
    shell.close()


async def shown_project(client, key: str) -> tuple[str, str]:
    """A project, and a program that shows it."""
    body = {"key": key, "name": key, "start": "2026-03-02", "currency": "EUR"}
    project = (await client.post("/projects", json=body)).json()["id"]
    program = (await client.post("/programs", json={"key": key, "name": key})).json()["id"]
    await client.post(f"/programs/{program}/components", json={"project_id": project})
    return project, program


async def test_databases_from_before_while_the_streams_are_ahead(running, kubectl):
    async with running.client() as client:
        project, program = await shown_project(client, "BEFOREDB")
        await included(client, program, await add_task(client, project, "Kept"))
        await kubectl.run("Save")
        await included(client, program, await add_task(client, project, "Lost with the disk"))
    assert "restored" in await kubectl.run("Restore the databases")
    async with running.client() as client:
        await included(client, program, await add_task(client, project, "Written after the restore"))
        own, shown = await tasks_in_both(client, project, program)
        names = {one["name"] for one in (await client.get(f"/projects/{project}/tasks?limit=1000")).json()["items"]}
    assert own == shown
    assert names == {"Kept", "Written after the restore"}


async def test_streams_from_before_while_the_databases_are_ahead(running, kubectl):
    async with running.client() as client:
        project, program = await shown_project(client, "BEFORENATS")
        assert (await kubectl.run("Save")).split() == STREAMS
        await included(client, program, await add_task(client, project, "Put back into the stream"))
    assert (await kubectl.run("Restore the streams")).split() == STREAMS
    async with running.client() as client:
        await included(client, program, await add_task(client, project, "And on"))
        own, shown = await tasks_in_both(client, project, program)
    assert own == shown
    assert len(own) == 2
    said = await asyncio.to_thread(logs, running.cluster.pods["project-svc-worker"][0].name)
    assert "the stream had lost events and has them again" in said
