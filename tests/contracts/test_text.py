from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from contracts.values import ExternalRef, Id, Key, Label, Name, Text

NAME = TypeAdapter(Name)


@pytest.mark.parametrize("kind", [Name, Label, Text])
def test_the_nul_character_is_refused_everywhere(kind):
    adapter = TypeAdapter(kind)
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python("a\x00b")
    assert [fault["type"] for fault in caught.value.errors()] == ["no_nul"]
    assert not Draft202012Validator(adapter.json_schema()).is_valid("a\x00b")


@given(st.text(max_size=210))
def test_names_are_what_their_schema_says(text):
    allowed = Draft202012Validator(NAME.json_schema()).is_valid(text)
    try:
        assert NAME.validate_python(text) == text
        assert allowed
    except ValidationError:
        assert not allowed


@pytest.mark.parametrize("name", ["", " ", "\t\n", "x" * 201, 5, None])
def test_a_name_is_neither_empty_nor_blank_nor_endless(name):
    with pytest.raises(ValidationError) as caught:
        NAME.validate_python(name)
    assert len(caught.value.errors()) == 1


def test_free_text_may_be_empty_and_ends_at_10000_characters():
    text = TypeAdapter(Text)
    assert text.validate_python("") == ""
    assert text.validate_python("ß" * 10_000)
    with pytest.raises(ValidationError):
        text.validate_python("x" * 10_001)


@pytest.mark.parametrize("key", ["p1", "1P", "", "P 1", "P" * 21, "P1\n", "PÄ", "-P"])
def test_a_key_is_a_short_handle(key):
    adapter = TypeAdapter(Key)
    assert adapter.validate_python("P-1_A") == "P-1_A"
    with pytest.raises(ValidationError):
        adapter.validate_python(key)


@given(st.uuids())
def test_an_id_is_a_uuid_with_hyphens(value):
    adapter = TypeAdapter(Id)
    assert adapter.validate_python(str(value)) == value
    for other in (value.hex, f"{{{value}}}", f"urn:uuid:{value}", str(value)[:-1], value.int, value.bytes):
        with pytest.raises(ValidationError) as caught:
            adapter.validate_python(other)
        assert [fault["type"] for fault in caught.value.errors()] == ["uuid"]
    assert adapter.dump_json(UUID(str(value))) == f'"{value}"'.encode()


def test_an_external_reference_names_source_and_id():
    assert ExternalRef(source="jira", id="TRAM-7").model_dump() == {"source": "jira", "id": "TRAM-7"}
    for value in ({"source": "jira"}, {"source": "", "id": "1"}, {"source": "jira", "id": 7}, "jira:7"):
        with pytest.raises(ValidationError):
            ExternalRef.model_validate(value)
