"""Rendered manifests as running containers, without a cluster: what the kubelet and the Services would do, done with podman.

A Service is a small forwarder on an address of its own, which spreads connections over the pods that are ready; a pod that goes is taken out
first, gets its pause, then SIGTERM. Servers with state keep their addresses, since nobody asks a name server here.
"""

import asyncio
import ipaddress
import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from podman_kit import Pod, Service, podman

from deploy import secrets
from deploy.checks.render import Manifest, labels_of, of_kind, selects

NETWORK = "interlock-test"
SUBNET = ipaddress.ip_network("10.244.77.0/24")
PROPAGATION = 1.0
"""Seconds until nobody sends new connections to a pod that goes, or any to one that came."""


class Cluster:
    """The manifests of an overlay, running."""

    def __init__(self, manifests: list[Manifest], images: dict[str, str]) -> None:
        self.manifests = manifests
        self.images = images
        self.folder = Path(tempfile.mkdtemp(prefix="interlock-podman-"))
        self.folder.chmod(0o755)
        self.secrets = secrets.contents()
        self.pods: dict[str, list[Pod]] = {}
        self.services: dict[str, Service] = {}
        self._addresses = iter([str(each) for each in SUBNET.hosts()][9:200])
        self._serial = 0
        self._bridge = ""

    async def up(self) -> None:
        """Servers first, then what migrates, then everything else; returns when all are ready. What another cluster left is removed."""
        _remove_leftovers()
        podman("network", "create", "--subnet", str(SUBNET), "--disable-dns", NETWORK)
        self._bridge = json.loads(podman("network", "inspect", NETWORK))[0]["network_interface"]
        fixed = self._fixed = {
            each["metadata"]["name"]: next(self._addresses) for each in of_kind(self.manifests, "StatefulSet")
        }
        for manifest in of_kind(self.manifests, "Service"):
            name = manifest["metadata"]["name"]
            if name not in fixed:
                self.services[name] = Service(manifest, next(self._addresses))
        self._hosts = fixed | {name: service.address for name, service in self.services.items()}
        for workload in of_kind(self.manifests, "StatefulSet"):
            self._begin(workload)
        # Else it has that of one of its containers, and nobody reaches a Service for a minute when that one goes.
        await asyncio.to_thread(_ip, "link", "set", "dev", self._bridge, "address", "02:00:00:00:77:01")
        for service in self.services.values():
            await asyncio.to_thread(_ip, "address", "add", f"{service.address}/24", "dev", self._bridge)
            await service.open()
        for pods in list(self.pods.values()):
            await asyncio.to_thread(pods[0].wait, "readinessProbe")
        jobs = [self._begin(workload) for workload in of_kind(self.manifests, "Job")]
        for job in jobs:
            code = await asyncio.to_thread(podman, "wait", job.name)
            if code != "0":
                raise RuntimeError(f"{job.name}: {podman('logs', job.name, check=False)}")
        deployments = of_kind(self.manifests, "Deployment")
        await self.scale({each["metadata"]["name"]: each["spec"].get("replicas", 2) for each in deployments})

    def down(self) -> None:
        """Remove everything that was made. AssertionError if something is left, or the logs say a secret."""
        secrets: list[str] = []
        for service in self.services.values():
            service.close()
        for pod in (each for pods in self.pods.values() for each in pods):
            secrets += pod.secrets_in_logs()
            podman("rm", "--force", "--time", "0", pod.name, check=False)
        podman("network", "rm", "--force", NETWORK, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        assert (_containers(), secrets) == ([], [])

    def create_job(self, cron_job: str) -> Pod:
        """As `kubectl create job --from=cronjob/…`: its pod."""
        made = next(each for each in of_kind(self.manifests, "CronJob") if each["metadata"]["name"] == cron_job)
        return self._begin({"kind": "Job", "metadata": made["metadata"], "spec": made["spec"]["jobTemplate"]["spec"]})

    async def scale(self, replicas: Mapping[str, int]) -> None:
        """Have so many pods of each of these, side by side; returns when all that came are ready and all that went are gone."""
        came: list[Pod] = []
        async with asyncio.TaskGroup() as leaving:
            for workload in of_kind(self.manifests, "Deployment", "StatefulSet"):
                name = workload["metadata"]["name"]
                pods = list(self.pods.get(name, ()))
                wanted = replicas.get(name, len(pods))
                for pod in pods[wanted:]:
                    leaving.create_task(self.terminate(pod))
                came += [await asyncio.to_thread(self._begin, workload) for _ in range(wanted - len(pods))]
        for pod in came:
            await asyncio.to_thread(pod.wait, "readinessProbe")
            self.admit(pod)

    def delete_claims(self, name: str) -> None:
        """Of a StatefulSet without pods: what its pods had written."""
        assert not self.pods[name]
        shutil.rmtree(self.folder / name / "data")

    async def roll(self, name: str) -> tuple[int, float]:
        """Replace each pod of a Deployment as a rolling update does: exit code and seconds of the last pod that went."""
        ended = (0, 0.0)
        for old in list(self.pods[name]):
            new = await self.surge(old.workload)
            await asyncio.sleep(old.workload["spec"]["minReadySeconds"])
            await asyncio.sleep(PROPAGATION)
            self.admit(new)
            ended = await self.terminate(old)
            if ended[0] != 0:
                break
        return ended

    async def replace(self, name: str) -> str:
        """As a StatefulSet's only pod is replaced: it ends, then a new one comes, with its address and its data. What the old one said."""
        [old] = self.pods[name]
        await self.scale({name: 0})
        await self.scale({name: 1})
        return old.said

    async def surge(self, workload: Manifest) -> Pod:
        """One pod more, ready; nobody is sent to it yet."""
        pod = await asyncio.to_thread(self._begin, workload)  # not here: connections are being forwarded
        await asyncio.to_thread(pod.wait, "readinessProbe")
        return pod

    async def terminate(self, pod: Pod) -> tuple[int, float]:
        """End one pod: out of its Service a little later, its pause meanwhile, then the signal."""
        await asyncio.sleep(PROPAGATION)
        self.withdraw(pod)
        await asyncio.sleep(max(pod.pause - PROPAGATION, 0))
        return await self.end(pod)

    async def end(self, pod: Pod) -> tuple[int, float]:
        """The signal, and nothing before it: exit code, seconds it took."""
        self.pods[pod.workload["metadata"]["name"]].remove(pod)
        return await asyncio.to_thread(pod.end)

    def withdraw(self, pod: Pod) -> None:
        """Send nobody to it any more."""
        for service in self.services.values():
            service.pods = [each for each in service.pods if each is not pod]

    def admit(self, pod: Pod) -> None:
        """Send connections to it, too."""
        for service in self.services.values():
            if selects(service.selector, labels_of(pod.workload)):
                service.pods.append(pod)

    def _begin(self, workload: Manifest) -> Pod:
        name = workload["metadata"]["name"]
        self._serial += 1
        pod = Pod(f"{NETWORK}-{name}-{self._serial}", workload, self._fixed.get(name) or next(self._addresses))
        pod.ports = {port["name"]: port["containerPort"] for port in pod.container.get("ports", [])}
        self.pods.setdefault(name, []).append(pod)
        podman(
            "run",
            "--detach",
            "--name",
            pod.name,
            *self._options(pod),
            *(["--entrypoint", json.dumps(pod.container["command"])] if "command" in pod.container else []),
            self.images[pod.container["image"].partition(":")[0]],
            *pod.container.get("args", ()),
        )
        return pod

    def _options(self, pod: Pod) -> list[str]:
        spec, container = pod.workload["spec"]["template"]["spec"], pod.container
        user = spec["securityContext"]
        security = container["securityContext"]
        options = ["--network", NETWORK, "--ip", pod.address, "--hostname", f"{pod.workload['metadata']['name']}-0"]
        # The next container at an address is that one to the network, too: else its clients send to the one that is gone, for half a minute.
        options += ["--mac-address", f"02:00:{ipaddress.ip_address(pod.address).packed.hex(':')}"]
        options += [f"--add-host={host}:{address}" for host, address in self._hosts.items()]
        options += ["--user", f"{user['runAsUser']}:{user['runAsGroup']}", "--cap-drop", "all"]
        options += ["--security-opt", "no-new-privileges"] if not security["allowPrivilegeEscalation"] else []
        options += ["--read-only", "--read-only-tmpfs=false"] if security["readOnlyRootFilesystem"] else []
        options += ["--memory", container["resources"]["limits"]["memory"].replace("Mi", "m").replace("Gi", "g")]
        # Without the right to raise limits, containers get what this process may have at most.
        files = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 4096)
        options += ["--ulimit", f"nofile={files}:{files}", "--ulimit", "nproc=4096:4096"]
        for name, value in self._environment(pod).items():
            options += ["--env", f"{name}={value}"]
        for mount in container.get("volumeMounts", []):
            options += self._mount(pod, mount)
        return options

    def _environment(self, pod: Pod) -> dict[str, str]:
        found: dict[str, str] = {}
        for source in pod.container.get("envFrom", []):
            found |= self._settings(source["configMapRef"]["name"])
        for variable in pod.container.get("env", []):
            source = variable.get("valueFrom")
            if source is None:
                found[variable["name"]] = variable["value"]
            elif "secretKeyRef" in source:
                found[variable["name"]] = self.secrets[source["secretKeyRef"]["name"]][source["secretKeyRef"]["key"]]
            else:
                found[variable["name"]] = f"{pod.workload['metadata']['name']}-0"
        return found

    def _mount(self, pod: Pod, mount: Manifest) -> list[str]:
        spec = pod.workload["spec"]["template"]["spec"]
        volume: dict[str, Any] = next((each for each in spec.get("volumes", []) if each["name"] == mount["name"]), {})
        if "emptyDir" in volume:
            size = volume["emptyDir"]["sizeLimit"].replace("Mi", "m")
            return ["--tmpfs", f"{mount['mountPath']}:rw,mode=1777,size={size}"]
        place = self.folder / pod.workload["metadata"]["name"] / mount["name"]
        place.mkdir(parents=True, exist_ok=True)
        files: dict[str, str] = {}
        if "secret" in volume:
            files = self.secrets[volume["secret"]["secretName"]]
        elif "configMap" in volume:
            files = self._settings(volume["configMap"]["name"])
        for name, text in files.items():
            (place / name).write_text(text)
        os.chown(place, spec["securityContext"]["runAsUser"], spec["securityContext"]["runAsGroup"])
        return ["--volume", f"{place}:{mount['mountPath']}{':ro' if mount.get('readOnly') else ''}"]

    def _settings(self, name: str) -> dict[str, str]:
        found: dict[str, str] = next(
            each["data"] for each in of_kind(self.manifests, "ConfigMap") if each["metadata"]["name"] == name
        )
        return found


def _containers() -> list[str]:
    """Those that stand for pods."""
    return podman("ps", "--all", "--quiet", "--filter", f"name=^{NETWORK}-").split()


def _remove_leftovers() -> None:
    """Of a run that was killed."""
    for name in _containers():
        podman("rm", "--force", "--time", "0", name)
    podman("network", "rm", "--force", NETWORK, check=False)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
