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
SAYS_HOW = "run `make api-tools` first"


def run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(stack) -> dict[str, str]:
    return {"INTERLOCK_URL": stack.url, "INTERLOCK_TOKEN": stack.token}


@pytest.mark.skipif(not (PYTHON / "openapi-python-client").exists(), reason=f"no openapi-python-client: {SAYS_HOW}")
def test_a_generated_python_client(stack, tmp_path):
    asked = ("generate", "--path", DOCUMENT, "--meta", "none", "--output-path", tmp_path / "interlock_client")
    run(PYTHON / "openapi-python-client", *asked, cwd=tmp_path)
    environment = told(stack) | {"PYTHONPATH": str(tmp_path)}
    assert run(PYTHON / "python", HERE / "python_client.py", cwd=tmp_path, environment=environment) == "ok\n"


@pytest.mark.skipif(not (shutil.which("node") and NODE.exists()), reason=f"no openapi-typescript: {SAYS_HOW}")
def test_generated_typescript_types(stack, tmp_path):
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
