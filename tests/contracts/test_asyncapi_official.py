"""The AsyncAPI document against the official schema of AsyncAPI 3.0.0, which its authors publish as an npm package."""

import copy
import hashlib
import json
import shutil
import subprocess
import tarfile

import pytest
from jsonschema import Draft7Validator

from contracts import asyncapi

pytestmark = pytest.mark.slow

PACKAGE = "@asyncapi/specs@6.11.1"
SHA256 = "01af8744dc33c0c7eb2e908f6a955319ee58b70ecadc9387d1aeb16c0cd28928"


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """A validator of the official schema, fetched and checked against the digest above."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: the official AsyncAPI schema comes as an npm package")
    folder = tmp_path_factory.mktemp("asyncapi")
    packed = subprocess.run(
        [npm, "pack", PACKAGE, "--silent"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    if packed.returncode != 0:
        pytest.skip(f"no npm registry in reach: {PACKAGE} could not be fetched")
    archive = folder / packed.stdout.strip()
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256
    with tarfile.open(archive) as package:
        schema = json.load(package.extractfile("package/schemas/3.0.0.json"))
    return Draft7Validator(schema)


def test_the_document_is_asyncapi(official):
    assert [f"{error.json_path}: {error.message}" for error in official.iter_errors(asyncapi.document())] == []


def test_a_document_that_breaks_the_format_is_noticed(official):
    document = copy.deepcopy(asyncapi.document())
    del document["info"]["title"]
    assert not official.is_valid(document)
