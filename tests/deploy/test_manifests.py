"""The manifests and the code agree: settings, secrets, roles on the bus, streams."""

import json
from pathlib import Path

import pytest
from deploy_kit import find, manifests_of, needs_kubectl
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from chassis.settings import PREFIX, ServiceSettings
from deploy import nats_accounts, secrets
from deploy.checks.render import KUBERNETES, folders, of_kind, pod_of, render
from gateway.settings import GatewaySettings
from gateway.settings import WorkerSettings as GatewayWorkerSettings
from program_svc.worker import WorkerSettings as ProgramWorkerSettings

pytestmark = needs_kubectl

SETTINGS = {
    "project-svc-http": ServiceSettings,
    "project-svc-worker": ServiceSettings,
    "program-svc-http": ServiceSettings,
    "program-svc-worker": ProgramWorkerSettings,
    "gateway-http": GatewaySettings,
    "gateway-worker": GatewayWorkerSettings,
}
OF_LIBRARIES = {"FORWARDED_ALLOW_IPS", "PGSSLMODE", "PGSSLROOTCERT"}
"""Variables that uvicorn and asyncpg read by themselves."""
PLACES = [str(folder.relative_to(KUBERNETES)) for folder in folders()]


def told(manifests, name):
    """The variables of a process, from its settings, its environment and its secrets."""
    container = pod_of(find(manifests, f"Deployment/{name}"))["containers"][0]
    settings = find(manifests, f"ConfigMap/{name}-settings")["data"]
    own = {each["name"]: each["value"] for each in container.get("env", [])}
    sealed = {key.upper() for key in secrets.contents()[name] if key.startswith("interlock_")}
    return settings | own, sealed


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", SETTINGS)
def test_every_variable_is_a_setting_and_every_setting_that_is_needed_is_told(place, name):
    plain, sealed = told(manifests_of(place), name)
    fields = {f"{PREFIX}{field.upper()}": info for field, info in SETTINGS[name].model_fields.items()}
    assert (plain.keys() | sealed) - fields.keys() - OF_LIBRARIES == {f"{PREFIX}SECRETS_DIR"}
    needed = {variable for variable, info in fields.items() if info.is_required()}
    assert needed - (plain.keys() | sealed) == set()
    assert f"{PREFIX}NATS_URL" in sealed
    if name.endswith("-worker"):
        assert f"{PREFIX}RELAY_DATABASE_URL" in sealed
        assert plain[f"{PREFIX}HEALTH_PORT"] == "9000"


@pytest.mark.parametrize("name", SETTINGS)
def test_a_process_starts_on_what_it_is_told(name, tmp_path, monkeypatch):
    plain, _ = told(manifests_of("overlays/local"), name)
    for file, text in secrets.contents()[name].items():
        (tmp_path / file).write_text(text)
    for variable, value in plain.items():
        monkeypatch.setenv(variable, value.replace("/etc/interlock/secrets", str(tmp_path)))
    settings = SETTINGS[name](_secrets_dir=tmp_path)
    files = {field: value for field, value in settings if field.endswith("_file") and value is not None}
    assert files
    assert all(value.is_file() for value in files.values()), files
    assert "@postgres/" in settings.database_url


def test_production_has_the_secrets_that_other_overlays_make_by_command():
    found = manifests_of("overlays/production")
    external = {
        each["spec"]["target"]["name"]: set(each["spec"]["target"]["template"]["data"])
        for each in of_kind(found, "ExternalSecret")
    }
    made = {name: set(keys) for name, keys in secrets.contents().items() if name != "postgres-passwords"}
    assert {name: external.get(name) for name in made} == made
    for each in of_kind(found, "ExternalSecret"):
        asked = {one["secretKey"] for one in each["spec"]["data"]}
        used = {
            part.split("}}")[0].strip(" .")
            for text in each["spec"]["target"]["template"]["data"].values()
            for part in text.split("{{")[1:]
        }
        assert asked == used, each["metadata"]["name"]


def test_secrets_are_new_at_every_call_and_nowhere_else():
    first, second = secrets.contents(), secrets.contents()
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first)
    assert json.loads(json.dumps(secrets.objects()))["kind"] == "List"
    assert "p" * 3 not in render(KUBERNETES / "overlays/local").split("stringData")[-1]


def test_the_buss_accounts_are_those_of_the_local_stack():
    generated = (KUBERNETES / "components/nats-accounts/accounts.conf").read_text()
    assert generated == nats_accounts.document(), "out of date: make generate"


def test_a_change_of_settings_gets_another_name_and_so_rolls_the_pods(tmp_path):
    import shutil

    copy = tmp_path / "kubernetes"
    shutil.copytree(KUBERNETES, copy)
    env: Path = copy / "base/gateway/http.env"
    env.write_text(env.read_text().replace("INFO", "DEBUG"))
    before, after = render(KUBERNETES / "overlays/local"), render(copy / "overlays/local")
    named = [
        next(line for line in text.splitlines() if "name: gateway-http-settings-" in line) for text in (before, after)
    ]
    assert named[0] != named[1]


def test_streams_have_three_copies_in_production_and_one_elsewhere():
    plain, _ = told(manifests_of("overlays/production"), "project-svc-worker")
    assert plain[f"{PREFIX}STREAM_REPLICAS"] == "3"
    assert find(manifests_of("overlays/production"), "StatefulSet/nats")["spec"]["replicas"] == 3
    plain, _ = told(manifests_of("overlays/staging"), "project-svc-worker")
    assert f"{PREFIX}STREAM_REPLICAS" not in plain


async def test_the_gateway_believes_the_proxy_and_not_the_client():
    """As uvicorn does with what the gateway is told: a stranger does not choose which address is counted, or stands in the audit log."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["client"][0])

    plain, _ = told(manifests_of("overlays/production"), "gateway-http")
    believing = ProxyHeadersMiddleware(app, plain["FORWARDED_ALLOW_IPS"])
    for came_from in ("10.3.4.5", "fd00::7", "203.0.113.80"):
        headers = [(b"x-forwarded-for", b"198.51.100.1, 203.0.113.9")]
        await believing({"type": "http", "client": (came_from, 1), "scheme": "http", "headers": headers}, None, None)
    assert seen == ["203.0.113.9", "203.0.113.9", "203.0.113.80"]


@pytest.mark.parametrize("component", ["nats-jetstream", "nats-single"])
def test_a_message_is_on_the_disk_before_it_is_acknowledged(component):
    assert "sync_interval: always}" in (KUBERNETES / f"components/{component}/nats.conf").read_text()


def test_who_holds_something_of_a_session_goes_past_the_pooler():
    """Locks of relays and consumers, and what the gateway listens to: through a pooler of transactions a revoked token stayed good for long."""
    urls = {
        each["metadata"]["name"]: " ".join(each["spec"]["target"]["template"]["data"].values())
        for each in of_kind(manifests_of("overlays/production"), "ExternalSecret")
    }
    assert {name for name, text in urls.items() if "@postgres-pooler/" in text} == {
        "project-svc-http",
        "program-svc-http",
    }
