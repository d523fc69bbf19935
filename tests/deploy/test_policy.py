"""The house policy holds for every overlay, and each of its rules bites: one wrong thing is found, and named by its rule."""

import pytest
from deploy_kit import find, manifests_of, needs_kubectl

from deploy.checks.policy import RULES, judge
from deploy.checks.render import KUBERNETES, folders, labels_of, pod_of

pytestmark = needs_kubectl

PLACES = [str(folder.relative_to(KUBERNETES)) for folder in folders()]


@pytest.mark.parametrize("place", PLACES)
def test_the_house_policy_holds(place):
    assert judge(manifests_of(place), production=place == "overlays/production") == []


def _pod(change):
    return lambda found: change(pod_of(find(found, "Deployment/gateway-http")))


def _container(change):
    return _pod(lambda pod: change(pod["containers"][0]))


def _spec(name, change):
    return lambda found: change(find(found, name)["spec"])


def _remove(name):
    return lambda found: found.remove(find(found, name))


def _data(name, **values):
    return lambda found: find(found, f"ExternalSecret/{name}")["spec"]["target"]["template"]["data"].update(values)


MUTATIONS = {
    "root": ("pods_are_restricted", _pod(lambda pod: pod["securityContext"].update(runAsUser=0))),
    "a name for a user": ("pods_are_restricted", _pod(lambda pod: pod["securityContext"].pop("runAsUser"))),
    "no seccomp": ("pods_are_restricted", _pod(lambda pod: pod["securityContext"].pop("seccompProfile"))),
    "a token": ("pods_are_restricted", _pod(lambda pod: pod.update(automountServiceAccountToken=True))),
    "service links": ("pods_are_restricted", _pod(lambda pod: pod.pop("enableServiceLinks"))),
    "the default account": ("pods_are_restricted", _pod(lambda pod: pod.pop("serviceAccountName"))),
    "a host path": ("pods_are_restricted", _pod(lambda pod: pod["volumes"].append({"name": "x", "hostPath": {"path": "/"}}))),
    "a capability": ("pods_are_restricted", _container(lambda one: one["securityContext"].update(capabilities={"add": ["NET_RAW"]}))),
    "escalation": ("pods_are_restricted", _container(lambda one: one["securityContext"].pop("allowPrivilegeEscalation"))),
    "a writable root": ("pods_are_restricted", _container(lambda one: one["securityContext"].update(readOnlyRootFilesystem=False))),
    "an open namespace": ("namespace_is_restricted", lambda found: find(found, "Namespace/interlock")["metadata"].pop("labels")),
    "no namespace": ("namespace_is_restricted", _remove("Namespace/interlock")),
    "no startup probe": ("probes_are_three", _container(lambda one: one.pop("startupProbe"))),
    "liveness that asks the database": ("probes_are_three", _container(lambda one: one["livenessProbe"]["httpGet"].update(path="/health/ready"))),
    "a hasty start": ("probes_are_three", _container(lambda one: one["startupProbe"].update(failureThreshold=20))),
    "a start on a full node": ("probes_are_three", _container(lambda one: one["resources"]["requests"].update(cpu="20m"))),
    "no pause before the signal": ("shutdown_adds_up", _container(lambda one: one.pop("lifecycle"))),
    "a grace too short": ("shutdown_adds_up", _pod(lambda pod: pod.update(terminationGracePeriodSeconds=30))),
    "a hasty end of the bus": ("shutdown_adds_up", lambda found: pod_of(find(found, "StatefulSet/nats")).update(terminationGracePeriodSeconds=30)),
    "pods go first": ("rollouts_lose_nothing", _spec("Deployment/gateway-http", lambda spec: spec["strategy"]["rollingUpdate"].update(maxUnavailable=1))),
    "ready at once": ("rollouts_lose_nothing", _spec("Deployment/gateway-http", lambda spec: spec.pop("minReadySeconds"))),
    "no request": ("resources_are_asked_for", _container(lambda one: one["resources"]["requests"].pop("cpu"))),
    "no limit of memory": ("resources_are_asked_for", _container(lambda one: one["resources"]["limits"].pop("memory"))),
    "throttled": ("resources_are_asked_for", _container(lambda one: one["resources"]["limits"].update(cpu="1"))),
    "a burstable database": ("resources_are_asked_for", lambda found: pod_of(find(found, "StatefulSet/postgres"))["containers"][0]["resources"]["limits"].update(cpu="2")),
    "a budget for the whole namespace": ("selectors_hit_one_workload", _spec("PodDisruptionBudget/gateway-http", lambda spec: spec.update(selector={}))),
    "a service of two": ("selectors_hit_one_workload", _spec("Service/gateway", lambda spec: spec["selector"].pop("app.kubernetes.io/component"))),
    "a service of none": ("selectors_hit_one_workload", _spec("Service/gateway", lambda spec: spec["selector"].update(wrong="yes"))),
    "all on one host": ("spread_and_protected", _pod(lambda pod: pod["topologySpreadConstraints"].pop())),
    "spread by another's labels": ("spread_and_protected", _pod(lambda pod: pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"].update({"app.kubernetes.io/name": "x"}))),
    "no budget": ("spread_and_protected", _remove("PodDisruptionBudget/gateway-http")),
    "replicas owned twice": ("autoscalers_own_replicas", _spec("Deployment/gateway-http", lambda spec: spec.update(replicas=2))),
    "replicas owned by nobody": ("autoscalers_own_replicas", _spec("Deployment/project-svc-worker", lambda spec: spec.pop("replicas"))),
    "two autoscalers": ("autoscalers_own_replicas", lambda found: found.append(find(found, "HorizontalPodAutoscaler/gateway-http"))),
    "scaled to one": ("autoscalers_own_replicas", _spec("HorizontalPodAutoscaler/gateway-http", lambda spec: spec.update(minReplicas=1))),
    "open by default": ("network_is_closed", _remove("NetworkPolicy/default-deny")),
    "no policy of its own": ("network_is_closed", _remove("NetworkPolicy/gateway-worker")),
    "no way to the database": ("policies_fit_needs", _spec("NetworkPolicy/gateway-worker", lambda spec: spec["egress"].pop(1))),
    "no way into the bus": ("policies_fit_needs", _spec("NetworkPolicy/nats", lambda spec: spec["ingress"][0]["from"].pop(0))),
    "a peer misspelt": ("policies_fit_needs", _spec("NetworkPolicy/gateway-http", lambda spec: spec["egress"][2]["to"][0]["podSelector"]["matchLabels"].update({"app.kubernetes.io/name": "natz"}))),
    "an outsider misspelt": ("policies_fit_needs", _spec("NetworkPolicy/project-svc-worker", lambda spec: spec["ingress"][0]["from"][0]["podSelector"]["matchLabels"].update({"app.kubernetes.io/name": "prometeus"}))),
    "open to the world": ("policies_fit_needs", _spec("NetworkPolicy/project-svc-http", lambda spec: spec["egress"].append({"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}))),
    "open to everybody": ("policies_fit_needs", _spec("NetworkPolicy/project-svc-http", lambda spec: spec["ingress"].append({}))),
    "more than it needs": ("policies_fit_needs", _spec("NetworkPolicy/project-svc-http", lambda spec: spec["egress"].append({"to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway", "app.kubernetes.io/component": "http"}}}], "ports": [{"port": 8000}]}))),
    "hidden from Prometheus": ("policies_fit_needs", _spec("NetworkPolicy/gateway-worker", lambda spec: spec["ingress"].pop())),
    "any version": ("images_are_fixed", _container(lambda one: one.update(image="interlock/gateway:latest"))),
    "no version": ("images_are_fixed", _container(lambda one: one.update(image="interlock/gateway"))),
    "a secret in git": ("nothing_secret_is_rendered", lambda found: found.append({"kind": "Secret", "metadata": {"name": "x"}})),
    "a password in a setting": ("nothing_secret_is_rendered", lambda found: find(found, "ConfigMap/gateway-http-settings")["data"].update(INTERLOCK_NATS_URL="nats://a:b@nats")),
    "settings that are not there": ("every_reference_resolves", _container(lambda one: one["envFrom"][0]["configMapRef"].update(name="x"))),
    "settings without a hash": ("every_reference_resolves", lambda found: _without_hash(found)),
    "settings that nobody reads": ("every_reference_resolves", _container(lambda one: one.pop("envFrom"))),
    "a secret that is not there": ("every_reference_resolves", _pod(lambda pod: next(each for each in pod["volumes"] if "secret" in each)["secret"].update(secretName="x"))),
    "a key that is not there": ("every_reference_resolves", lambda found: pod_of(find(found, "StatefulSet/nats"))["containers"][0]["env"][1]["valueFrom"]["secretKeyRef"].update(key="x")),
    "a volume that is not mounted": ("every_reference_resolves", _container(lambda one: one["volumeMounts"].pop())),
    "an account that is not there": ("every_reference_resolves", _remove("ServiceAccount/gateway-http")),
    "a target that is not there": ("every_reference_resolves", _spec("HorizontalPodAutoscaler/gateway-http", lambda spec: spec["scaleTargetRef"].update(name="x"))),
    "a route to nowhere": ("every_reference_resolves", _spec("HTTPRoute/interlock", lambda spec: spec["rules"][0]["backendRefs"][0].update(name="x"))),
    "a URL to nowhere": ("every_reference_resolves", lambda found: find(found, "ConfigMap/gateway-http-settings")["data"].update(INTERLOCK_PROJECT_URL="http://projects")),
    "too many for staging": ("connections_fit", _spec("HorizontalPodAutoscaler/gateway-http", lambda spec: spec.update(maxReplicas=12))),
    "a port that is not there": ("every_reference_resolves", _spec("Service/gateway", lambda spec: spec["ports"][0].update(targetPort="web"))),
    "a probe of a port that is not there": ("every_reference_resolves", _container(lambda one: one["livenessProbe"]["httpGet"].update(port="web"))),
}  # fmt: skip

IN_PRODUCTION = {
    "not told of the pooler": ("sessions_go_past_poolers", lambda found: find(found, "ConfigMap/project-svc-http-settings")["data"].pop("INTERLOCK_DATABASE_POOLING")),
    "told of a pooler that is not there": ("sessions_go_past_poolers", lambda found: find(found, "ConfigMap/program-svc-worker-settings")["data"].update(INTERLOCK_DATABASE_POOLING="transaction")),
    "a relay at the pooler": ("sessions_go_past_poolers", _data("project-svc-worker", interlock_relay_database_url="postgresql://r:p@postgres-pooler/project")),
    "a listener at the pooler": ("sessions_go_past_poolers", _data("gateway-http", interlock_database_url="postgresql://r:p@postgres-pooler/gateway")),
    "a pooler in disguise": ("sessions_go_past_poolers", lambda found: find(found, "Pooler/postgres-pooler")["metadata"].update(name="postgres-fast")),
    "too large pools": ("connections_fit", lambda found: find(found, "Pooler/postgres-pooler")["spec"]["pgbouncer"]["parameters"].update(default_pool_size="100")),
    "too many replicas": ("connections_fit", _spec("ScaledObject/gateway-worker", lambda spec: spec.update(maxReplicaCount=20))),
    "too small a server": ("connections_fit", lambda found: find(found, "Cluster/postgres")["spec"]["postgresql"]["parameters"].update(max_connections="400")),
    "a bus that cuts its clients": ("bus_goes_in_order", lambda found: _bus(found).pop("lifecycle")),
    "a bus without time to go": ("bus_goes_in_order", lambda found: pod_of(find(found, "StatefulSet/nats")).update(terminationGracePeriodSeconds=35)),
    "a bus that is ready early": ("bus_goes_in_order", lambda found: _bus(found)["startupProbe"]["httpGet"].update(path="/healthz?js-enabled-only=true")),
    "a bus in a hurry": ("bus_goes_in_order", _spec("StatefulSet/nats", lambda spec: spec.pop("minReadySeconds"))),
    "a certificate that nobody watches": ("bus_goes_in_order", lambda found: pod_of(find(found, "StatefulSet/nats"))["initContainers"][0]["args"].pop()),
    "a bus that hides its number": ("bus_goes_in_order", lambda found: find(found, "ConfigMap/nats-config").update(data={"nats.conf": "lame_duck_duration: 30s"})),
    "any server": ("servers_are_verified", _container(lambda one: one["env"].remove({"name": "PGSSLMODE", "value": "verify-full"}))),
    "no archive": ("backups_lead_somewhere", lambda found: find(found, "Cluster/postgres")["spec"].pop("plugins")),
    "no base backup": ("backups_lead_somewhere", _remove("ScheduledBackup/postgres")),
    "a store of nothing": ("backups_lead_somewhere", _spec("ObjectStore/postgres", lambda spec: spec["configuration"].pop("s3Credentials"))),
    "a store misspelt": ("backups_lead_somewhere", _spec("ObjectStore/postgres", lambda spec: spec["configuration"].update(destinationpath="x"))),
    "backups for a week": ("backups_lead_somewhere", _spec("ObjectStore/postgres", lambda spec: spec.update(retentionPolicy="7d"))),
    "any version of PostgreSQL": ("images_are_fixed", _spec("Cluster/postgres", lambda spec: spec.update(imageName="cloudnative-pg/postgresql:18"))),
    "any version of the pooler": ("images_are_fixed", _spec("Pooler/postgres-pooler", lambda spec: spec["template"]["spec"]["containers"][0].pop("image"))),
    "one client for all": ("strangers_are_told_apart", lambda found: find(found, "ConfigMap/gateway-http-settings")["data"].pop("FORWARDED_ALLOW_IPS")),
    "clients that say where they are": ("strangers_are_told_apart", lambda found: find(found, "ConfigMap/gateway-http-settings")["data"].update(FORWARDED_ALLOW_IPS="*")),
}  # fmt: skip


def _bus(found):
    return pod_of(find(found, "StatefulSet/nats"))["containers"][0]


def _without_hash(found):
    settings = find(found, "ConfigMap/gateway-http-settings")
    settings["metadata"]["name"] = "gateway-http-settings"
    pod_of(find(found, "Deployment/gateway-http"))["containers"][0]["envFrom"][0]["configMapRef"]["name"] = (
        "gateway-http-settings"
    )


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_wrong_thing_is_found_by_its_rule(mutation):
    rule, change = MUTATIONS[mutation]
    found = manifests_of("overlays/staging")
    change(found)
    assert any(f"({rule})" in line for line in judge(found)), mutation


@pytest.mark.parametrize("mutation", IN_PRODUCTION)
def test_a_wrong_thing_in_production_is_found_by_its_rule(mutation):
    rule, change = IN_PRODUCTION[mutation]
    found = manifests_of("overlays/production")
    change(found)
    assert any(f"({rule})" in line for line in judge(found, production=True)), mutation


def test_every_rule_has_a_mutation():
    assert {rule for rule, _ in (*MUTATIONS.values(), *IN_PRODUCTION.values())} == {rule.__name__ for rule in RULES}


def test_production_names_images_by_digest_and_closes_its_network():
    found = manifests_of("overlays/production")
    pod_of(find(found, "Deployment/gateway-http"))["containers"][0]["image"] = "interlock/gateway:1.0.0"
    assert judge(found) == []
    assert len(judge(found, production=True)) == 1
    closed = [each for each in manifests_of("overlays/production") if each["kind"] != "NetworkPolicy"]
    assert judge(closed, production=True) == ["the network is open (network_is_closed)"]


def test_no_selector_of_ours_can_choose_another_part():
    """Pods of two workloads with the same labels would answer for each other."""
    for place in PLACES:
        workloads = [each for each in manifests_of(place) if each["kind"] in {"Deployment", "StatefulSet", "Job"}]
        labels = [tuple(sorted(labels_of(each).items())) for each in workloads]
        assert len(set(labels)) == len(labels)
