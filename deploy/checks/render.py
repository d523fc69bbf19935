"""Rendered manifests: what `kubectl kustomize` makes of a folder, as objects."""

import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import yaml

KUBERNETES: Final = Path(__file__).parents[1] / "kubernetes"
Manifest = dict[str, Any]

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where libyaml is."""
PODS: Final = ("Deployment", "StatefulSet", "Job", "CronJob", "DaemonSet")


def folders() -> list[Path]:
    """Every folder that renders by itself: the overlays, and the combinations of components that are tested."""
    return sorted(
        path.parent for place in ("overlays", "tests") for path in (KUBERNETES / place).glob("*/kustomization.yaml")
    )


def kubectl() -> str | None:
    """The program that renders, None if there is none."""
    return shutil.which("kubectl")


def render(folder: Path) -> str:
    """The manifests of a folder, as YAML. Raises subprocess.CalledProcessError, whose stderr says why."""
    return subprocess.run(
        [kubectl() or "kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True
    ).stdout


def objects(text: str) -> list[Manifest]:
    """The objects in a rendered text."""
    return [each for each in yaml.load_all(text, _LOADER) if each]


def name_of(manifest: Manifest) -> str:
    """`Kind/name`."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    """The manifests of these kinds."""
    return [each for each in manifests if each["kind"] in kinds]


def pod_of(workload: Manifest) -> Manifest:
    """The pod's specification in a workload."""
    pod: Manifest = _template_of(workload)["spec"]
    return pod


def containers_of(workload: Manifest) -> list[Manifest]:
    """Its containers, those that run before the others included."""
    pod = pod_of(workload)
    return [*pod["containers"], *pod.get("initContainers", [])]


def settings_of(manifests: list[Manifest], workload: Manifest) -> dict[str, str]:
    """The variables of a workload's first container that stand in the manifests: its ConfigMaps' and its own."""
    container = pod_of(workload)["containers"][0]
    maps = {each["metadata"]["name"]: each.get("data", {}) for each in of_kind(manifests, "ConfigMap")}
    found: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        found |= maps.get(source.get("configMapRef", {}).get("name"), {})
    return found | {each["name"]: each["value"] for each in container.get("env", ()) if "value" in each}


def labels_of(workload: Manifest) -> dict[str, str]:
    """The labels of its pods."""
    labels: dict[str, str] = _template_of(workload)["metadata"]["labels"]
    return labels


def _template_of(workload: Manifest) -> Manifest:
    spec = workload["spec"]
    template: Manifest = (spec["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else spec)["template"]
    return template


def selects(selector: dict[str, Any] | None, labels: dict[str, str]) -> bool:
    """Whether a selector of labels, with `matchLabels` or without, chooses something with these labels; an empty one chooses nothing here."""
    wanted = (selector or {}).get("matchLabels", selector or {})
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())
