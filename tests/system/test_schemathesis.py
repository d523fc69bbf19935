"""Schemathesis over the one OpenAPI document, against the running stack: every check, and sequences along its links. `make fuzz` goes on for long."""

import pytest

from apitools.fuzz import SHORT, fuzz

pytestmark = [pytest.mark.slow, pytest.mark.long]


def test_every_answer_is_as_the_document_says(stack, tmp_path):
    done = fuzz(stack.url, stack.token, SHORT, tmp_path)
    assert done.returncode == 0, done.stdout
