"""Typed clients that others' generators make of the one OpenAPI document work with the running stack."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from apitools.where import DOCUMENT, HOME

pytestmark = [pytest.mark.slow, pytest.mark.long]

HERE = Path(__file__).parent
PYTHON = HOME / "bin"
NODE = HOME / "npm/clients/node_modules"


def run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(stack) -> dict[str, str]:
    return {"INTERLOCK_URL": stack.url, "INTERLOCK_TOKEN": stack.token}


def needs(is_here: bool, what: str) -> None:
    """Skip the test without it; fail where it has to be there, since a gate that passes over its proofs proves nothing."""
    if not is_here:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {what}: run `make api-tools` first")


def test_a_generated_python_client(request, tmp_path):
    needs((PYTHON / "openapi-python-client").exists(), "openapi-python-client")
    stack = request.getfixturevalue("stack")
    asked = ("generate", "--path", DOCUMENT, "--meta", "none", "--output-path", tmp_path / "interlock_client")
    run(PYTHON / "openapi-python-client", *asked, cwd=tmp_path)
    environment = told(stack) | {"PYTHONPATH": str(tmp_path)}
    assert run(PYTHON / "python", HERE / "python_client.py", cwd=tmp_path, environment=environment) == "ok\n"


def test_generated_typescript_types(request, tmp_path):
    needs(shutil.which("node") is not None and NODE.exists(), "openapi-typescript")
    stack = request.getfixturevalue("stack")
    (tmp_path / "node_modules").symlink_to(NODE)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "typescript_client.ts", tmp_path / "client.ts")
    run(
        "node",
        NODE / "openapi-typescript/bin/cli.js",
        DOCUMENT,
        "--default-non-nullable=false",
        "--output",
        "interlock.d.ts",
        cwd=tmp_path,
    )
    strictly = ("--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom")
    run("node", NODE / "typescript/bin/tsc", *strictly, "client.ts", cwd=tmp_path)
    assert run("node", "client.js", cwd=tmp_path, environment=told(stack)) == "ok\n"
