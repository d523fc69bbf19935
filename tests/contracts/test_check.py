"""`python -m contracts check` against copies of the committed files, each broken in one way."""

import json
import shutil

import pytest
from jsonschema import Draft202012Validator

from contracts import check, files
from contracts.__main__ import main
from contracts.project_events import LinkCreated, TaskCreated, TaskDeleted, TaskUpdated
from contracts.registry import EVENTS

pytestmark = pytest.mark.slow


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The committed files where they may be broken."""
    for name in ("SCHEMAS", "EXAMPLES", "PUBLISHED", "ASYNCAPI"):
        original = getattr(files, name)
        (shutil.copytree if original.is_dir() else shutil.copy)(original, tmp_path / original.name)
        for module in (files, check):
            monkeypatch.setattr(module, name, tmp_path / original.name)
    for name in ("SCHEMAS", "PUBLISHED"):
        monkeypatch.setattr(f"contracts.__main__.{name}", getattr(files, name))
    return tmp_path


def edit(path, change):
    document = files.load(path)
    change(document)
    path.write_text(files.text_of(document), encoding="utf-8")


def test_the_committed_contracts_are_in_order():
    assert check.faults() == []
    assert main(["check"]) == 0


def test_an_event_without_example_is_named(copied, capsys):
    files.example_file(TaskUpdated).unlink()
    assert main(["check"]) == 1
    assert "io.interlock.project.task.updated.v1 has no example" in capsys.readouterr().err


def test_an_example_of_no_event_is_named(copied):
    shutil.copy(files.example_file(TaskUpdated), files.EXAMPLES / "project.task.vanished.v1.json")
    assert check.faults() == ["project.task.vanished.v1.json: no such event"]


def spoil_value(document):
    document["data"]["record"]["duration"] = "five days"


def spoil_type(document):
    document["type"] = "io.interlock.project.task.created.v1"


def write_otherwise(document):
    document["data"]["record"]["duration"] = "P1W"


def add_field(document):
    document["data"]["record"]["color"] = "red"


@pytest.mark.parametrize(
    ("spoil", "named"),
    [(spoil_value, "duration"), (spoil_type, "envelope"), (write_otherwise, "written"), (add_field, "color")],
)
def test_an_example_that_is_not_its_event_is_named(copied, spoil, named):
    edit(files.example_file(TaskUpdated), spoil)
    fault = next(fault for fault in check.faults() if fault.startswith("project.task.updated.v1.json: "))
    assert named in fault


def test_an_outdated_generated_file_is_named_and_generating_mends_it(copied):
    edit(files.schema_file(TaskUpdated), lambda schema: schema.update(description="Old words."))
    files.ASYNCAPI.unlink()
    assert check.faults() == [
        "project.task.updated.v1.json is out of date. Run: make generate",
        "asyncapi.json is out of date. Run: make generate",
    ]
    assert main(["generate"]) == 0
    assert check.faults() == []


def lose_a_field(schema):
    """As if the code had dropped what the committed schema promises."""
    schema["$defs"]["TaskState"]["properties"]["color"] = {"type": "string"}
    schema["$defs"]["TaskState"]["required"].append("color")


def test_a_broken_version_fails_the_check_and_is_not_written_over(copied, capsys):
    edit(files.schema_file(TaskUpdated), lose_a_field)
    committed = files.schema_file(TaskUpdated).read_text()
    told = "project.task.updated.v1.json: record.color: the field was removed or renamed. Publish version 2 beside it"
    assert told in check.faults()
    assert main(["generate"]) == 1
    assert told in capsys.readouterr().err
    assert files.schema_file(TaskUpdated).read_text() == committed


def test_a_published_version_may_not_be_withdrawn(copied):
    gone = files.SCHEMAS / "project.task.renamed.v1.json"
    shutil.copy(files.schema_file(TaskUpdated), gone)
    assert check.faults() == ["project.task.renamed.v1.json: this version is published and may not be withdrawn"]
    assert main(["generate"]) == 1
    assert gone.exists()


def test_an_unpublished_version_may_be_broken_on_request(copied):
    gone = files.SCHEMAS / "project.task.renamed.v1.json"
    shutil.copy(files.schema_file(TaskUpdated), gone)
    edit(files.schema_file(TaskUpdated), lose_a_field)
    assert main(["generate", "--unpublished"]) == 0
    assert not gone.exists()
    assert check.faults() == []


def test_the_example_of_a_new_version_is_kept_once_and_stays_when_the_example_grows(copied):
    """The example may say something else from now on: what was published is read as ever."""
    kept, example = files.published_file(TaskUpdated), files.example_file(TaskUpdated)
    kept.unlink()
    assert list(check.published_faults()) == ["published/project.task.updated.v1.json is not there. Run: make generate"]
    assert main(["generate"]) == 0
    assert kept.read_bytes() == example.read_bytes()
    edit(example, lambda document: document["data"]["record"].update(name="Another one"))
    assert check.newly_published() == {}
    assert list(check.published_faults()) == []


def lack_a_field(document):
    """As if the class had begun to need what events that are still in the stream do not have."""
    del document["data"]["record"]["duration"]


def test_published_examples_that_can_no_longer_be_read_fail_the_check(copied):
    """Readers ignore what they do not know, and nothing else."""
    for event, older in ((TaskCreated, lack_a_field), (TaskDeleted, spoil_value), (LinkCreated, spoil_type)):
        edit(files.published_file(event), older)
    edit(files.published_file(TaskUpdated), add_field)
    shutil.copy(files.published_file(TaskUpdated), files.PUBLISHED / "project.task.vanished.v1.json")
    names = ["vanished", *(event.event_name().partition(".")[2] for event in (TaskCreated, TaskDeleted, LinkCreated))]
    found = check.faults()
    for name, word in zip(names, ("no such event", "duration", "duration", "task.created"), strict=True):
        [fault] = [fault for fault in found if f"{name}.v1.json: " in fault and word in fault]
        assert fault.startswith("published/")
    assert not any("task.updated" in fault for fault in found)
    assert main(["generate", "--unpublished"]) == 0
    assert check.unreadable_published() == {}
    assert {path.name for path in files.PUBLISHED.iterdir()} == {path.name for path in files.EXAMPLES.iterdir()}


def test_every_version_has_the_example_that_was_published():
    assert {path.name for path in files.PUBLISHED.iterdir()} == {path.name for path in files.EXAMPLES.iterdir()}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_name())
def test_a_consumers_validator_survives_a_field_that_is_added_later(event):
    schema = json.loads(files.schema_file(event).read_text())
    data = files.load(files.example_file(event))["data"]
    for place in (data, data.get("record", {})):
        place["tomorrow"] = 1
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(data)
