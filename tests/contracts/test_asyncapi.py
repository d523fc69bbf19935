from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from contracts import asyncapi
from contracts.registry import EVENTS

DOCUMENT = asyncapi.document()
AN_ID = UUID("0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77")


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(reference):
    node = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_reference_leads_somewhere():
    for reference in set(references(DOCUMENT)):
        assert isinstance(resolve(reference), dict)


def test_every_event_is_a_message_of_one_channel_and_one_operation():
    in_channels = [ref for channel in DOCUMENT["channels"].values() for ref in references(channel["messages"])]
    assert sorted(in_channels) == sorted(f"#/components/messages/{event.message_name()}" for event in EVENTS)
    in_operations = [ref for operation in DOCUMENT["operations"].values() for ref in references(operation["messages"])]
    assert sorted(resolve(reference)["$ref"] for reference in in_operations) == sorted(in_channels)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_name())
def test_the_address_of_the_channel_is_the_subject_of_the_event(event):
    channel = DOCUMENT["channels"][f"{event.boundary}_{event.record}"]
    assert event.happened in channel["parameters"]["happened"]["enum"]
    values = dict.fromkeys(channel["parameters"], str(AN_ID)) | {"happened": event.happened}
    assert channel["address"].format_map(values) == str(event.subject(AN_ID, AN_ID))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_name())
def test_the_example_fits_the_headers_and_the_payload_that_the_message_declares(event):
    message = DOCUMENT["components"]["messages"][event.message_name()]
    (example,) = message["examples"]
    for part in ("headers", "payload"):
        schema = message[part] | {"components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(example[part])
    assert example["headers"]["ce-type"] == message["name"] == event.event_type()


def test_a_missing_or_foreign_header_does_not_fit():
    message = DOCUMENT["components"]["messages"]["project.task.updated"]
    validator = Draft202012Validator(message["headers"] | {"components": DOCUMENT["components"]})
    headers = message["examples"][0]["headers"]
    assert not validator.is_valid({name: value for name, value in headers.items() if name != "ce-revision"})
    assert not validator.is_valid(headers | {"ce-type": "io.interlock.project.task.created.v1"})
