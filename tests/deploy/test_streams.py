"""`python -m deploy.streams` on a server: what it prints, and what it ends with."""

import os
import subprocess
import sys
from pathlib import Path

import nats
import pytest

from local_stack.nats import Nats

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(tmp_path):
    """A server that holds the streams of this test alone."""
    server = Nats(tmp_path / "store")
    server.start()
    yield server
    server.stop()


def streams(*arguments):
    environment = {"PATH": os.environ["PATH"], "NATS_OPERATOR_PASSWORD": "of-the-operator"}
    command = [sys.executable, "-m", "deploy.streams", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


async def test_streams_are_saved_by_name_and_restored_where_they_are_gone(server, tmp_path):
    client = await nats.connect(server.url)
    stream = client.jetstream()
    await stream.add_stream(name="KEPT", subjects=["kept.>"])
    await stream.publish("kept.one", b"{}")
    saved = streams("save", tmp_path / "saved", "--server", server.url)
    assert (saved.returncode, saved.stdout, saved.stderr) == (0, "KEPT\n", "")

    there_still = streams("restore", tmp_path / "saved", "--server", server.url)
    assert (there_still.returncode, there_still.stdout) == (1, "")
    assert "already in use" in there_still.stderr

    await stream.delete_stream("KEPT")
    restored = streams("restore", tmp_path / "saved", "--server", server.url)
    assert (restored.returncode, restored.stdout, restored.stderr) == (0, "KEPT\n", "")
    assert (await stream.get_msg("KEPT", 1)).data == b"{}"
    await stream.delete_stream("KEPT")
    await client.close()
