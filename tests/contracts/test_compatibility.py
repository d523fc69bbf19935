"""A published version may grow by optional fields and change in no other way."""

import copy

import pytest

from contracts.compatibility import breaking_changes
from contracts.json_schema import event_schema
from contracts.project_events import ProjectScheduleRecalculated, TaskUpdated
from contracts.registry import EVENTS


def task_schema():
    return event_schema(TaskUpdated)


def test_every_schema_is_compatible_with_itself():
    assert [breaking_changes(event_schema(event), event_schema(event)) for event in EVENTS] == [[]] * len(EVENTS)


def add_optional_field(task):
    task["properties"]["color"] = {"type": "string"}


def say_it_better(task):
    task["properties"]["name"] |= {"title": "What it is called", "description": "A name.", "examples": ["X"]}
    task["description"] = "A piece of work."


def reorder_fields(task):
    task["properties"] = dict(reversed(task["properties"].items()))
    task["required"].reverse()


@pytest.mark.parametrize("change", [add_optional_field, say_it_better, reorder_fields])
def test_what_no_reader_notices_is_allowed(change):
    changed = task_schema()
    change(changed["$defs"]["TaskState"])
    assert breaking_changes(task_schema(), changed) == []


def test_moving_a_shape_to_another_definition_is_allowed():
    changed = task_schema()
    changed["$defs"]["Bound"] = changed["$defs"].pop("Constraint")
    changed["$defs"]["TaskState"]["properties"]["constraint"]["anyOf"][0]["$ref"] = "#/$defs/Bound"
    assert breaking_changes(task_schema(), changed) == []


def remove(task):
    del task["properties"]["deadline"]
    task["required"].remove("deadline")


def rename(task):
    task["properties"]["due"] = task["properties"].pop("deadline")
    task["required"][task["required"].index("deadline")] = "due"


def require_new(task):
    task["properties"]["color"] = {"type": "string"}
    task["required"].append("color")


def no_longer_always_there(task):
    task["required"].remove("deadline")


def narrow_type(task):
    task["properties"]["deadline"] = task["properties"]["deadline"]["anyOf"][0]


def other_type(task):
    task["properties"]["revision"]["type"] = "string"


def widen_type(task):
    task["properties"]["name"] = {"anyOf": [task["properties"]["name"], {"type": "null"}]}


def shorten(task):
    task["properties"]["name"]["maxLength"] = 100


def other_bounds(task):
    task["properties"]["percent_complete"]["maximum"] = 1


def other_pattern(task):
    task["properties"]["duration"]["pattern"] = "^P[0-9]+D$"


@pytest.mark.parametrize(
    ("change", "fields", "what"),
    [
        (remove, ["record.deadline"], "removed or renamed"),
        (rename, ["record.deadline", "record.due"], "removed or renamed"),
        (require_new, ["record.color"], "a new field is required"),
        (no_longer_always_there, ["record.deadline"], "no longer always there"),
        (narrow_type, ["record.deadline"], ""),
        (other_type, ["record.revision"], 'type was "integer", is "string"'),
        (widen_type, ["record.name"], ""),
        (shorten, ["record.name"], "maxLength was 200, is 100"),
        (other_bounds, ["record.percent_complete"], "maximum was 100, is 1"),
        (other_pattern, ["record.duration"], "pattern was"),
    ],
)
def test_a_breaking_change_is_named_with_its_field(change, fields, what):
    changed = task_schema()
    change(changed["$defs"]["TaskState"])
    breaking = breaking_changes(task_schema(), changed)
    assert sorted({each.field for each in breaking}) == fields
    assert what in str(breaking[0])


def test_making_an_optional_field_required_breaks_older_events():
    old = task_schema()
    old["$defs"]["TaskState"]["required"].remove("deadline")
    (breaking,) = breaking_changes(old, task_schema())
    assert str(breaking) == "record.deadline: the field became required: older events lack it"


def test_a_new_word_breaks_readers_that_do_not_know_it():
    changed = task_schema()
    changed["$defs"]["TaskKind"]["enum"].append("epic")
    (breaking,) = breaking_changes(task_schema(), changed)
    assert breaking.field == "record.kind"


def test_items_of_a_list_are_compared_too():
    old = event_schema(ProjectScheduleRecalculated)
    changed = copy.deepcopy(old)
    changed["$defs"]["Move"]["properties"]["task_id"]["format"] = "uri"
    (breaking,) = breaking_changes(old, changed)
    assert breaking.field == "moves[].task_id"


def test_a_list_that_becomes_a_value_is_named():
    old = event_schema(ProjectScheduleRecalculated)
    changed = copy.deepcopy(old)
    changed["properties"]["moves"] = {"type": "string"}
    assert {each.field for each in breaking_changes(old, changed)} == {"moves"}
