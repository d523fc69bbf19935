"""Schemathesis over the one OpenAPI document, against the running stack: every check, and sequences along its links. `make fuzz` goes on for long."""

import re

import orjson
import pytest

from apitools.fuzz import SHORT, fuzz
from apitools.fuzz.areas import AREAS
from apitools.where import DOCUMENT
from gateway.document.parts import routes


@pytest.mark.slow
@pytest.mark.long
def test_every_answer_is_as_the_document_says(stack, tmp_path):
    done = fuzz(stack.url, stack.token, SHORT, tmp_path)
    assert done.is_clean, done.text
    assert done.steps > 50, done.text
    assert done.longest > 1, done.text


def test_each_link_leads_to_an_operation_of_the_same_area():
    operations = list(routes(orjson.loads(DOCUMENT.read_bytes())))
    path_of = {operation["operationId"]: path for path, _, operation in operations}
    links = [
        (path, path_of[link["operationId"]])
        for path, _, operation in operations
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert len(links) > 200
    assert [ends for ends in links if not any(all(re.search(area, end) for end in ends) for area in AREAS)] == []
