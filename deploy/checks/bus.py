"""Rules about NATS: its servers go one after the other, each lets its clients go first, and a renewed certificate is read."""

import re
from collections.abc import Iterator
from typing import Final

from deploy.checks.render import Manifest, containers_of, name_of, of_kind, pod_of

_SIGNAL: Final = ["/nats-server", "--signal", "ldm=/var/run/nats/nats.pid"]
_SECONDS: Final = re.compile(r"^lame_duck_(duration|grace_period): (\d+)s$", re.MULTILINE)


def bus_goes_in_order(manifests: list[Manifest]) -> Iterator[str]:
    """A server enters its lame duck mode before it goes, has time for it, and the next one goes only when its streams have caught up."""
    for workload in of_kind(manifests, "StatefulSet"):
        for container in pod_of(workload)["containers"]:
            if container["name"] == "nats":
                yield from (f"{name_of(workload)}: {line}" for line in _wrong(manifests, workload, container))


def _wrong(manifests: list[Manifest], workload: Manifest, container: Manifest) -> Iterator[str]:
    if container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command") != _SIGNAL:
        yield "cuts all its clients at once when it goes"
    said = _configuration(manifests, workload)
    lame = sum(int(seconds) for _, seconds in _SECONDS.findall(said))
    if not 0 < lame < pod_of(workload).get("terminationGracePeriodSeconds", 30):
        yield f"has no time for the {lame} s in which its clients go"
    if 'pid_file: "/var/run/nats/nats.pid"' not in said:
        yield "does not write where its signals go"
    if container["startupProbe"]["httpGet"]["path"] != "/healthz":
        yield "counts as started before its streams have caught up"
    if workload["spec"].get("minReadySeconds", 0) < 10:
        yield "the next one goes at once"
    certificates = set(re.findall(r"_file: \"(/etc/nats-tls/[^\"]+)\"", said))
    watched = {each for one in containers_of(workload) if one["name"] == "reloader" for each in one["args"]}
    for path in sorted(certificates - watched):
        yield f"goes on with the old {path} until it ends"


def _configuration(manifests: list[Manifest], workload: Manifest) -> str:
    names = {volume["configMap"]["name"] for volume in pod_of(workload)["volumes"] if "configMap" in volume}
    maps = of_kind(manifests, "ConfigMap")
    return "\n".join(text for each in maps if each["metadata"]["name"] in names for text in each["data"].values())
