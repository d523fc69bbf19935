import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Envelope, MalformedEnvelope
from contracts.files import example_file
from contracts.project_events import TaskUpdated

EXAMPLE = example_file(TaskUpdated).read_bytes()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NUMBERS = st.integers(1, 2**53)
ENVELOPES = st.builds(
    Envelope,
    id=st.uuids(),
    source=TEXTS,
    type=TEXTS,
    subject=TEXTS,
    time=st.datetimes(timezones=st.just(UTC)),
    dataschema=TEXTS,
    orgid=st.uuids(),
    revision=NUMBERS,
    position=NUMBERS,
    positions=NUMBERS,
    correlationid=TEXTS,
    causationid=st.none() | TEXTS,
    actor=TEXTS,
    traceparent=st.none() | st.just("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
)


def example():
    return Envelope.from_structured(EXAMPLE)[0]


@given(ENVELOPES)
def test_any_envelope_survives_the_headers(envelope):
    headers = envelope.headers()
    assert Envelope.from_headers(headers) == envelope
    for value in headers.values():
        assert all(0x21 <= ord(character) <= 0x7E and character != '"' for character in value)


@given(ENVELOPES)
def test_any_envelope_survives_the_structured_form(envelope):
    assert Envelope.from_structured(envelope.structured(b'{"a":[1.50]}')) == (envelope, {"a": [1.5]})


def test_the_headers_are_those_of_the_contract():
    headers = example().headers()
    assert list(headers) == [
        "ce-specversion",
        "ce-id",
        "ce-source",
        "ce-type",
        "ce-subject",
        "ce-time",
        "ce-dataschema",
        "ce-orgid",
        "ce-revision",
        "ce-position",
        "ce-positions",
        "ce-correlationid",
        "ce-actor",
        "traceparent",
        "content-type",
        "Nats-Msg-Id",
    ]
    assert headers["ce-specversion"] == "1.0"
    assert headers["content-type"] == "application/json"
    assert headers["Nats-Msg-Id"] == headers["ce-id"]


def test_values_outside_printable_ascii_are_percent_encoded():
    envelope = example().model_copy(update={"actor": 'Zoë "Z" 100%'})
    assert envelope.headers()["ce-actor"] == "Zo%C3%AB%20%22Z%22%20100%25"


def test_header_names_are_read_in_any_case_and_unknown_ones_are_ignored():
    headers = {name.upper(): value for name, value in example().headers().items()}
    assert Envelope.from_headers(headers | {"ce-tomorrow": "x", "Nats-Stream": "PROJECT"}) == example()


def test_the_payload_is_carried_into_the_structured_form_byte_for_byte():
    assert example().structured(b'{"amount":"1.50"}').endswith(b',"data":{"amount":"1.50"}}')


def test_a_structured_event_tells_its_content_type():
    assert json.loads(example().structured(b"{}"))["datacontenttype"] == "application/json"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"ce-specversion": "0.3"}, "specversion"),
        ({"ce-id": "7"}, "id"),
        ({"ce-revision": "many"}, "revision"),
        ({"ce-position": "0"}, "position"),
        ({"ce-time": "yesterday"}, "time"),
    ],
)
def test_a_wrong_header_is_named(change, named):
    with pytest.raises(MalformedEnvelope, match=named):
        Envelope.from_headers(example().headers() | change)


@pytest.mark.parametrize("name", ["ce-specversion", "ce-id", "ce-type", "ce-orgid", "ce-revision", "ce-actor"])
def test_a_missing_header_is_named(name):
    headers = example().headers()
    del headers[name]
    with pytest.raises(MalformedEnvelope, match=name.removeprefix("ce-")):
        Envelope.from_headers(headers)


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"5", b"{}", b'{"data":{}}', b"\xff"])
def test_any_other_document_is_refused(document):
    with pytest.raises(MalformedEnvelope):
        Envelope.from_structured(document)
