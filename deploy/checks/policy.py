"""The house policy: what schemas cannot say. Each rule yields one line for each thing that is wrong."""

from collections.abc import Callable, Iterator
from typing import Final

from chassis.commands import SHUTDOWN
from chassis.worker import CLOSING_GRACE, PARTS_GRACE
from deploy.checks.bus import bus_goes_in_order
from deploy.checks.databases import (
    backups_lead_somewhere,
    connections_fit,
    servers_are_verified,
    sessions_go_past_poolers,
)
from deploy.checks.network import policies_fit_needs
from deploy.checks.references import every_reference_resolves
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

Rule = Callable[[list[Manifest]], Iterator[str]]

_LOOPS: Final = ("Deployment", "StatefulSet")
COLD_START: Final = 14.0
"""Seconds of a processor that a process of ours takes until it is ready, at worst: six side by side on two cores (docs/operations.md)."""
_STATEFUL_BUDGET: Final = 60
_PROBES: Final = ("startupProbe", "livenessProbe", "readinessProbe")


def pods_are_restricted(manifests: list[Manifest]) -> Iterator[str]:
    """As Pod Security's `restricted` asks, and read-only roots, numbers for users, no tokens, no service links besides."""
    for workload in of_kind(manifests, *PODS):
        name, pod = name_of(workload), pod_of(workload)
        context = pod.get("securityContext", {})
        if not (context.get("runAsNonRoot") and context.get("runAsUser", 0) >= 10000):
            yield f"{name}: runs as root, or as nobody in particular"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name}: has no seccomp profile"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name}: mounts a token of the API server"
        if pod.get("enableServiceLinks") is not False:
            yield f"{name}: has service links in its environment"
        if pod.get("serviceAccountName", "default") == "default":
            yield f"{name}: has no service account of its own"
        for volume in pod.get("volumes", []):
            if "hostPath" in volume:
                yield f"{name}: mounts a path of its node"
        for container in containers_of(workload):
            own = container.get("securityContext", {})
            if own.get("allowPrivilegeEscalation") is not False or own.get("capabilities", {}).get("drop") != ["ALL"]:
                yield f"{name}: {container['name']} may gain privileges"
            if own.get("readOnlyRootFilesystem") is not True or own.get("privileged"):
                yield f"{name}: {container['name']} may write to its own image"


def namespace_is_restricted(manifests: list[Manifest]) -> Iterator[str]:
    """The namespace refuses what is not."""
    for namespace in of_kind(manifests, "Namespace"):
        if namespace["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{name_of(namespace)}: does not enforce the restricted pod security standard"
    if not of_kind(manifests, "Namespace"):
        yield "there is no namespace"


def probes_are_three(manifests: list[Manifest]) -> Iterator[str]:
    """Of our own processes on three paths: liveness must not learn of what readiness knows."""
    for workload in of_kind(manifests, *_LOOPS):
        for container in workload["spec"]["template"]["spec"]["containers"]:
            name = f"{name_of(workload)}: {container['name']}"
            if missing := [probe for probe in _PROBES if probe not in container]:
                yield f"{name} lacks {', '.join(missing)}"
                continue
            if container["name"] == "app":
                paths = [container[probe].get("httpGet", {}).get("path") for probe in _PROBES]
                if paths != ["/health/startup", "/health/live", "/health/ready"]:
                    yield f"{name} is probed at {', '.join(map(str, paths))}"
            start = container["startupProbe"]
            budget = start.get("periodSeconds", 10) * start.get("failureThreshold", 3)
            if budget < 60 or (container["name"] == "app" and budget < COLD_START / _processors(container)):
                yield f"{name} has {budget} s to start, of which it gets {_processors(container):g} processors on a full node"


def _processors(container: Manifest) -> float:
    asked = str(container.get("resources", {}).get("requests", {}).get("cpu", "0"))
    return (float(asked.removesuffix("m")) / 1000 if asked.endswith("m") else float(asked)) or 0.001


def shutdown_adds_up(manifests: list[Manifest]) -> Iterator[str]:
    """The pause before the signal, what the process itself takes, and closing fit into the grace period."""
    for workload in of_kind(manifests, "Deployment"):
        pod = pod_of(workload)
        grace = pod.get("terminationGracePeriodSeconds", 30)
        for container in pod["containers"]:
            pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            if pause < 5:
                yield f"{name_of(workload)}: {container['name']} gets its signal before others know that it goes"
            if pause + max(SHUTDOWN, PARTS_GRACE) + 2 * SHUTDOWN + CLOSING_GRACE > grace:
                yield f"{name_of(workload)}: {container['name']} cannot end within {grace} s"
    for workload in of_kind(manifests, "StatefulSet"):
        if pod_of(workload).get("terminationGracePeriodSeconds", 30) < _STATEFUL_BUDGET:
            yield f"{name_of(workload)}: has less than {_STATEFUL_BUDGET} s to end"


def rollouts_lose_nothing(manifests: list[Manifest]) -> Iterator[str]:
    """No pod goes before its successor is ready."""
    for workload in of_kind(manifests, "Deployment"):
        spec = workload["spec"]
        if spec.get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
            yield f"{name_of(workload)}: a rollout takes pods away first"
        if spec.get("minReadySeconds", 0) < 5 or spec.get("revisionHistoryLimit", 10) > 5:
            yield f"{name_of(workload)}: minReadySeconds or revisionHistoryLimit is not the house's"


def resources_are_asked_for(manifests: list[Manifest]) -> Iterator[str]:
    """Requests of both and a limit of memory; no limit of CPU, except for servers with state, which are guaranteed theirs."""
    for workload in of_kind(manifests, *PODS):
        for container in containers_of(workload):
            told = container.get("resources", {})
            requests, limits = told.get("requests", {}), told.get("limits", {})
            where = f"{name_of(workload)}: {container['name']}"
            if not {"cpu", "memory"} <= requests.keys() or "memory" not in limits:
                yield f"{where} does not say what it needs"
            if workload["kind"] == "StatefulSet" and requests != limits:
                yield f"{where} is not guaranteed what it needs"
            if workload["kind"] != "StatefulSet" and "cpu" in limits:
                yield f"{where} is throttled"


def selectors_hit_one_workload(manifests: list[Manifest]) -> Iterator[str]:
    """What selects pods selects those of exactly one workload: an empty selector is the whole namespace."""
    loops = of_kind(manifests, *_LOOPS)
    makes_pods = of_kind(manifests, *PODS)
    for chooser in of_kind(manifests, "Service", "PodDisruptionBudget", *_LOOPS):
        selector = chooser["spec"].get("selector")
        among = makes_pods if chooser["kind"] in {"Service", *_LOOPS} else loops
        hit = [name_of(each) for each in among if selects(selector, labels_of(each))]
        if len(hit) != 1:
            yield f"{name_of(chooser)}: selects {', '.join(hit) or 'nothing'}"


def spread_and_protected(manifests: list[Manifest]) -> Iterator[str]:
    """Whoever may have several replicas is spread over zones and hosts by its own labels; ours are evicted one by one."""
    budgets = [each["spec"].get("selector") for each in of_kind(manifests, "PodDisruptionBudget")]
    for workload in of_kind(manifests, *_LOOPS):
        if workload["kind"] == "StatefulSet" and workload["spec"].get("replicas", 1) == 1:
            continue
        constraints = pod_of(workload).get("topologySpreadConstraints", [])
        keys = {each["topologyKey"] for each in constraints if selects(each["labelSelector"], labels_of(workload))}
        if keys != {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}:
            yield f"{name_of(workload)}: is not spread over zones and hosts"
        if not any(selects(budget, labels_of(workload)) for budget in budgets):
            yield f"{name_of(workload)}: may be evicted all at once"


def autoscalers_own_replicas(manifests: list[Manifest]) -> Iterator[str]:
    """A Deployment that is scaled says no number; one that is not says one."""
    scalers = of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject")
    scaled = [each["spec"]["scaleTargetRef"]["name"] for each in scalers]
    for name in {each for each in scaled if scaled.count(each) > 1}:
        yield f"Deployment/{name}: has two autoscalers"
    for workload in of_kind(manifests, "Deployment"):
        if ("replicas" in workload["spec"]) is (workload["metadata"]["name"] in scaled):
            yield f"{name_of(workload)}: its replicas are {'owned twice' if 'replicas' in workload['spec'] else 'said by nobody'}"
    for scaler in scalers:
        spec = scaler["spec"]
        if spec.get("minReplicas", spec.get("minReplicaCount", 1)) < 2:
            yield f"{name_of(scaler)}: scales to fewer than two"


def network_is_closed(manifests: list[Manifest]) -> Iterator[str]:
    """Where there are policies at all: everything is denied first, and every workload has exactly one of its own."""
    policies = of_kind(manifests, "NetworkPolicy")
    if not policies:
        return
    if not any(not each["spec"]["podSelector"] and len(each["spec"]["policyTypes"]) == 2 for each in policies):
        yield "nothing is denied by default"
    for workload in of_kind(manifests, *PODS):
        own = [each for each in policies if selects(each["spec"]["podSelector"], labels_of(workload))]
        if len(own) != 1:
            yield f"{name_of(workload)}: {len(own)} network policies"


def strangers_are_told_apart(manifests: list[Manifest]) -> Iterator[str]:
    """Behind a proxy every connection is the proxy's: the gateway believes what it says of the client, but not what clients say themselves."""
    backends = {
        each["name"]
        for route in of_kind(manifests, "HTTPRoute")
        for rule in route["spec"]["rules"]
        for each in rule["backendRefs"]
    }
    selectors = [
        each["spec"]["selector"] for each in of_kind(manifests, "Service") if each["metadata"]["name"] in backends
    ]
    for workload in of_kind(manifests, "Deployment"):
        if any(selects(selector, labels_of(workload)) for selector in selectors):
            believed = settings_of(manifests, workload).get("FORWARDED_ALLOW_IPS", "")
            if not believed:
                yield f"{name_of(workload)}: takes everybody behind the route for one client"
            elif {"*", "0.0.0.0/0", "::/0"} & set(believed.split(",")):
                yield f"{name_of(workload)}: lets clients say where they are"


def images_are_fixed(manifests: list[Manifest], *, by_digest: bool = False) -> Iterator[str]:
    """No image of an unknown version; in production every one by its digest."""
    for workload in of_kind(manifests, *PODS):
        for container in containers_of(workload):
            _, _, tag = container["image"].rpartition("/")[2].partition(":")
            if by_digest and "@sha256:" not in container["image"]:
                yield f"{name_of(workload)}: {container['image']} is not named by its digest"
            elif "@" not in container["image"] and tag in {"", "latest"}:
                yield f"{name_of(workload)}: {container['image']} may be anything"
    named = [(name_of(each), each["spec"].get("imageName", "")) for each in of_kind(manifests, "Cluster")]
    for pooler in of_kind(manifests, "Pooler"):
        containers = pooler["spec"].get("template", {}).get("spec", {}).get("containers", [{}])
        named += [(name_of(pooler), each.get("image", "")) for each in containers]
    for name, image in named:
        if "@sha256:" not in image:
            yield f"{name}: {image or 'whatever its operator brings'} is not named by its digest"


def nothing_secret_is_rendered(manifests: list[Manifest]) -> Iterator[str]:
    """Secrets come from elsewhere; nothing that looks like one stands in a setting."""
    for secret in of_kind(manifests, "Secret"):
        yield f"{name_of(secret)}: a secret is rendered"
    for settings in of_kind(manifests, "ConfigMap"):
        for key, value in settings.get("data", {}).items():
            if "PRIVATE KEY-----" in value or (key.endswith("_URL") and "@" in value):
                yield f"{name_of(settings)}: {key} holds a secret"


RULES: Final[tuple[Rule, ...]] = (
    pods_are_restricted,
    namespace_is_restricted,
    probes_are_three,
    shutdown_adds_up,
    rollouts_lose_nothing,
    resources_are_asked_for,
    selectors_hit_one_workload,
    spread_and_protected,
    autoscalers_own_replicas,
    network_is_closed,
    policies_fit_needs,
    images_are_fixed,
    nothing_secret_is_rendered,
    every_reference_resolves,
    sessions_go_past_poolers,
    servers_are_verified,
    connections_fit,
    backups_lead_somewhere,
    bus_goes_in_order,
    strangers_are_told_apart,
)


def judge(manifests: list[Manifest], *, production: bool = False) -> list[str]:
    """Everything that the house policy finds wrong, a line each."""
    found = [f"{line} ({rule.__name__})" for rule in RULES for line in rule(manifests)]
    if production:
        found += [f"{line} (images_are_fixed)" for line in images_are_fixed(manifests, by_digest=True)]
        found += [] if of_kind(manifests, "NetworkPolicy") else ["the network is open (network_is_closed)"]
    return found
