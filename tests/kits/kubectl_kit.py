"""The commands of deploy/README.md on an overlay that runs without a cluster: what `kubectl` would do, done with podman.

What only reaches into pods and Secrets is a program of that name, for a shell; what changes the cluster is done here, a line at a time.
"""

import asyncio
import re
import shlex
import sys
from pathlib import Path

from cluster_kit import Cluster
from deploy_kit import find
from podman_kit import PODMAN, Service
from tour_kit import Shell

from deploy.checks.render import of_kind

README = Path(__file__).parents[2] / "deploy/README.md"
PREFIX = "kubectl -n interlock "
STAND_IN = """#!/bin/sh
set -eu
here=$(dirname "$0")
shift 2  # -n interlock
case "$1" in
exec)
  shift
  interactive=
  if [ "$1" = -i ]; then interactive=-i; shift; fi
  pod=$(cat "$here/pods/${1#*/}")
  shift 2
  exec PODMAN exec $interactive "$pod" "$@"
  ;;
get)
  key=${5#*.data.}
  base64 -w 0 < "$here/secrets/$3/${key%\\}}"
  ;;
*) echo "no stand-in for $*" >&2; exit 64 ;;
esac
"""


def commands_of(section: str) -> list[str]:
    """The lines of the shell block behind the bold words of a section of deploy/README.md."""
    block = re.search(rf"^\*\*{section}\*\*.*?^```sh\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    assert block is not None, section
    return block[1].splitlines()


class Kubectl:
    """A shell in a folder of its own, with a `kubectl` on its path that knows one cluster."""

    def __init__(self, cluster: Cluster, folder: Path, environment: dict[str, str]) -> None:
        self.cluster = cluster
        self._folder = folder
        for place in ("pods", *(f"secrets/{name}" for name in cluster.secrets)):
            (folder / place).mkdir(parents=True)
        for name, values in cluster.secrets.items():
            for key, value in values.items():
                (folder / "secrets" / name / key).write_text(value)
        program = folder / "kubectl"
        program.write_text(STAND_IN.replace("PODMAN", shlex.join(PODMAN)))
        program.chmod(0o755)
        path = f"{folder}:{Path(sys.executable).parent}:{environment['PATH']}"
        self._shell = Shell({**environment, "PATH": path, "SAVED": str(folder / "saved")})
        self._shell.paste(f"cd {README.parents[1]}; set -o pipefail")
        self._forwarded: Service | None = None

    async def run(self, section: str) -> str:
        """Every command of a section, each of which must go well; what they print."""
        printed = ""
        for line in commands_of(section):
            if not await self._changed(line):
                self._note_pods()
                code, said = await asyncio.to_thread(self._shell.paste, line)
                assert code == 0, f"{line}: {said}"
                printed += said
        return printed

    def close(self) -> None:
        self._shell.close()
        if self._forwarded is not None:
            self._forwarded.close()

    def _note_pods(self) -> None:
        for name, pods in self.cluster.pods.items():
            if pods:
                (self._folder / "pods" / name).write_text(pods[-1].name)

    async def _changed(self, line: str) -> bool:
        """Whether the line is one that changes the cluster, or waits for it, and so is done already."""
        if scaled := re.fullmatch(rf"{PREFIX}scale deployment --all --replicas=(\d)", line):
            deployments = of_kind(self.cluster.manifests, "Deployment")
            await self.cluster.scale({each["metadata"]["name"]: int(scaled[1]) for each in deployments})
        elif scaled := re.fullmatch(rf"{PREFIX}scale statefulset nats --replicas=(\d)", line):
            await self.cluster.scale({"nats": int(scaled[1])})
        elif line == f"{PREFIX}delete pvc -l app.kubernetes.io/name=nats":
            self.cluster.delete_claims("nats")
        elif line == f"{PREFIX}port-forward service/nats 4222 &":
            await self._forward()
        else:  # what scales returns when it is done
            return line.startswith((f"{PREFIX}wait --for=delete pod ", f"{PREFIX}rollout status "))
        return True

    async def _forward(self) -> None:
        if self._forwarded is not None:
            self._forwarded.close()
        self._forwarded = Service(find(self.cluster.manifests, "Service/nats"), "127.0.0.1")
        self._forwarded.pods = self.cluster.pods["nats"]
        await self._forwarded.open()
