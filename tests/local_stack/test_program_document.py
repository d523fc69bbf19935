import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local_stack.program_document import BadProgramFile, read_document
from local_stack.stack import SAMPLE

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "program-file.md"

Program = dict[str, Any]
Refusal = Callable[[Callable[[Program], object]], str]


def small_program() -> Program:
    return {
        "format": "interlock-program/1",
        "source": "test",
        "program": {"key": "P", "name": "Program"},
        "projects": [
            {
                "ref": "one",
                "key": "ONE",
                "name": "One",
                "start": "2026-03-02",
                "tasks": [{"ref": "a", "name": "A", "duration": "P4D"}, {"ref": "b", "name": "B", "duration": "P2D"}],
                "links": [{"from": "a", "to": "b"}],
                "budget": {"lines": [{"ref": "l", "name": "Line", "amount": "10.50", "task": "a"}]},
            },
            {
                "ref": "two",
                "key": "TWO",
                "name": "Two",
                "start": "2026-03-02",
                "tasks": [{"ref": "c", "name": "C", "kind": "milestone"}],
            },
        ],
        "dependencies": [
            {"ref": "d", "provider": {"project": "one", "task": "b"}, "receiver": {"project": "two", "task": "c"}}
        ],
        "goals": [{"ref": "g", "name": "Goal", "alignments": [{"project": "one"}]}],
    }


@pytest.fixture
def refusal_of(tmp_path: Path) -> Refusal:
    """What is said of the small program after a change to it."""

    def refuse(change: Callable[[Program], object]) -> str:
        program = small_program()
        change(program)
        file = tmp_path / "program.json"
        file.write_text(json.dumps(program, indent=1))
        with pytest.raises(BadProgramFile) as refused:
            read_document(file)
        return str(refused.value)

    return refuse


def test_a_good_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "program.json"
    file.write_text(json.dumps(small_program()))

    assert [project.ref for project in read_document(file).program.projects] == ["one", "two"]


def test_the_sample_is_a_good_file() -> None:
    assert read_document(SAMPLE).program.program.key == "LINE7"


def test_the_documented_example_is_a_good_file(tmp_path: Path) -> None:
    file = tmp_path / "program.json"
    file.write_text(DOCUMENTATION.read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0])

    assert read_document(file).program.program.key == "BRIDGE"


def test_a_fault_names_its_line_its_records_and_its_member(refusal_of: Refusal) -> None:
    told = refusal_of(lambda program: program["projects"][0]["tasks"][1].update(duration="two days"))

    assert told.startswith("program.json, line 23: project one, task b: duration: A duration is working time")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda p: p.update(format="interlock-program/2"), "format: Input should be 'interlock-program/1'"),
        (lambda p: p["projects"][0].pop("key"), "project one: key: Field required"),
        (lambda p: p["projects"][0].update(colour="red"), "project one: colour: Extra inputs are not permitted"),
        (lambda p: p["projects"][1].update(key="ONE"), "project two: key: ONE stands twice"),
        (lambda p: p["projects"][1].update(ref="one"), "project one: ref: one stands twice"),
        (lambda p: p["projects"][0]["tasks"][1].update(ref="a"), "task a: ref: a stands twice"),
        (
            lambda p: p["projects"][0]["tasks"][1].update(duration="-P2D"),
            "duration: This duration must not be negative",
        ),
        (lambda p: p["projects"][0]["tasks"][1].update(parent="a"), "parent: a is not a summary"),
        (lambda p: p["projects"][0]["tasks"][0].update(parent="a", kind="summary"), "parent: a is its own parent"),
        (
            lambda p: p["projects"][0]["links"][0].update(to="z"),
            "link number 1: to: there is no task of project one called z",
        ),
        (lambda p: p["projects"][0]["links"][0].update(to="a"), "link number 1: to: a task cannot wait for itself"),
        (
            lambda p: p["projects"][0]["budget"]["lines"][0].update(amount=10.5),
            "budget line l: amount: An amount is a decimal",
        ),
        (lambda p: p["projects"][0]["budget"]["lines"][0].update(task="c"), "there is no task of project one called c"),
        (lambda p: p["dependencies"][0]["receiver"].update(project="one", task="a"), "both ends are in one project"),
        (
            lambda p: p["dependencies"][0]["provider"].update(project="x"),
            "dependency d: project: there is no project called x",
        ),
        (lambda p: p["dependencies"][0]["provider"].update(task="x"), "task: there is no task of project one called x"),
        (lambda p: p["goals"][0].update(parent="g"), "goal g: parent: g is its own parent"),
        (lambda p: p["goals"][0].update(parent="h"), "goal g: parent: there is no goal called h"),
        (
            lambda p: p["goals"][0]["alignments"][0].update(milestone="c"),
            "milestone: there is no task of project one called c",
        ),
    ],
)
def test_what_cannot_be_loaded_is_refused(refusal_of: Refusal, change: Callable[[Program], object], told: str) -> None:
    assert told in refusal_of(change)


def test_the_first_fault_in_the_file_is_told_and_the_others_counted(refusal_of: Refusal) -> None:
    def spoil(program: Program) -> None:
        program["goals"][0]["due"] = "tomorrow"
        program["projects"][0]["start"] = "2026-02-30"

    assert refusal_of(spoil).endswith("project one: start: A date is a calendar day such as 2026-03-02 (and 1 more)")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{\n"format": ,\n}', "program.json, line 2: not JSON"),
        (b'{"format": 1,\n"format": 2}', 'program.json, line 2: The member "format" stands twice in one object'),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "program.json, line 1: Input should be"),
        (b"", "program.json, line 1: not JSON"),
    ],
)
def test_a_file_that_is_no_program_is_refused_in_one_line(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "program.json"
    file.write_bytes(content)
    with pytest.raises(BadProgramFile) as refused:
        read_document(file)

    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadProgramFile, match="No such file"):
        read_document(tmp_path / "nowhere.json")
