"""The overlay `local` as running containers, for `test_running.py`."""

import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cluster_kit import NETWORK, Cluster
from deploy_kit import manifests_of
from load_kit import Running
from podman_kit import PODMAN, podman

from deploy.images.__main__ import build
from deploy.images.base import make_base
from deploy.images.closure import SERVICES
from deploy.images.context import SERVERS

TAG = os.environ.get("INTERLOCK_TEST_TAG")


@pytest.fixture(scope="module")
def turn() -> Iterator[None]:
    """One run at a time on a machine: images, containers and addresses are called the same in each, and go when it ends."""
    with (Path(tempfile.gettempdir()) / f"{NETWORK}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module")
def base(turn: None) -> str:
    """An image to build on, by its digest."""
    return os.environ.get("INTERLOCK_TEST_BASE") or make_base("test", PODMAN)


@pytest.fixture(scope="module")
def images(turn: None, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Image in the manifests → the one that stands for it here: built now, unless INTERLOCK_TEST_TAG is the tag of some that are there."""
    names = (*SERVICES, *SERVERS)
    if not TAG:
        on = request.getfixturevalue("base")
        for name in names:
            build(name, on, "test", PODMAN)
    yield {f"interlock/{name}": f"localhost/interlock/{name}:{TAG or 'test'}" for name in names}
    if not TAG:
        podman("rmi", "--force", *(f"interlock/{name}:test" for name in names))


@pytest.fixture(scope="module")
async def running(images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The overlay, an organisation in it, and a way in."""
    cluster = Cluster(manifests_of("overlays/local"), images)
    try:
        await cluster.up()
        stack = Running(cluster, tmp_path_factory.mktemp("home"))
        await stack.open()
        yield stack
    finally:
        cluster.down()
