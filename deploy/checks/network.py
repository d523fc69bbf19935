"""Rules about the network: who needs to reach whom follows from URLs, and policies let through that and no more, on both sides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from deploy import secrets
from deploy.checks.render import (
    PODS,
    Manifest,
    containers_of,
    labels_of,
    name_of,
    of_kind,
    pod_of,
    selects,
    settings_of,
)

_POSTGRES: Final = 5432
_DEFAULT_PORTS: Final = {"postgresql": _POSTGRES, "nats": 4222, "tls": 4222, "http": 80}
_WORLD: Final[dict[str, frozenset[int] | None]] = {
    "gateway-http": frozenset({443}),  # the issuer of access tokens
    "gateway-worker": None,  # webhooks, on whichever port
    "postgres-cnpg": frozenset({443, 6443}),  # the API server, the store of backups
    "postgres-pooler": frozenset({443, 6443}),  # the API server
}
"""Policies that may let out to addresses, and to which ports; None for any."""
_OUTSIDERS: Final = frozenset(
    {
        ("kube-system", "kube-dns"),
        ("monitoring", "prometheus"),
        ("monitoring", ""),  # where traces go
        ("cnpg-system", "cloudnative-pg"),
        ("gateway-system", ""),
    }
)
"""Namespaces, and pods in them, that are no part of us and may be named."""
_ELSEWHERE: Final = frozenset({"postgres", "postgres-pooler", "nats", "otel-collector"})
"""Parts that an overlay may lack; policies name them all the same."""


@dataclass(frozen=True, slots=True)
class Part:
    """Pods that a policy is about. Whichever PostgreSQL there is, it is the same to those who need one."""

    name: str
    labels: tuple[tuple[str, str], ...]

    @property
    def is_postgres(self) -> bool:
        """Whether it is a server of PostgreSQL, or a pooler before one."""
        return self.name in {"StatefulSet/postgres", "Cluster/postgres", "Pooler/postgres-pooler"}


def policies_fit_needs(manifests: list[Manifest]) -> Iterator[str]:
    """What is needed is let out and let in; what is let out or in is needed; every other name leads somewhere."""
    policies = [each for each in of_kind(manifests, "NetworkPolicy") if each["spec"]["podSelector"]]
    if not policies:
        return
    parts = _parts(manifests)
    needs = set(_needs(manifests, parts))
    for source, target, port in sorted(needs, key=str):
        if not _lets(policies, source, target, port, ("egress", "to")):
            yield f"{source.name}: may not go to {target.name} on {port}"
        if not _lets(policies, target, source, port, ("ingress", "from")):
            yield f"{target.name}: does not let {source.name} in on {port}"
    for policy in policies:
        for way in (("egress", "to"), ("ingress", "from")):
            for rule in policy["spec"].get(way[0], ()):
                for peer in rule.get(way[1], ({},)):
                    yield from _too_much(policy, way, rule, peer, parts, needs)
    for part in parts:
        if part.name not in _watched(manifests):
            continue
        port = _watched(manifests)[part.name]
        if not _lets_prometheus(policies, part, port):
            yield f"{part.name}: Prometheus does not get to {port}"


def _parts(manifests: list[Manifest]) -> list[Part]:
    found = [Part(name_of(each), tuple(labels_of(each).items())) for each in of_kind(manifests, *PODS)]
    found += [
        Part(name_of(cluster), (("cnpg.io/cluster", cluster["metadata"]["name"]),))
        for cluster in of_kind(manifests, "Cluster")
    ]
    found += [
        Part(name_of(pooler), tuple(pooler["spec"]["template"]["metadata"]["labels"].items()))
        for pooler in of_kind(manifests, "Pooler")
    ]
    return found


def _needs(manifests: list[Manifest], parts: list[Part]) -> Iterator[tuple[Part, Part, int]]:
    by_name = {part.name: part for part in parts}
    for workload in of_kind(manifests, *PODS):
        for url in _urls(manifests, workload):
            if reached := _at(manifests, by_name, url):
                yield by_name[name_of(workload)], *reached
    if (nats := by_name.get("StatefulSet/nats")) is not None:
        yield nats, nats, 6222  # its cluster, where it is one
    if (cluster := by_name.get("Cluster/postgres")) is not None:
        yield from ((cluster, cluster, port) for port in (_POSTGRES, 8000))
        if (pooler := by_name.get("Pooler/postgres-pooler")) is not None:
            yield pooler, cluster, _POSTGRES


def _urls(manifests: list[Manifest], workload: Manifest) -> Iterator[str]:
    """All that the workload is told, in settings and in secrets."""
    yield from settings_of(manifests, workload).values()
    external = {each["spec"]["target"]["name"]: each for each in of_kind(manifests, "ExternalSecret")}
    made = secrets.contents()
    for volume in pod_of(workload).get("volumes", ()):
        name = volume.get("secret", {}).get("secretName")
        if name in external:
            yield from external[name]["spec"]["target"]["template"]["data"].values()
        elif name != "postgres-passwords":
            yield from made.get(name, {}).values()


def _at(manifests: list[Manifest], parts: dict[str, Part], url: str) -> tuple[Part, int] | None:
    """Whom a URL leads to, and on which port of its pods."""
    scheme, told = url.partition("://")[0], urlsplit(url) if "://" in url else None
    if told is None or scheme not in _DEFAULT_PORTS or not told.hostname or "." in told.hostname:
        return None
    if scheme == "postgresql":
        wanted = "Pooler/postgres-pooler" if told.hostname.endswith("-pooler") else "Cluster/postgres"
        found = parts.get(wanted) or parts.get("StatefulSet/postgres") or parts.get("Cluster/postgres")
        return None if found is None else (found, _POSTGRES)
    port = told.port or _DEFAULT_PORTS[scheme]
    for service in of_kind(manifests, "Service"):
        if service["metadata"]["name"] != told.hostname:
            continue
        target = next(each["targetPort"] for each in service["spec"]["ports"] if each["port"] == port)
        for workload in of_kind(manifests, *PODS):
            if selects(service["spec"]["selector"], labels_of(workload)):
                numbers = {
                    each["name"]: each["containerPort"]
                    for one in containers_of(workload)
                    for each in one.get("ports", ())
                }
                return parts[name_of(workload)], numbers[target]
    return None


def _lets(policies: list[Manifest], part: Part, other: Part, port: int, way: tuple[str, str]) -> bool:
    return any(
        selects(peer.get("podSelector"), dict(other.labels)) and "namespaceSelector" not in peer
        for policy in policies
        if selects(policy["spec"]["podSelector"], dict(part.labels))
        for rule in policy["spec"].get(way[0], ())
        if port in {each["port"] for each in rule.get("ports", ())}
        for peer in rule.get(way[1], ())
    )


def _too_much(
    policy: Manifest,
    way: tuple[str, str],
    rule: dict[str, Any],
    peer: dict[str, Any],
    parts: list[Part],
    needs: set[tuple[Part, Part, int]],
) -> Iterator[str]:
    name, ports = name_of(policy), {each["port"] for each in rule.get("ports", ())}
    if not peer:
        yield f"{name}: lets everybody in or out"
    elif "ipBlock" in peer:
        allowed = _WORLD.get(policy["metadata"]["name"], frozenset())
        if way[0] == "ingress" or (allowed is not None and (not ports or ports - allowed)):
            yield f"{name}: is open to {peer['ipBlock']['cidr']}"
    elif "namespaceSelector" in peer:
        namespace = peer["namespaceSelector"].get("matchLabels", {}).get("kubernetes.io/metadata.name", "")
        pods = "".join(peer.get("podSelector", {}).get("matchLabels", {}).values())
        if (namespace, pods) not in _OUTSIDERS:
            yield f"{name}: there is no {pods or 'pod'} in {namespace or 'every namespace'}"
    else:
        hit = [part for part in parts if selects(peer["podSelector"], dict(part.labels))]
        wanted = peer["podSelector"].get("matchLabels", {})
        if not hit and wanted.get("app.kubernetes.io/name", wanted.get("cnpg.io/cluster", "")) not in _ELSEWHERE:
            yield f"{name}: nobody is {wanted}"
        for own in (part for part in parts if selects(policy["spec"]["podSelector"], dict(part.labels))):
            for other in hit:
                flow = (own, other) if way[0] == "egress" else (other, own)
                if not ports <= {
                    port for source, target, port in needs if _same(source, flow[0]) and _same(target, flow[1])
                }:
                    yield f"{name}: {flow[0].name} may go to {flow[1].name} on {sorted(ports) or 'any port'}, and need not"


def _same(one: Part, other: Part) -> bool:
    return one == other or (one.is_postgres and other.is_postgres)


def _watched(manifests: list[Manifest]) -> dict[str, int]:
    """Our own processes, where they are monitored: the port of their metrics."""
    if not of_kind(manifests, "ServiceMonitor"):
        return {}
    found = {}
    for workload in of_kind(manifests, "Deployment"):
        container = pod_of(workload)["containers"][0]
        if container["name"] == "app":
            found[name_of(workload)] = container["ports"][0]["containerPort"]
    return found


def _lets_prometheus(policies: list[Manifest], part: Part, port: int) -> bool:
    return any(
        peer.get("podSelector", {}).get("matchLabels", {}).get("app.kubernetes.io/name") == "prometheus"
        for policy in policies
        if selects(policy["spec"]["podSelector"], dict(part.labels))
        for rule in policy["spec"].get("ingress", ())
        if port in {each["port"] for each in rule.get("ports", ())}
        for peer in rule.get("from", ())
        if "namespaceSelector" in peer
    )
