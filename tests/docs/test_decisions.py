"""Two branches that land on one day once took the same number for different decisions; a number names one decision."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))


def test_decisions_are_numbered_one_by_one():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_bears_its_number_and_names_what_enforces_it(path):
    text = path.read_text()
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert "nforced by" in text


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: str(path.relative_to(DOCS)))
def test_a_link_between_pages_leads_somewhere(path):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []
