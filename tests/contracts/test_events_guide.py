"""docs/events.md is read by people who build on it: its list is complete and its code runs."""

import re
from itertools import groupby
from pathlib import Path

import pytest

from contracts.envelope import Envelope
from contracts.files import example_file
from contracts.project_events import TaskUpdated
from contracts.registry import EVENTS
from contracts.subjects import BoundaryKind

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "events.md").read_text(encoding="utf-8")
CONSUMERS = DOCS / "consumers"
CODE = {}
for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
    exec(block, CODE)


def test_the_guide_lists_every_event():
    rows = [line for line in GUIDE.splitlines() if line.startswith(tuple(f"| {kind} |" for kind in BoundaryKind))]
    for row, (key, events) in zip(rows, groupby(EVENTS, key=lambda event: (event.boundary, event.record)), strict=True):
        of_record = list(events)
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        happenings = " ".join(dict.fromkeys(f"`{event.happened}`" for event in of_record))
        assert cells == [key[0], f"`{key[1]}`", happenings, f"`{of_record[0].path}`"]


def test_the_guide_shows_the_headers_of_the_example():
    envelope, _ = Envelope.from_structured(example_file(TaskUpdated).read_bytes())
    assert "\n".join(f"{name}: {value}" for name, value in envelope.headers().items()) in GUIDE


@pytest.mark.parametrize("name", ["follow.py", "follow.mjs"])
def test_the_guide_shows_the_consumers_as_they_are(name):
    assert f"\n{(CONSUMERS / name).read_text(encoding='utf-8')}```\n" in GUIDE


def headers(revision, position=1, positions=1):
    return {"ce-revision": str(revision), "ce-position": str(position), "ce-positions": str(positions)}


def place(revision, position=1, positions=1):
    return {"revision": revision, "position": position, "positions": positions}


@pytest.mark.parametrize(
    ("told", "then", "judgement"),
    [
        ((1, 1, 2), (1, 2, 2), "next"),
        ((1, 1, 2), (2, 1, 1), "gap"),
        ((1, 2, 2), (2, 1, 1), "next"),
        ((1, 2, 2), (1, 1, 2), "repeated"),
        ((1, 1, 1), (1, 1, 1), "repeated"),
        ((1, 1, 1), (3, 1, 1), "gap"),
        ((1, 1, 1), (2, 2, 2), "gap"),
        ((1, 1, 3), (1, 3, 3), "gap"),
        ((5, 1, 1), (4, 2, 2), "repeated"),
    ],
)
def test_the_guides_consumer_tells_the_next_event_from_repetitions_and_gaps(told, then, judgement):
    assert CODE["judge"](place(*told), headers(*then)) == judgement


def test_a_snapshots_place_takes_all_of_its_revision_for_repetitions():
    judged = [CODE["judge"](place(7), headers(*each)) for each in ((7, 1, 2), (7, 2, 2), (8, 1, 1), (9, 1, 1))]
    assert judged == ["repeated", "repeated", "next", "gap"]
