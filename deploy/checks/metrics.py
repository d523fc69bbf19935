"""Which metrics a rule or a dashboard asks for, and which there are."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from prometheus_client import REGISTRY

# Importing them registers what they measure.
import chassis.worker  # noqa: F401  (registers its metrics)
import gateway.application
import gateway.worker  # noqa: F401  (registers its metrics)
from deploy.checks.render import KUBERNETES

MONITORING: Final = KUBERNETES / "components/monitoring"
_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*[(\w:])")
"""An identifier that no parenthesis follows, so it is no function."""
_WORDS: Final = frozenset(
    {
        "and",
        "bool",
        "by",
        "group_left",
        "group_right",
        "ignoring",
        "inf",
        "nan",
        "offset",
        "on",
        "or",
        "unless",
        "without",
    }
)
FOREIGN: Final[dict[str, frozenset[str]]] = {
    "up": frozenset({"instance", "job"}),
    "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp": frozenset(),
    "certmanager_certificate_expiration_timestamp_seconds": frozenset({"name"}),
    "cnpg_pg_replication_lag": frozenset(),
    "cnpg_pg_stat_archiver_last_archived_time": frozenset(),
    "cnpg_pg_stat_archiver_last_failed_time": frozenset(),
    "gnatsd_varz_jetstream_config_max_storage": frozenset({"server_id"}),
    "gnatsd_varz_jetstream_stats_storage": frozenset({"server_id"}),
    "jetstream_consumer_num_pending": frozenset({"consumer_name", "stream_name"}),
    "kube_job_status_failed": frozenset({"job_name"}),
    "kube_pod_container_status_restarts_total": frozenset({"container"}),
    "kubelet_volume_stats_available_bytes": frozenset({"persistentvolumeclaim"}),
    "kubelet_volume_stats_capacity_bytes": frozenset({"persistentvolumeclaim"}),
}
"""Metrics of others (CloudNativePG, its backup plugin, NATS' exporter, cert-manager, kube-state-metrics, the kubelet), with their labels."""
_LABELS: Final = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_MATCHER: Final = re.compile(r"\{([^}]*)\}")


def exported() -> dict[str, set[str]]:
    """Every name that a process of ours may answer on `/metrics` → the labels that its samples bear."""
    found: dict[str, set[str]] = {}
    for metric in REGISTRY._collector_to_names:  # noqa: SLF001  (the registry has no public list of what has no samples yet)
        labels = set(getattr(metric, "_labelnames", ()))
        for name in REGISTRY._collector_to_names[metric]:  # noqa: SLF001
            extra = {"le"} if name.endswith("_bucket") else {name} if getattr(metric, "_states", None) else set()
            found[name] = labels | extra
    return found


def asked() -> Iterator[tuple[str, str]]:
    """Each expression of the rules and dashboards, with where it stands."""
    rules = yaml.safe_load((MONITORING / "rules.yaml").read_text(encoding="utf-8"))
    for group in rules["spec"]["groups"]:
        for rule in group["rules"]:
            yield f"alert {rule['alert']}", rule["expr"]
    for path in sorted((MONITORING / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", target["expr"]
    for scaler in yaml.safe_load_all(
        (KUBERNETES / "components/autoscaling-keda/scaled-objects.yaml").read_text(encoding="utf-8")
    ):
        for trigger in scaler["spec"]["triggers"]:
            yield f"ScaledObject {scaler['metadata']['name']}", trigger["metadata"]["query"]


def metrics_in(expression: str) -> set[str]:
    """The metrics that an expression asks for: every name that is no function, no word of PromQL, no label and no duration."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", re.sub(r'"[^"]*"', " ", expression))
    bare = re.sub(r"\b\d[\w.]*", " ", _LABELS.sub(" ", bare))
    return {name for name in _NAME.findall(bare) if name.lower() not in _WORDS}


def wrong() -> list[str]:
    """What is asked for and does not exist, a line each."""
    there: dict[str, Any] = {**exported(), **FOREIGN}
    found = []
    for where, expression in asked():
        names = metrics_in(expression)
        if not names:
            found.append(f"{where}: asks for no metric: {expression}")
        found += [f"{where}: there is no metric {name}" for name in sorted(names - there.keys())]
        labels = set().union(*(there.get(name, set()) for name in names)) | _ADDED
        for group in re.findall(r"\bby \(([^)]*)\)", expression):
            found += [
                f"{where}: no metric has the label {each}" for each in re.split(r",\s*", group) if each not in labels
            ]
        for matcher in _MATCHER.findall(expression):
            named = re.findall(r"([a-z_]+)\s*(?:=~|!~|!=|=)", matcher)
            found += [f"{where}: no metric has the label {each}" for each in named if each not in labels]
    return found


_ADDED: Final = {"namespace", "pod", "app_kubernetes_io_name", "app_kubernetes_io_component"}
"""Labels that Prometheus adds by itself or by the monitors' `targetLabels`."""
