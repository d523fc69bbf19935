"""A reader of one organisation's events on Kubernetes, as docs/operations.md says: rendered, and run with what was rendered."""

import asyncio
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import nats
import pytest
import yaml
from deploy_kit import find, needs_kubectl
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

from deploy import nats_accounts
from deploy.checks.render import KUBERNETES, objects, pod_of, render
from local_stack.nats import Nats
from local_stack.nats_users import READER_DOMAIN

pytestmark = [needs_kubectl, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
RECIPE = (
    (ROOT / "docs/operations.md").read_text().partition("### A reader for an organisation")[2].partition("\n## ")[0]
)
COMMANDS = re.findall(r"^python -m (deploy\.\w+) ([^>\n]+)", RECIPE, re.MULTILINE)
OVERLAY = re.search(r"```yaml\n(.+?)```", RECIPE, re.DOTALL)
HOME, ABROAD = "0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77", "0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e78"
READER, OPERATOR, PROJECT = ("tram", "of-the-reader"), ("operator", "of-operator"), ("project", "of-project")


class Rendered(Nats):
    """A server with the rendered configuration and environment; ports and folders alone are of this machine."""

    def __init__(self, folder, manifests):
        super().__init__(folder)
        self._settings = find(manifests, "ConfigMap/nats-config")["data"]["nats.conf"]
        accounts = folder.parent / "nats-accounts/accounts.conf"
        accounts.parent.mkdir()
        accounts.write_text(find(manifests, "ConfigMap/nats-accounts")["data"]["accounts.conf"])
        self.child.environment = {"NATS_NAME": self._name}
        for each in pod_of(find(manifests, "StatefulSet/nats"))["containers"][0]["env"]:
            if key := each["valueFrom"].get("secretKeyRef"):
                whose = "the-reader" if key["name"] == "nats-readers" else key["key"]
                self.child.environment[each["name"]] = f"of-{whose}"

    def _render(self):
        lines = [line for line in self._settings.splitlines() if not line.startswith("http:")]
        text = "\n".join(lines).replace("0.0.0.0:4222", f"127.0.0.1:{self.port}")
        text = text.replace('"/data"', f'"{self.folder}"').replace("/var/run/nats", str(self.folder))
        return text.replace("8GB", "64MB") + "\n"


def run(module, *arguments, **environment):
    """A command of the recipe, in a process of its own; what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def manifests(tmp_path_factory):
    """What the recipe's overlay renders to, over the local one."""
    [(module, arguments), _] = COMMANDS
    assert OVERLAY is not None
    own = tmp_path_factory.mktemp("overlay")
    (own / "accounts.conf").write_text(run(module, *arguments.split()))
    header = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": "interlock"}
    local = os.path.relpath(KUBERNETES / "overlays/local", own)
    told = header | {"resources": [local]} | yaml.safe_load(OVERLAY[1])
    (own / "kustomization.yaml").write_text(yaml.safe_dump(told))
    return objects(render(own))


@pytest.fixture(scope="module")
def server(manifests, tmp_path_factory):
    server = Rendered(tmp_path_factory.mktemp("bus") / "nats", manifests)
    server.start()
    yield server
    server.stop()


async def connected(server, user, **options):
    name, password = user
    return await nats.connect(server.url, user=name, password=password, **options)


@pytest.fixture(scope="module")
async def streams(server):
    client = await connected(server, OPERATOR)
    for name in ("PROJECT", "PROGRAM"):
        await client.jetstream().add_stream(name=name, subjects=[f"interlock.{name.lower()}.>"])
    yield client.jetstream()
    await client.close()


@pytest.fixture(scope="module")
async def consumers(server, streams):
    """Made by the recipe's last command, twice: the second time changes nothing."""
    [_, (module, arguments)] = COMMANDS
    told = arguments.replace('"$ORGANISATION"', HOME).split()
    for _ in range(2):
        await asyncio.to_thread(run, module, *told, "--server", server.url, NATS_OPERATOR_PASSWORD=OPERATOR[1])


async def test_a_reader_gets_its_organisations_events_of_both_streams_and_nobody_elses(server, streams, consumers):
    writer = await connected(server, PROJECT)
    for organization in (ABROAD, HOME, ABROAD):
        await writer.jetstream().publish(f"interlock.project.{organization}.p.task.created", b"{}")
    await writer.close()
    await streams.publish(f"interlock.program.{HOME}.p.goal.created", b"{}")
    client = await connected(server, READER, inbox_prefix="_INBOX_tram")
    for stream, what in (("PROJECT", "task"), ("PROGRAM", "goal")):
        events = await client.jetstream(domain=READER_DOMAIN).pull_subscribe_bind("tram", stream)
        [message] = await events.fetch(1, timeout=5)
        await message.ack_sync()
        assert message.subject == f"interlock.{stream.lower()}.{HOME}.p.{what}.created"
        assert (await events.consumer_info()).num_pending == 0
    await client.close()


@pytest.mark.usefixtures("consumers")
@pytest.mark.parametrize(
    "subject",
    [
        f"interlock.project.{HOME}.p.task.created",
        "$JS.interlock.API.CONSUMER.CREATE.PROJECT.tram",
        "$JS.interlock.API.CONSUMER.MSG.NEXT.PROJECT.rail",
        "$JS.interlock.API.STREAM.MSG.GET.PROJECT",
    ],
)
async def test_a_reader_may_do_nothing_else(server, streams, subject):
    refused: asyncio.Queue[str] = asyncio.Queue()

    async def on_error(error):
        refused.put_nowait(str(error))

    before = (await streams.stream_info("PROJECT")).state.messages
    client = await connected(server, READER, inbox_prefix="_INBOX_tram", error_cb=on_error)
    with pytest.raises((NatsTimeout, NoRespondersError)):
        await client.request(subject, b"{}", timeout=0.2)
    assert "permissions violation for publish" in (await asyncio.wait_for(refused.get(), 5)).lower()
    assert (await streams.stream_info("PROJECT")).state.messages == before
    await client.close()


async def test_whoever_is_not_named_does_not_get_in(server):
    client = nats.NATS()
    with pytest.raises(nats.errors.Error):
        await client.connect(server.url, user="rail", password="of-the-reader", allow_reconnect=False)
    if client._transport is not None:  # the client leaves open what refused it
        client._transport.close()
        with suppress(ConnectionResetError):  # the server may have gone first
            await client._transport.wait_closed()


@pytest.mark.parametrize("name", ["project", "services", "Tram", "7", "", "a.b", "a>"])
def test_a_name_that_would_be_somebody_elses_or_no_subject_is_refused(name):
    with pytest.raises(ValueError, match="not the name of a reader"):
        nats_accounts.document([name])


@pytest.mark.parametrize("command", ["nats_reader tram " + HOME, "streams save saved"])
def test_without_the_operators_password_the_command_says_so(command):
    module, *arguments = command.split()
    done = subprocess.run(
        [sys.executable, "-m", f"deploy.{module}", *arguments],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "NATS_OPERATOR_PASSWORD is not set" in done.stderr
