"""Every name in a manifest leads to something: settings, secrets and their keys, accounts, services in URLs, targets of scaling and routing."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from deploy import secrets
from deploy.checks.render import PODS, Manifest, containers_of, labels_of, name_of, of_kind, pod_of


def every_reference_resolves(manifests: list[Manifest]) -> Iterator[str]:
    """One line for each name that leads nowhere."""
    yield from _settings(manifests)
    yield from _secrets(manifests)
    yield from _accounts_and_targets(manifests)
    yield from _urls(manifests)
    yield from _ports(manifests)


def known_secrets(manifests: list[Manifest]) -> dict[str, set[str]]:
    """Secret → its keys: those that ExternalSecrets, Certificates and Clusters make here, else those of `deploy.secrets`."""
    external = {
        each["spec"]["target"]["name"]: set(each["spec"]["target"]["template"]["data"])
        for each in of_kind(manifests, "ExternalSecret")
    }
    issued = {
        each["spec"]["secretName"]: {"tls.crt", "tls.key", "ca.crt"} for each in of_kind(manifests, "Certificate")
    }
    thrown_away = {} if external else {name: set(keys) for name, keys in secrets.contents().items()}
    # A test of components without a store of secrets brings PostgreSQL's passwords along.
    thrown_away.setdefault("postgres-passwords", {"postgres"})
    clusters = {f"{each['metadata']['name']}-ca": {"ca.crt", "ca.key"} for each in of_kind(manifests, "Cluster")}
    return {**thrown_away, **external, **issued, **clusters}


def _settings(manifests: list[Manifest]) -> Iterator[str]:
    found = {each["metadata"]["name"] for each in of_kind(manifests, "ConfigMap")}
    used: set[str] = set()
    for workload in of_kind(manifests, *PODS):
        names = [volume["configMap"]["name"] for volume in pod_of(workload).get("volumes", []) if "configMap" in volume]
        for container in containers_of(workload):
            names += [each["configMapRef"]["name"] for each in container.get("envFrom", []) if "configMapRef" in each]
        used |= set(names)
        for name in names:
            if name not in found:
                yield f"{name_of(workload)}: there is no ConfigMap {name}"
            elif not re.search(r"-[a-z0-9]{10}$", name):
                yield f"{name_of(workload)}: a change of ConfigMap {name} would not roll its pods"
    for name in sorted(found - used):
        if not any(
            each["metadata"]["name"] == name and each["metadata"].get("labels", {}).get("grafana_dashboard")
            for each in manifests
        ):
            yield f"ConfigMap/{name}: nobody uses it"


def _secrets(manifests: list[Manifest]) -> Iterator[str]:
    known = known_secrets(manifests)
    for workload in of_kind(manifests, *PODS):
        for volume in pod_of(workload).get("volumes", []):
            if "secret" in volume:
                wanted = {item["key"] for item in volume["secret"].get("items", [])}
                yield from _asked(workload, known, volume["secret"]["secretName"], wanted)
        for container in containers_of(workload):
            for variable in container.get("env", []):
                if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                    yield from _asked(workload, known, reference["name"], {reference["key"]})
        mounted = {each["name"] for one in containers_of(workload) for each in one.get("volumeMounts", [])}
        volumes = {each["name"] for each in pod_of(workload).get("volumes", [])}
        volumes |= {each["metadata"]["name"] for each in workload["spec"].get("volumeClaimTemplates", [])}
        for name in sorted(mounted ^ volumes):
            yield f"{name_of(workload)}: volume {name} is mounted or there, but not both"


def _asked(workload: Manifest, known: dict[str, set[str]], name: str, keys: set[str]) -> Iterator[str]:
    if name not in known:
        yield f"{name_of(workload)}: there is no Secret {name}"
    for key in sorted(keys - known.get(name, keys)):
        yield f"{name_of(workload)}: Secret {name} has no {key}"


def _accounts_and_targets(manifests: list[Manifest]) -> Iterator[str]:
    there = {name_of(each) for each in manifests}
    for workload in of_kind(manifests, *PODS):
        if f"ServiceAccount/{pod_of(workload).get('serviceAccountName')}" not in there:
            yield f"{name_of(workload)}: there is no ServiceAccount {pod_of(workload).get('serviceAccountName')}"
        if workload["kind"] == "StatefulSet" and f"Service/{workload['spec']['serviceName']}" not in there:
            yield f"{name_of(workload)}: there is no Service {workload['spec']['serviceName']}"
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject"):
        if f"Deployment/{scaler['spec']['scaleTargetRef']['name']}" not in there:
            yield f"{name_of(scaler)}: there is no Deployment {scaler['spec']['scaleTargetRef']['name']}"
    for route in of_kind(manifests, "HTTPRoute"):
        for backend in (each for rule in route["spec"]["rules"] for each in rule["backendRefs"]):
            if f"Service/{backend['name']}" not in there:
                yield f"{name_of(route)}: there is no Service {backend['name']}"
    for resource in of_kind(manifests, "Database", "Pooler", "ScheduledBackup"):
        if f"Cluster/{resource['spec']['cluster']['name']}" not in there:
            yield f"{name_of(resource)}: there is no Cluster {resource['spec']['cluster']['name']}"


def _urls(manifests: list[Manifest]) -> Iterator[str]:
    """A host without a dot in a setting or in an ExternalSecret's template is a Service here, or one that CloudNativePG makes."""
    there = {each["metadata"]["name"] for each in of_kind(manifests, "Service", "Pooler")}
    there |= {f"{each['metadata']['name']}-rw" for each in of_kind(manifests, "Cluster")}
    told = [(each, each.get("data", {})) for each in of_kind(manifests, "ConfigMap")]
    told += [(each, each["spec"]["target"]["template"]["data"]) for each in of_kind(manifests, "ExternalSecret")]
    has_own = {"postgres": "StatefulSet/postgres", "nats": "StatefulSet/nats"}
    names = {name_of(each) for each in manifests}
    for manifest, data in told:
        for key, value in data.items():
            if not key.startswith(("INTERLOCK_", "interlock_")) or "://" not in value:
                continue
            host = (urlsplit(value).hostname or "").partition(".")[0]
            instead = host.startswith("postgres") and has_own["postgres"] in names  # a test puts another database in
            if host not in there and not instead and not (host.startswith("postgres") and "Cluster/postgres" in names):
                yield f"{name_of(manifest)}: {key} leads to {host}, which is not there"


def _ports(manifests: list[Manifest]) -> Iterator[str]:
    """A Service's target and a probe's port are names that a container of the workload has."""
    for service in of_kind(manifests, "Service"):
        selector = service["spec"]["selector"]
        for workload in of_kind(manifests, *PODS):
            labels = labels_of(workload)
            if all(labels.get(key) == value for key, value in selector.items()):
                named = {port["name"] for each in containers_of(workload) for port in each.get("ports", [])}
                for port in service["spec"]["ports"]:
                    if port["targetPort"] not in named:
                        yield f"{name_of(service)}: {name_of(workload)} has no port {port['targetPort']}"
    for workload in of_kind(manifests, *PODS):
        for container in containers_of(workload):
            named = {port["name"] for port in container.get("ports", [])}
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                for how in ("httpGet", "tcpSocket"):
                    port = container.get(probe, {}).get(how, {}).get("port")
                    if port is not None and port not in named:
                        yield f"{name_of(workload)}: {probe} asks port {port}, which is not there"
