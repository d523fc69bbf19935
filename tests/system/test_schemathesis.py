"""Schemathesis over the merged OpenAPI document, against the running stack: no 500, and no answer that the document does not know."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
CHECKS = (
    "not_an_internal_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "allow_header_conformance",
)
TOO_LARGE = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
"""
"""A list with more items than it may have can be larger than a body may be: then that is what is refused."""
EXAMPLES = 5
"""Random requests for each route, on top of the examples and of the systematic ones (some eighty a route)."""


def test_every_answer_is_documented_and_none_is_an_internal_error(stack, tmp_path):
    shutil.copy(HOOKS, tmp_path)
    (tmp_path / "schemathesis.toml").write_text(TOO_LARGE)
    executable = Path(sysconfig.get_path("scripts")) / "schemathesis"
    done = subprocess.run(
        [
            *(str(executable), "run", f"{stack.url}/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {stack.token}"),
            *("--checks", ",".join(CHECKS)),
            *("--phases", "examples,coverage,fuzzing"),
            *("--max-examples", str(EXAMPLES)),
            *("--seed", "1", "--no-shrink", "--continue-on-failure", "--warnings", "off"),
            *("--suppress-health-check", "all"),
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": HOOKS.stem,
            "PYTHONPATH": str(tmp_path),
            "INTERLOCK_URL": stack.url,
            "INTERLOCK_TOKEN": stack.token,
        },
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
