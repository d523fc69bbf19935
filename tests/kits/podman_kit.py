"""Containers that stand for pods, and forwarders that stand for Services."""

import asyncio
import shutil
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field

from secrets_kit import said_in

from deploy.checks.render import Manifest

PODMAN = ["podman", "--runtime", "runc"] if shutil.which("runc") else ["podman"]


def podman(*arguments: str, check: bool = True) -> str:
    """Run podman; its output. Raises RuntimeError with what it complained of."""
    done = subprocess.run([*PODMAN, *arguments], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"podman {' '.join(arguments[:3])}: {done.stderr.strip()[-600:]}")
    return done.stdout.strip()


def logs(name: str) -> str:
    """All that a container has said."""
    done = subprocess.run([*PODMAN, "logs", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode(errors="replace")


@dataclass
class Pod:
    """A running container that stands for a pod of one container."""

    name: str
    workload: Manifest
    address: str
    ports: dict[str, int] = field(default_factory=dict)
    said: str = ""
    """All that it said, once it has ended."""

    @property
    def container(self) -> Manifest:
        """Its only container."""
        found: Manifest = self.workload["spec"]["template"]["spec"]["containers"][0]
        return found

    def probe(self, which: str) -> bool:
        """Ask one of its probes now."""
        told = self.container[which]
        within = told.get("timeoutSeconds", 1)
        if "httpGet" in told:
            url = f"http://{self.address}:{self.ports[told['httpGet']['port']]}{told['httpGet']['path']}"
            try:
                with urllib.request.urlopen(url, timeout=within) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False
        if "exec" in told:
            command = [*PODMAN, "exec", self.name, *told["exec"]["command"]]
            try:
                return subprocess.run(command, capture_output=True, timeout=within + 5, check=False).returncode == 0
            except subprocess.TimeoutExpired:
                return False
        raise NotImplementedError(which)

    def wait(self, which: str, within: float = 90) -> float:
        """Wait until a probe says yes; how long that took. Raises RuntimeError with the pod's last words."""
        began = time.monotonic()
        while not self.probe(which):
            if time.monotonic() - began > within:
                raise RuntimeError(
                    f"{self.name}: {which} fails: {podman('logs', '--tail', '15', self.name, check=False)}"
                )
            time.sleep(0.25)
        return time.monotonic() - began

    def end(self) -> tuple[int, float]:
        """Its hook, SIGTERM, and SIGKILL when the grace period is over; then it is gone. Exit code, seconds it took."""
        began = time.monotonic()
        self._stop()
        took = time.monotonic() - began
        code = int(podman("inspect", self.name, "--format", "{{.State.ExitCode}}"))
        self.said = logs(self.name)
        podman("rm", "--force", self.name)
        assert list(said_in(self.name, self.said.encode())) == []
        return code, took

    @property
    def pause(self) -> float:
        """Seconds between the word that it goes and the signal."""
        return float(self._before_the_signal.get("sleep", {}).get("seconds", 0))

    @property
    def _before_the_signal(self) -> Manifest:
        found: Manifest = self.container.get("lifecycle", {}).get("preStop", {})
        return found

    def _stop(self) -> None:
        if hook := self._before_the_signal.get("exec"):
            podman("exec", self.name, *hook["command"])
        grace = self.workload["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        podman("stop", "--time", str(grace), self.name)

    def secrets_in_logs(self) -> list[str]:
        """What the container has said and should not have."""
        return list(said_in(self.name, logs(self.name).encode()))


class Service:
    """One address for the pods that are ready, as kube-proxy does: a connection stays with the pod it began with."""

    def __init__(self, manifest: Manifest, address: str) -> None:
        self.name = manifest["metadata"]["name"]
        self.selector = manifest["spec"]["selector"]
        self.address = address
        self.port = manifest["spec"]["ports"][0]["port"]
        self.target = manifest["spec"]["ports"][0]["targetPort"]
        self.pods: list[Pod] = []
        self._turn = 0
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._forward, self.address, self.port)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.pods:
            writer.transport.abort()
            return
        self._turn += 1
        pod = self.pods[self._turn % len(self.pods)]
        try:
            theirs = await asyncio.open_connection(pod.address, pod.ports[self.target])
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_pump(reader, theirs[1]), _pump(theirs[0], writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        writer.transport.abort()
    finally:
        writer.close()
