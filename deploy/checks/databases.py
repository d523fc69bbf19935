"""Rules about PostgreSQL: what lasts for a session goes past poolers of transactions, and everybody's connections find room."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from chassis.database import HELD
from deploy.checks.render import PODS, Manifest, labels_of, name_of, of_kind, pod_of, settings_of

POOLING: Final = "INTERLOCK_DATABASE_POOLING"
POOL: Final = "INTERLOCK_DATABASE_POOL"
_BESIDES: Final = {"http": HELD + 1, "worker": HELD + 4 + 4}
"""Connections of a process beside its pool: what is held, the gateway's listener; of a worker its overview (two and two) and its relays."""
_STORE: Final = frozenset({"configuration", "instanceSidecarConfiguration", "retentionPolicy"})
_CONFIGURATION: Final = frozenset(
    {"data", "destinationPath", "endpointCA", "endpointURL", "s3Credentials", "serverName", "tags", "wal"}
)
_OF_A_COMMAND: Final = 3
_RESERVE: Final = 20
"""For the superuser, replication, the operator of the cluster and people."""


def sessions_go_past_poolers(manifests: list[Manifest]) -> Iterator[str]:
    """Behind a pooler of transactions no setting, lock or LISTEN lasts: who goes there is told so, and nobody else goes there or is told so."""
    for workload in of_kind(manifests, *PODS):
        urls = urls_of(manifests, workload)
        name, is_told = name_of(workload), settings_of(manifests, workload).get(POOLING) == "transaction"
        for key, url in urls.items():
            is_pooled = (urlsplit(url).hostname or "").endswith("-pooler")
            if key != "interlock_database_url" and is_pooled:
                yield f"{name}: {key} leads to a pooler"
            if key == "interlock_database_url" and is_pooled is not is_told:
                yield f"{name}: {key} {'leads' if is_pooled else 'does not lead'} to a pooler, and {POOLING} says otherwise"
    for pooler in of_kind(manifests, "Pooler"):
        if not pooler["metadata"]["name"].endswith("-pooler"):
            yield f"{name_of(pooler)}: nothing in its name says that it is a pooler"


def urls_of(manifests: list[Manifest], workload: Manifest) -> dict[str, str]:
    """The URLs of databases that a workload's secrets hold, as far as ExternalSecrets here say them."""
    mounted = {volume["secret"]["secretName"] for volume in pod_of(workload).get("volumes", ()) if "secret" in volume}
    return {
        key: url
        for external in of_kind(manifests, "ExternalSecret")
        if external["spec"]["target"]["name"] in mounted
        for key, url in external["spec"]["target"]["template"]["data"].items()
        if key.endswith("database_url")
    }


def servers_are_verified(manifests: list[Manifest]) -> Iterator[str]:
    """Who goes to a cluster verifies that it is this one, by its authority and its name."""
    for workload in of_kind(manifests, *PODS) if of_kind(manifests, "Cluster") else ():
        told = settings_of(manifests, workload)
        if urls_of(manifests, workload) and not (told.get("PGSSLMODE") == "verify-full" and "PGSSLROOTCERT" in told):
            yield f"{name_of(workload)}: talks to any PostgreSQL that answers"


def connections_fit(manifests: list[Manifest]) -> Iterator[str]:
    """All replicas that may be there, at their largest and in the middle of a rollout, find a connection of the server."""
    for server, room in _servers(manifests):
        asked = {name_of(each): _most_of(manifests, each) for each in of_kind(manifests, *PODS)}
        asked |= {name_of(each): _pooled(manifests, each) for each in of_kind(manifests, "Pooler")}
        wanted = sum(asked.values()) + _RESERVE
        if wanted > room:
            largest = ", ".join(f"{name} {n}" for name, n in sorted(asked.items(), key=lambda each: -each[1]) if n)
            yield f"{server}: has {room} connections, and {wanted} may be asked for: {largest}, in reserve {_RESERVE}"


def _servers(manifests: list[Manifest]) -> Iterator[tuple[str, int]]:
    for cluster in of_kind(manifests, "Cluster"):
        yield name_of(cluster), int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
    for workload in of_kind(manifests, "StatefulSet"):
        told = " ".join(pod_of(workload)["containers"][0].get("args", ()))
        if found := re.search(r"max_connections=(\d+)", told):
            yield name_of(workload), int(found[1])


def _most_of(manifests: list[Manifest], workload: Manifest) -> int:
    """Connections to the server itself; who goes through a pooler is counted with it."""
    if workload["kind"] in {"Job", "CronJob"}:
        return _OF_A_COMMAND
    settings = settings_of(manifests, workload)
    is_pooled = settings.get(POOLING) == "transaction" and of_kind(manifests, "Pooler")
    if POOL not in settings or is_pooled:
        return 0
    pods = _most_replicas(manifests, workload) + workload["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    return int(pods * (int(settings[POOL]) + _BESIDES[labels_of(workload)["app.kubernetes.io/component"]]))


def _most_replicas(manifests: list[Manifest], workload: Manifest) -> int:
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject"):
        spec = scaler["spec"]
        if spec["scaleTargetRef"]["name"] == workload["metadata"]["name"]:
            return int(spec.get("maxReplicas") or spec["maxReplicaCount"])
    return int(workload["spec"].get("replicas", 1))


def _pooled(manifests: list[Manifest], pooler: Manifest) -> int:
    """Of each instance, for each role that comes through it, as many as a pool has."""
    roles = sum(settings_of(manifests, each).get(POOLING) == "transaction" for each in of_kind(manifests, "Deployment"))
    spec = pooler["spec"]
    return int(spec["instances"]) * roles * int(spec["pgbouncer"]["parameters"]["default_pool_size"])


def backups_lead_somewhere(manifests: list[Manifest]) -> Iterator[str]:
    """A cluster archives to a store that is here, with keys from a secret, keeps thirty days, and has a base backup every day at least."""
    stores = {each["metadata"]["name"]: each["spec"] for each in of_kind(manifests, "ObjectStore")}
    for cluster in of_kind(manifests, "Cluster"):
        archivers = [each for each in cluster["spec"].get("plugins", ()) if each.get("isWALArchiver")]
        named = [each.get("parameters", {}).get("barmanObjectName") for each in archivers]
        if len(named) != 1 or named[0] not in stores:
            yield f"{name_of(cluster)}: archives to no store that is here"
        if not any(
            each["spec"]["cluster"]["name"] == cluster["metadata"]["name"]
            for each in of_kind(manifests, "ScheduledBackup")
        ):
            yield f"{name_of(cluster)}: has no scheduled backup"
    for name, spec in stores.items():
        configuration = spec.get("configuration", {})
        if unknown := spec.keys() - _STORE | configuration.keys() - _CONFIGURATION:
            yield f"ObjectStore/{name}: there is no {', '.join(sorted(unknown))}"
        if (
            not str(configuration.get("destinationPath", "")).startswith("s3://")
            or "s3Credentials" not in configuration
        ):
            yield f"ObjectStore/{name}: leads nowhere, or has no keys"
        if spec.get("retentionPolicy") != "30d":
            yield f"ObjectStore/{name}: does not keep backups as long as streams keep events"
