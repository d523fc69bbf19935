"""What the documents say of operating: each thing an operator looks for names something that is there and shows it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text()
SHOWN = [line for line in OPERATIONS.partition("| | shown by |")[2].partition("\n\n")[0].splitlines()[2:] if line]


def test_there_are_twenty_five_things():
    assert len(SHOWN) == 25


@pytest.mark.parametrize("line", SHOWN, ids=lambda line: line.split("|")[1].strip())
def test_a_thing_is_shown_by_something_that_is_there(line):
    names = re.findall(r"`((?:tests|deploy)/[\w/.]+)(?:::(\w+))?`", line)
    assert names
    for path, function in names:
        assert re.search(rf"^(async )?def {function}\(", (ROOT / path).read_text(), re.MULTILINE) or not function, line


def test_the_readme_says_how_to_do_what_an_operator_does():
    readme = (ROOT / "deploy/README.md").read_text()
    for what in ("Roll out", "Roll back", "Drain a node", "Change a secret", "Restore"):
        assert f"**{what}.**" in readme
    for command in re.findall(r"^make ([a-z-]+)", readme, re.MULTILINE):
        assert f"\n{command}:" in (ROOT / "Makefile").read_text()
    for path in re.findall(r"`((?:images|kubernetes|checks)/[\w./]*)`", readme):
        assert (ROOT / "deploy" / path).exists(), path
