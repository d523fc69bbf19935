"""The gates. Each yields one line for each thing that is wrong; one that cannot run raises NotToBeHad."""

import json
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from deploy.checks import metrics, scan
from deploy.checks.certificates import throw_away_certificate
from deploy.checks.policy import judge
from deploy.checks.render import KUBERNETES, Manifest, folders, kubectl, objects, render
from deploy.checks.toolbox import ROOT, NotToBeHad, node_packages, python_tool, system_tool
from local_stack.wheels import nats_server

Gate = Callable[[], Iterator[str]]

VERSIONS: Final = ("1.33.0", "1.34.0", "1.35.0", "1.36.0", "1.37.0")
EXCEPTIONS: Final = {
    "CKV_K8S_11": "no limit of CPU: throttling hurts latency, and requests share out what there is",
    "CKV_K8S_35": "NATS fills its passwords in from its environment; it reads no files in their place",
    "CKV_K8S_43": "overlays that are no release name images by tag; production's are checked by the house policy",
    "CKV_K8S_15": "images by digest need not be pulled anew each time",
}
"""Findings of checkov that we live with, and why."""
VULNERABILITIES: Final[Mapping[str, str]] = {}
"""Advisories that do not touch us, and why."""
WITHOUT_SCHEMAS: Final = {
    "barmancloud.cnpg.io": "the plugin's definitions are in no package; the house policy looks at its ObjectStore (backups_lead_somewhere)"
}
"""Groups of kinds that no schema checks, and why."""


class LivedWith(str):
    """A finding that is a named exception: it is told, and fails nothing."""

    __slots__ = ()


_OUR_GROUPS: Final = ("apps", "batch", "autoscaling", "policy", "networking.k8s.io")


@cache
def rendered() -> Mapping[str, str]:
    """Folder → its manifests as YAML, rendered once."""
    if kubectl() is None:
        raise NotToBeHad("kubectl is not installed")
    return {folder.name: render(folder) for folder in folders()}


def renders_the_same_twice() -> Iterator[str]:
    """Every overlay and combination renders, and to the same bytes each time."""
    for folder in folders():
        if render(folder) != rendered()[folder.name]:
            yield f"{folder.name}: renders differently each time"


def house_policy() -> Iterator[str]:
    """What schemas cannot say."""
    for name, text in rendered().items():
        for line in judge(objects(text), production=name == "production"):
            yield f"{name}: {line}"


def valid_for_every_minor() -> Iterator[str]:
    """Kubernetes' own kinds, strictly, for each supported minor version."""
    python_tool("kubernetes-validate")
    told = _lines(lambda manifest: _is_core(manifest))
    command: list[str | Path] = [python_tool("python"), ROOT / "deploy/checks/core_resources.py", *VERSIONS]
    yield from _said(command, told)


def custom_resources_valid() -> Iterator[str]:
    """Operators' kinds, by the schemas of their definitions."""
    node, folder = node_packages()
    found = list(
        _said([node, ROOT / "deploy/checks/custom_resources.mjs", folder], _lines(lambda each: not _is_core(each)))
    )
    yield from (line for line in found if not line.startswith("UNKNOWN"))
    unknown = {line.removeprefix("UNKNOWN ") for line in found if line.startswith("UNKNOWN")}
    for group in sorted(unknown):
        yield LivedWith(f"{group}: {WITHOUT_SCHEMAS[group]}") if group in WITHOUT_SCHEMAS else f"no schemas for {group}"
    for group in sorted(WITHOUT_SCHEMAS.keys() - unknown):
        yield f"{group} is an exception that nothing needs"


def checkov() -> Iterator[str]:
    """Checkov's rules for Kubernetes, without the exceptions that are named."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in rendered().items():
            (Path(folder) / f"{name}.yaml").write_text(text, encoding="utf-8")
        command: list[str | Path] = [
            python_tool("checkov"),
            "--skip-download",
            "--quiet",
            "--compact",
            "--framework",
            "kubernetes",
        ]
        command += ["--output", "json", "--directory", folder]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "LOG_LEVEL": "ERROR"}
        )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        yield f"checkov says nothing that can be read: {done.stderr.strip()[-200:]}"
        return
    needed: Counter[str] = Counter()
    for report in answer if isinstance(answer, list) else [answer]:
        for each in report.get("results", {}).get("failed_checks", ()):
            needed[each["check_id"]] += 1
            if each["check_id"] not in EXCEPTIONS:
                yield f"{Path(each['file_path']).stem}: {each['resource']}: {each['check_id']} {each['check_name']}"
    for name, reason in EXCEPTIONS.items():
        told = f"{name}, {needed[name]} times: {reason}"
        yield LivedWith(told) if needed[name] else f"{name} is an exception that nothing needs"


def yaml_is_tidy() -> Iterator[str]:
    """Yamllint over the sources."""
    yield from _said(
        [
            python_tool("yamllint"),
            "--strict",
            "--format",
            "parsable",
            "--config-file",
            ROOT / "deploy/checks/yamllint.yaml",
            KUBERNETES,
        ]
    )


def containerfiles_are_tidy() -> Iterator[str]:
    """Hadolint over the Containerfiles."""
    yield from _said([python_tool("hadolint"), "--no-color", *sorted((ROOT / "deploy/images").glob("*Containerfile"))])


def alerts_behave() -> Iterator[str]:
    """Promtool: the rules are rules, and do what their tests with made-up series say."""
    promtool = system_tool("promtool")
    spec = yaml.safe_load((metrics.MONITORING / "rules.yaml").read_text(encoding="utf-8"))["spec"]
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules.yaml"
        rules.write_text(yaml.safe_dump(spec), encoding="utf-8")
        tests = Path(folder) / "rules.test.yaml"
        tests.write_bytes((metrics.MONITORING / "tests/rules.test.yaml").read_bytes())
        for what, path in (("check", rules), ("test", tests)):
            done = subprocess.run([promtool, what, "rules", path], capture_output=True, text=True, check=False)
            if done.returncode:
                yield f"promtool {what} rules: {(done.stdout + done.stderr).strip()}"


def metrics_exist() -> Iterator[str]:
    """Every metric and label in a rule, a dashboard or an autoscaler is one that our processes have."""
    yield from metrics.wrong()


def bus_configurations_hold() -> Iterator[str]:
    """Nats-server takes each configuration (`-t`), with passwords from the environment and certificates made for the moment."""
    told = {f"NATS_{name}_PASSWORD": "p" for name in ("PROJECT", "PROGRAM", "GATEWAY", "OPERATOR")}
    for name in ("nats-single", "nats-jetstream"):
        with tempfile.TemporaryDirectory() as folder:
            for component in (name, "nats-accounts"):
                target = Path(folder) / ("nats-accounts" if component == "nats-accounts" else "nats")
                target.mkdir()
                for path in (KUBERNETES / "components" / component).glob("*.conf"):
                    said = path.read_text(encoding="utf-8").replace("/etc/nats-tls", f"{folder}/tls")
                    (target / path.name).write_text(said, encoding="utf-8")
            throw_away_certificate(Path(folder) / "tls")
            command: list[str | Path] = [nats_server(), "-t", "--config", Path(folder) / "nats/nats.conf"]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**told, "NATS_NAME": "nats-0"}
            )
            if done.returncode:
                yield f"{name}: {done.stderr.strip()}"


def images_are_scanned() -> Iterator[str]:
    """Known vulnerabilities of everything in the images but the image that they are built on."""
    for name, line in scan.vulnerabilities(scan.pip_audit(python_tool("pip-audit"))):
        yield LivedWith(f"{line}: {VULNERABILITIES[name]}") if name in VULNERABILITIES else line


def base_is_scanned() -> Iterator[str]:
    """Known vulnerabilities of the image that the others are built on."""
    raise NotToBeHad(
        "it is whoever builds who chooses it (make image BASE=…); scan it in the registry that it comes from"
    )
    yield


GATES: Final[tuple[Gate, ...]] = (
    renders_the_same_twice,
    house_policy,
    valid_for_every_minor,
    custom_resources_valid,
    checkov,
    yaml_is_tidy,
    containerfiles_are_tidy,
    alerts_behave,
    metrics_exist,
    bus_configurations_hold,
    images_are_scanned,
    base_is_scanned,
)


def _is_core(manifest: Manifest) -> bool:
    group, slash, _ = manifest["apiVersion"].partition("/")
    return not slash or group in _OUR_GROUPS


def _lines(choose: Callable[[Manifest], bool]) -> str:
    return "".join(
        json.dumps({"where": name, "manifest": manifest}) + "\n"
        for name, text in rendered().items()
        for manifest in objects(text)
        if choose(manifest)
    )


def _said(command: list[str | Path], told: str = "") -> Iterator[str]:
    """What a program says on its output, a line a finding; that it fails without a word is one, too."""
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    yield from lines
    if done.returncode and not lines:
        yield f"{Path(command[0]).name} fails: {done.stderr.strip()[-300:]}"
